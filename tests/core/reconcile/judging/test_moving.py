"""Which side moved, told from one piece of evidence at a time."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.compare import Earlier, OwnerClass
from core.compare.equality.builtin import LAST_APPLIED
from core.model import (
    ABSENT,
    Actor,
    Cause,
    Confidence,
    Desired,
    Drift,
    FieldChange,
    FieldVerdict,
    InfoClass,
    Operation,
    Seen,
    Stamp,
    Verdict,
)
from core.reconcile.judging.causes import Causes, cause_of, cause_of_absence, withheld
from core.reconcile.memory.results import InventoryRow
from tests.core.reconcile.world import CONFIG_MAP, SPEC, body, document, key, live

A = key(CONFIG_MAP, "a")
AHEAD, CHANGED, BOTH = Cause.GIT_AHEAD, Cause.LIVE_CHANGED, Cause.BOTH
DRIFT, INFO, CONTESTED = FieldVerdict.DRIFT, FieldVerdict.INFO, FieldVerdict.CONTESTED
WATCHED = Seen("2", "9", "4", "5", "2026-11-01T10:00:00Z")


def owned(manager: str, operation: str = "Update", **more: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"f:data": {"f:a": {}}}
    return {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields} | (
        more
    )


def by(manager: str | None, operation: str = "Update", subresource: str | None = None) -> Actor:
    how = Operation(operation)
    return Actor(manager, how, subresource, None, None, None, Confidence.OWNED)


def change(path: str = "data.a", verdict: FieldVerdict = DRIFT, **more: Any) -> FieldChange:
    values: dict[str, Any] = {"live": "9", "git": "2"}
    return FieldChange(path, verdict, **(values | more))


def stated(**data: str) -> bytes:
    return json.dumps(body(CONFIG_MAP, "a", data=data)).encode()


def causes(
    applied: str | None = None,
    *managed: dict[str, Any],
    there: dict[str, str] | None = None,
    git: dict[str, str] | None = None,
    past: dict[str, dict[str, str]] | None = None,
    classes: dict[str, OwnerClass] | None = None,
    last: str = "",
) -> Causes:
    """One object whose statement now has the digest "now"; *past* is by digest, newest first."""
    wanted = git if git is not None else {"a": "2"}
    desired = Desired(A.ref, CONFIG_MAP, stated(**wanted), "now", document(CONFIG_MAP, "a"))
    found = live(CONFIG_MAP, "a", 5, data=there or {"a": "9"}, managed=[*managed])
    if last:
        content = json.loads(found.body)
        content["metadata"]["annotations"] = {LAST_APPLIED: last}
        found = replace(found, body=json.dumps(content).encode())
    earlier = None if past is None else tuple(Earlier(d, stated(**p)) for d, p in past.items())
    row = InventoryRow(A.ref, "u1", applied) if applied is not None else None
    return Causes(row, desired, found, None, classes or {}, earlier)


def told(made: Causes, asked: FieldChange) -> Cause | None:
    (answer,) = made.told([asked])
    return answer.cause


# One object ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ([], None),
        ([(DRIFT, None)], None),
        ([(DRIFT, AHEAD), (DRIFT, None)], AHEAD),  # as far as that is known
        ([(DRIFT, AHEAD), (DRIFT, AHEAD)], AHEAD),
        ([(DRIFT, AHEAD), (DRIFT, CHANGED)], BOTH),
        ([(DRIFT, BOTH)], BOTH),
        ([(DRIFT, AHEAD), (CONTESTED, CHANGED), (INFO, CHANGED)], AHEAD),
        ([(INFO, CHANGED)], None),
    ],
)
def test_an_object_moved_where_its_drifted_fields_did(
    fields: list[tuple[FieldVerdict, Cause | None]], cause: Cause | None
) -> None:
    changes = [change(verdict=verdict, cause=each) for verdict, each in fields]
    assert cause_of(changes) is cause


@pytest.mark.parametrize(
    ("heal", "follow", "by_cause"),
    [
        (True, True, {AHEAD: "", CHANGED: "", BOTH: "", None: ""}),
        (
            False,
            True,
            {AHEAD: "", CHANGED: "heal: false", BOTH: "heal: false", None: "heal: false"},
        ),
        (
            True,
            False,
            {AHEAD: "follow: false", CHANGED: "", BOTH: "follow: false", None: "follow: false"},
        ),
        (
            False,
            False,
            {
                AHEAD: "follow: false",
                CHANGED: "heal: false",
                BOTH: "heal: false",
                None: "heal: false",
            },
        ),
    ],
)
def test_each_cause_has_the_switch_that_withholds_it_and_what_is_not_known_has_both(
    *, heal: bool, follow: bool, by_cause: dict[Cause | None, str]
) -> None:
    spec = replace(SPEC, heal=heal, follow=follow)
    assert {cause: withheld(spec, cause) for cause in by_cause} == by_cause


def row(verdict: Verdict, cause: Cause | None, stamp: Stamp | None) -> Drift:
    return Drift(A, "prod", CONFIG_MAP, verdict, cause, stamp=stamp)


RECORDED, OLDER, MEANT = (
    InventoryRow(A.ref, uid, digest)
    for uid, digest in (("u1", "now"), ("u1", "then"), (None, "now"))
)
NEVER, SEEN, OLD = Stamp("now"), Stamp("now", "5", "u1"), Stamp("then", "5", "u1")


@pytest.mark.parametrize(
    ("applied", "before", "cause"),
    [
        (RECORDED, None, CHANGED),
        (OLDER, None, BOTH),
        (None, None, AHEAD),
        (MEANT, None, AHEAD),  # nobody knows whether that apply was ever answered
        (MEANT, row(Verdict.IN_SYNC, None, SEEN), CHANGED),
        (None, row(Verdict.IN_SYNC, None, SEEN), CHANGED),
        (None, row(Verdict.IN_SYNC, None, OLD), AHEAD),  # of what Git states now none was there
        (None, row(Verdict.UNKNOWN, None, None), AHEAD),
        (None, row(Verdict.MISSING, CHANGED, NEVER), CHANGED),
        (None, row(Verdict.MISSING, AHEAD, NEVER), AHEAD),
        (None, row(Verdict.DRIFTED, CHANGED, NEVER), AHEAD),
    ],
)
def test_an_object_is_gone_by_somebodys_doing_where_it_was_there(
    applied: InventoryRow | None, before: Drift | None, cause: Cause
) -> None:
    desired = Desired(A.ref, CONFIG_MAP, stated(a="2"), "now", document(CONFIG_MAP, "a"))
    assert cause_of_absence(applied, desired, before) is cause


# Objects that we applied -----------------------------------------------------------------------


def test_only_what_is_drift_is_given_a_cause() -> None:
    asked = [change(), change("data.b", CONTESTED), change("data.c", INFO)]
    found = causes("now").told(asked)
    assert [each.cause for each in found] == [CHANGED, None, None]
    assert found[1:] == tuple(asked[1:])


PAST = {"before": {"a": "0"}, "then": {"a": "1", "b": "1"}}


@pytest.mark.parametrize(
    ("there", "git", "asked", "cause"),
    [
        ({"a": "1"}, {"a": "2"}, change(), AHEAD),
        ({"a": "9"}, {"a": "1"}, change(), CHANGED),
        ({"a": "9"}, {"a": "2"}, change(), BOTH),
        ({"a": "0"}, {"a": "2"}, change(), BOTH),  # of an older statement than the one we applied
        ({"a": "1"}, {"a": "2", "b": "1"}, change("data.b", live=ABSENT), CHANGED),
    ],
)
def test_what_we_applied_before_git_moved_is_held_against_both_sides(
    there: dict[str, str], git: dict[str, str], asked: FieldChange, cause: Cause
) -> None:
    assert told(causes("then", there=there, git=git, past=PAST), asked) is cause


@pytest.mark.parametrize(
    ("asked", "past", "cause"),
    [
        (change(actor=by("driftdeck")), None, AHEAD),
        (change(actor=by("kubectl-edit")), None, None),  # not before Git was looked through
        (change(), None, None),
        (change(actor=by("kubectl-edit")), {"other": {"a": "1"}}, BOTH),
        (change(actor=by(None)), {}, AHEAD),
        (change(), {}, AHEAD),
        (change(seen=WATCHED), {}, BOTH),
    ],
)
def test_where_history_does_not_have_what_we_applied_whoever_wrote_the_field_tells(
    asked: FieldChange, past: dict[str, dict[str, str]] | None, cause: Cause | None
) -> None:
    assert told(causes("then", past=past), asked) is cause


def test_an_entry_that_stands_where_git_has_another_counts_at_both_places() -> None:
    swapped = change("data.a", place="data.b")
    made = causes("then", there={"b": "9"}, git={"a": "1", "b": "1"}, past=PAST)
    assert told(made, swapped) is CHANGED
    made = causes("then", there={"a": "1", "b": "9"}, git={"a": "1", "b": "2"}, past=PAST)
    assert told(made, swapped) is BOTH
    assert told(made, change("data.a", place="data.b", git=ABSENT)) is CHANGED


# Objects that nobody recorded ------------------------------------------------------------------

BEFORE = {"then": {"a": "9"}}  # live is as an earlier commit stated it


@pytest.mark.parametrize(
    ("asked", "managed", "cause"),
    [
        (change(), (), AHEAD),
        (change(seen=WATCHED, actor=by("driftdeck")), (), CHANGED),
        (change(actor=by("driftdeck")), (owned("helm"),), AHEAD),
        (change(actor=by(None)), (owned("helm"),), AHEAD),
        (change(actor=by("kubectl-edit")), (owned("helm"),), CHANGED),
        (change(actor=by("kubectl-edit")), (owned("kubectl-edit"),), AHEAD),
        (change(actor=by("kubectl-edit")), (owned("kube-controller-manager"),), AHEAD),
        (change(actor=by("kubectl-edit")), (owned("driftdeck"),), AHEAD),
        (change(actor=by("kubectl-edit")), (owned("helm", subresource="status"),), AHEAD),
        (change(actor=by("kubectl-edit", subresource="scale")), (), CHANGED),
        (change(actor=by("kubectl", "Apply")), (owned("helm"),), AHEAD),
        (change(actor=by("kubectl-create")), (owned("helm"),), AHEAD),
        (change(actor=by("kubectl-replace")), (owned("helm"),), AHEAD),
        (change(actor=by("helm")), (owned("kubectl-edit"),), AHEAD),
    ],
)
def test_a_value_that_git_stated_once_came_from_git_unless_somebody_put_it_back(
    asked: FieldChange, managed: tuple[dict[str, Any], ...], cause: Cause
) -> None:
    assert told(causes(None, *managed, past=BEFORE), asked) is cause


def test_a_writer_that_settings_call_a_deployer_edits_nothing() -> None:
    asked = change(actor=by("ci-bot"))
    assert told(causes(None, owned("helm"), past=BEFORE), asked) is CHANGED
    moved = {"ci-bot": OwnerClass.DEPLOYER}
    assert told(causes(None, owned("helm"), past=BEFORE, classes=moved), asked) is AHEAD


def test_what_settings_say_of_the_others_counts_as_well() -> None:
    asked = change(actor=by("kubectl-edit"))
    moved = {"helm": OwnerClass.CONTROLLER}
    assert told(causes(None, owned("helm"), past=BEFORE, classes=moved), asked) is AHEAD


def test_nothing_is_said_of_a_value_before_git_was_looked_through() -> None:
    assert told(causes(None), change()) is None
    assert told(causes(None, past={}), change()) is CHANGED


@pytest.mark.parametrize(
    ("there", "past", "cause"),
    [
        ({"b": "1"}, {"b": "1"}, AHEAD),  # Git came to state it, and nobody deployed that yet
        ({"b": "1"}, {"a": "1", "b": "1"}, CHANGED),  # Git always stated it
        ({"b": "2"}, {"b": "1"}, CHANGED),  # live is newer than the commit without it
    ],
)
def test_a_field_is_lacking_by_git_where_all_else_is_as_before_git_stated_it(
    there: dict[str, str], past: dict[str, str], cause: Cause
) -> None:
    made = causes(None, there=there, git={"a": "2", "b": "2"}, past={"then": past})
    assert told(made, change(live=ABSENT)) is cause


def sent(**data: str) -> str:
    return stated(**data).decode()


@pytest.mark.parametrize(
    ("last", "there", "asked", "cause"),
    [
        (sent(a="9"), {"a": "9"}, change(), AHEAD),  # live is as it left it
        (sent(a="1"), {"a": "9"}, change(), None),  # what else moved it only the past tells
        (sent(a="1"), {"b": "9"}, change(live=ABSENT), CHANGED),  # it was sent, and is gone
        (sent(b="9"), {"b": "9"}, change(live=ABSENT), AHEAD),  # it never was
        (sent(a="9", b="1"), {"a": "9", "b": "9"}, change(place="data.b"), None),
        ("{}", {"b": "9"}, change(live=ABSENT), None),  # nothing was sent
        ("no JSON", {"b": "9"}, change(live=ABSENT), None),
    ],
)
def test_the_last_client_side_apply_tells_before_the_past_does(
    last: str, there: dict[str, str], asked: FieldChange, cause: Cause | None
) -> None:
    assert told(causes(None, there=there, last=last), asked) is cause


# Whether the past would tell more --------------------------------------------------------------


def injected(**more: Any) -> FieldChange:
    made: dict[str, Any] = {"info": InfoClass.INJECTED, "git": ABSENT}
    return change(verdict=INFO, **(made | more))


@pytest.mark.parametrize(
    ("asked", "lacking"),
    [
        (change(), True),
        (change(cause=AHEAD), False),
        (injected(), True),
        (injected(actor=by("helm")), True),
        (injected(actor=by(None)), True),
        (injected(actor=by("kube-controller-manager")), False),
        (injected(actor=by("driftdeck")), False),
        (injected(git="1"), False),
        (injected(info=InfoClass.BOOKKEEPING), False),
        (change(verdict=CONTESTED, git=ABSENT), False),
    ],
)
def test_git_is_looked_through_for_what_nothing_else_tells(
    asked: FieldChange, *, lacking: bool
) -> None:
    known = change("data.z", cause=CHANGED)
    assert causes().lacks_past([known, asked]) is lacking
    assert not causes(past={}).lacks_past([asked])  # it was already


@pytest.mark.parametrize(
    ("managed", "lacking"),
    [
        (owned("driftdeck", "Apply"), False),  # what we stated and dropped goes by itself
        (owned("driftdeck"), True),
        (owned("helm", "Apply"), True),
    ],
)
def test_what_git_dropped_before_our_first_apply_is_all_that_is_asked_for(
    managed: dict[str, Any], *, lacking: bool
) -> None:
    assert causes(None, managed).lacks_past([injected()]) is lacking
    assert not causes("then", managed).lacks_past([injected()])
