"""The drift matrix: every kind of live change is seen, named and healed as the rules say.

One run makes all of them, each on an object of its own; `python -m tests.bench.matrix` prints it.
"""

import pytest

from tests.apiserver.server import ApiServer
from tests.matrix.changes import SETTINGS, STRICT, Nature
from tests.matrix.run import Outcome, prepared

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def outcomes(real_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    return prepared(real_server, tmp_path_factory.mktemp("matrix")).run(kubectl_diff=False)


def test_every_change_has_the_verdict_that_the_rules_give_it(outcomes: list[Outcome]) -> None:
    wrong = [
        (each.title, setting.name, each.verdicts[setting], each.case.expected(setting))
        for each in outcomes
        for setting in SETTINGS
        if each.verdicts[setting] != each.case.expected(setting)
    ]
    assert wrong == []


def test_no_change_goes_unseen_and_uncounted_under_the_strictest_settings(
    outcomes: list[Outcome],
) -> None:
    counted = {"drift", "missing", "extra"}
    assert [each.title for each in outcomes if each.verdicts[STRICT] not in counted] == []


def test_whoever_left_a_trace_in_the_object_is_named(outcomes: list[Outcome]) -> None:
    traced = [
        each for each in outcomes if each.case.change.nature in {Nature.ADDED, Nature.CHANGED}
    ]
    wrong = [
        (each.title, each.actor, each.case.manager)
        for each in traced
        if each.case.manager not in each.actor
    ]
    assert wrong == []


def test_whoever_did_it_is_named_where_an_audit_log_is_read(outcomes: list[Outcome]) -> None:
    assert [each.title for each in outcomes if not each.actor] == []


def test_a_sync_heals_what_counts_as_drift_and_nothing_else(outcomes: list[Outcome]) -> None:
    wrong = [
        (each.title, setting.name, each.healed[setting])
        for each in outcomes
        for setting in SETTINGS
        if each.healed[setting] != each.case.to_heal(setting)
    ]
    assert wrong == []
