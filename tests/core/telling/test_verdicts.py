"""core.telling.verdicts: what the verdicts are called, and which comes first."""

from core.model import FieldVerdict, Verdict
from core.telling.spans import Role
from core.telling.verdicts import FIELD_RANKS, RANKS, ROLES, WORDS, no_manifests, totals


def test_every_verdict_has_a_word_a_rank_and_a_role_of_its_own() -> None:
    assert set(WORDS) == set(RANKS) == set(ROLES) == set(Verdict)
    assert len({*ROLES.values()}) == len(Verdict)
    assert ROLES[Verdict.MISSING] is Role.MISSING
    assert set(FIELD_RANKS) == set(FieldVerdict)


def test_drift_comes_first_and_peace_last() -> None:
    assert min(Verdict, key=RANKS.__getitem__) is Verdict.DRIFTED
    assert max(Verdict, key=RANKS.__getitem__) is Verdict.IN_SYNC
    assert sorted(FieldVerdict, key=FIELD_RANKS.__getitem__) == [
        FieldVerdict.DRIFT,
        FieldVerdict.CONTESTED,
        FieldVerdict.WARN,
        FieldVerdict.INFO,
    ]


def test_totals_leave_out_what_does_not_occur() -> None:
    counts = {Verdict.IN_SYNC: 3, Verdict.DRIFTED: 1, Verdict.EXTRA: 0}
    assert totals(counts.items()) == "1 drifted, 3 in sync"
    assert totals(counts.items(), 2) == "1 drifted, 3 in sync (2 ignored)"
    assert totals(()) == "no objects"


def test_files_and_documents_that_are_no_manifests_are_counted() -> None:
    assert no_manifests(["values.yaml"]) == "1 file is no manifest"
    assert no_manifests(["a.json", "values.yaml"]) == "2 files are no manifests"
    assert no_manifests(["a.json", "b.yaml:7"]) == "2 documents are no manifests"
