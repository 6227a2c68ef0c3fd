"""Every row of the case table, by subject."""

from typing import Final

from tests.verdicts.case import Case
from tests.verdicts.rows import (
    admission,
    custom,
    filled,
    jobs,
    networks,
    others,
    owned,
    owners,
    rights,
    workloads,
)

CASES: Final[tuple[Case, ...]] = (
    *workloads.CASES,
    *filled.CASES,
    *networks.CASES,
    *custom.CASES,
    *rights.CASES,
    *admission.CASES,
    *jobs.CASES,
    *others.CASES,
    *owned.CASES,
    *owners.CASES,
)
