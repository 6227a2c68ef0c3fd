"""A container that only live has: a heal removes it whole only if all in it is to go."""

from tests.core.compare.world import By, judged

LIVE = "metadata: {annotations: {note: by hand, sum: '7'}}"
NOTE, SUM = "metadata.annotations.note", "metadata.annotations.sum"


def removed(by: By) -> dict[str, str]:
    """What a heal removes for each change that counts, "" where it is the field itself."""
    judgement = judged("ConfigMap", "", LIVE, by)
    return {change.path: change.place for change in judgement.changes if change.verdict == "drift"}


def test_a_container_that_holds_only_drift_goes_as_a_whole() -> None:
    whole = "metadata.annotations"
    assert removed({"kubectl-annotate": f"{NOTE} {SUM}"}) == {NOTE: whole, SUM: whole}


def test_a_container_in_which_a_controller_wrote_stays_and_only_the_field_goes() -> None:
    assert removed({"kubectl-annotate": NOTE, "summing-controller": SUM}) == {NOTE: ""}
