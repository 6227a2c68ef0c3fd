"""What a verdict comes down to: something to put right, something to prune, or nothing."""

from dataclasses import replace

import pytest

from core.model import Cause, Drift, Verdict
from tests.core.reconcile.world import CONFIG_MAP, key

ROW = Drift(key(CONFIG_MAP, "a"), "prod", CONFIG_MAP, Verdict.IN_SYNC)


def test_what_drifted_or_is_missing_is_apart_and_what_is_to_be_taken_over() -> None:
    apart = {verdict for verdict in Verdict if replace(ROW, verdict=verdict).apart}
    assert apart == {Verdict.DRIFTED, Verdict.MISSING}
    assert replace(ROW, untaken=True).apart


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("cause", [None, *Cause])
def test_only_what_was_applied_and_git_gave_up_is_dropped(
    verdict: Verdict, cause: Cause | None
) -> None:
    row = replace(ROW, verdict=verdict, cause=cause)
    assert row.dropped is ((verdict, cause) == (Verdict.EXTRA, Cause.GIT_AHEAD))
