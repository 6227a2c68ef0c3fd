"""core.telling.changes: one field that differs."""

from dataclasses import replace

import pytest

from core.model import ABSENT, Absent, FieldChange, FieldVerdict, InfoClass, Masked, Value
from core.telling import changes
from core.telling.spans import Role, plain
from tests.core.telling.samples import KUBECTL, NOW, ORIGIN, REPLICAS


@pytest.mark.parametrize(
    ("change", "words", "role"),
    [
        (REPLICAS, "spec.replicas", Role.STRONG),
        (replace(REPLICAS, note="why"), "spec.replicas  (why)", Role.STRONG),
        (
            replace(REPLICAS, verdict=FieldVerdict.CONTESTED, note="an HPA"),
            "spec.replicas  (contested: an HPA)",
            Role.STRONG,
        ),
        (
            replace(REPLICAS, verdict=FieldVerdict.INFO, info=InfoClass.ORDER),
            "spec.replicas  (info: order)",
            Role.MUTED,
        ),
        (replace(REPLICAS, verdict=FieldVerdict.WARN), "spec.replicas  (warn)", Role.STRONG),
    ],
)
def test_what_does_not_count_says_what_it_is(change: FieldChange, words: str, role: Role) -> None:
    assert changes.title(change) == ((words, role),)


def test_bookkeeping_and_remarks_are_noise() -> None:
    noise = {
        verdict for verdict in FieldVerdict if changes.is_noise(replace(REPLICAS, verdict=verdict))
    }
    assert noise == {FieldVerdict.INFO, FieldVerdict.WARN}


def test_a_log_says_a_change_in_one_clause() -> None:
    assert changes.sentence(REPLICAS) == "spec.replicas is 7 (kubectl), Git says 3"
    gone = replace(REPLICAS, live=ABSENT, actor=None)
    assert changes.sentence(gone) == "spec.replicas is (not there), Git says 3"


@pytest.mark.parametrize(
    ("live", "git", "needed"),
    [
        (1, "1", True),  # single values: the detail is short and tells a type
        ([1], [2], False),
        (["é"], ["e"], True),
        (["x" * 60], [], False),  # it says by itself what is in it
        (["x", "é"], ["y", "é"], False),
        ([Masked("ab")], [Masked("cd")], False),
        ({"a": 1}, {"a": 1}, True),
    ],
)
def test_details_are_shown_where_the_values_do_not_tell(
    live: Value | Absent, git: Value | Absent, needed: bool
) -> None:
    assert changes.needs_detail(replace(REPLICAS, live=live, git=git)) is needed


def test_what_no_eye_sees_comes_first_and_hashes_last() -> None:
    detail = ("first difference at byte 3",)
    hidden = replace(REPLICAS, live="pay\u200b", git="pay", detail=detail)
    assert [*changes.differences(hidden)] == [
        ("differs only in invisible characters", Role.WARNING),
        ("first difference at byte 3", Role.TEXT),
    ]
    secret = replace(REPLICAS, live=Masked("ab"), git=Masked("cd"), detail=("same bytes",))
    assert [*changes.differences(secret)] == [
        ("same bytes", Role.TEXT),
        ("sha256 ab live, cd in Git", Role.MUTED),
    ]
    assert [*changes.differences(REPLICAS)] == []


def test_both_sides_have_somebody_behind_them() -> None:
    live, git = changes.provenance(REPLICAS, NOW, explained=True)
    assert plain(live).startswith("kubectl scale, at least")
    assert plain(git).startswith("3f2a1b9 Ines Duarte")


@pytest.mark.parametrize(("explained", "words"), [(False, "looking up who"), (True, "")])
def test_who_is_being_looked_up_is_not_nobody(explained: bool, words: str) -> None:
    change = replace(REPLICAS, actor=None, origin=None)
    live, git = changes.provenance(change, NOW, explained=explained)
    assert plain(live) == words
    assert git == ()
    known, _ = changes.provenance(replace(change, actor=KUBECTL), NOW, explained=explained)
    assert plain(known).startswith("kubectl")


def test_what_a_sync_cannot_put_back_says_so() -> None:
    change = replace(
        REPLICAS, origin=replace(ORIGIN, note="removed here"), note="why", healable=False
    )
    assert [*changes.remarks(change)] == [
        ("removed here", Role.MUTED),
        ("why", Role.MUTED),
        ("a sync cannot put this back", Role.WARNING),
    ]
    info = replace(change, origin=None, note="", verdict=FieldVerdict.INFO)
    assert [*changes.remarks(info)] == []
    assert [*changes.remarks(REPLICAS)] == []
