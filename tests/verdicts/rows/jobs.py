"""Rows about Jobs."""

from typing import Final

from tests.verdicts.acts import delete
from tests.verdicts.case import Case

_JOB: Final = """
apiVersion: batch/v1
kind: Job
metadata: {name: NAME}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}
"""

CASES: Final = (
    Case(
        id="FP-39",
        about="selector and labels that the server gives a Job",
        made=_JOB,
        git=_JOB,
        app="jobs",
    ),
    Case(
        id="FP-39",
        about="a Job that somebody deleted before it ended",
        git=_JOB,
        acts=(delete(),),
        verdict="missing",
        app="jobs",
    ),
)
