"""core.attribution.users: a user is claimed where exactly one request fits, else nobody."""

from dataclasses import replace
from datetime import datetime

from core.attribution.users import attribute, maker, remover
from core.model import (
    ABSENT,
    Actor,
    AuditEvent,
    Confidence,
    FieldChange,
    FieldVerdict,
    Operation,
    Seen,
)

AT = "2026-11-25T10:00:07Z"
T = datetime.fromisoformat(AT).timestamp()
OWNER = Actor("kubectl-edit", Operation.UPDATE, None, AT, None, None, Confidence.OWNED)
SEEN = Seen(3, 7, "5", "6", AT)
WRITE = AuditEvent("alice", "patch", "kubectl/v1", "kubectl-edit", "", T + 0.1, T + 0.2)


def found(
    *events: AuditEvent, actor: Actor | None = OWNER, seen: Seen | None = None
) -> Actor | None:
    change = FieldChange("a", FieldVerdict.DRIFT, live=7, git=3, actor=actor, seen=seen)
    return attribute([change], events, applied=False)[0].actor


def test_the_one_request_of_that_second_gives_its_user() -> None:
    actor = found(WRITE)
    assert actor is not None
    assert (actor.user, actor.verb, actor.user_agent) == ("alice", "patch", "kubectl/v1")
    assert (actor.manager, actor.confidence, actor.time) == ("kubectl-edit", "audit", AT)


def test_a_request_of_another_second_client_or_subresource_is_not_it() -> None:
    for other in (
        replace(WRITE, began=T - 1.1, ended=T - 0.9),
        replace(WRITE, began=T + 1.1, ended=T + 1.2),
        replace(WRITE, manager="helm"),
        replace(WRITE, subresource="scale"),
    ):
        assert found(other) == OWNER


def test_a_request_that_spans_the_second_is_it() -> None:
    actor = found(replace(WRITE, began=T - 0.9, ended=T + 1.2))
    assert actor is not None
    assert actor.user == "alice"


def test_of_two_requests_both_users_are_shown_and_none_is_claimed() -> None:
    actor = found(WRITE, replace(WRITE, user="bob"))
    assert actor == replace(OWNER, suspects=("alice", "bob"))


def test_an_earlier_write_of_another_user_by_the_same_client_leaves_a_doubt() -> None:
    earlier = replace(WRITE, user="bob", began=T - 60.2, ended=T - 60)
    assert found(earlier, WRITE) == replace(OWNER, suspects=("bob", "alice"))
    actor = found(replace(earlier, user="alice"), WRITE)
    assert actor is not None
    assert actor.user == "alice"


def test_a_step_that_was_seen_is_matched_by_our_time_where_the_entry_has_none() -> None:
    scaled = replace(OWNER, manager="kubectl", subresource="scale", time=None)
    write = replace(WRITE, manager="kubectl", subresource="scale")
    actor = found(replace(write, began=T - 60, ended=T - 59), write, actor=scaled, seen=SEEN)
    assert actor is not None
    assert (actor.user, actor.subresource, actor.time) == ("alice", "scale", AT)


def test_two_writes_within_a_step_are_told_apart_by_the_time_of_its_entry() -> None:
    observed = replace(OWNER, confidence=Confidence.OBSERVED)
    before = replace(WRITE, user="bob", began=T - 1.2, ended=T - 1.1)
    actor = found(before, WRITE, actor=observed, seen=SEEN)
    assert actor is not None
    assert actor.user == "alice"


def test_a_removed_field_gets_a_user_where_one_request_fits() -> None:
    nobody = Actor(None, None, None, None, AT, None, Confidence.OBSERVED)
    seen = Seen(3, ABSENT, "5", "6", AT)
    actor = found(WRITE, actor=nobody, seen=seen)
    assert actor is not None
    assert (actor.user, actor.manager) == ("alice", "kubectl-edit")
    assert found(WRITE, replace(WRITE, manager="x", user="bob"), actor=nobody, seen=seen) == (
        replace(nobody, suspects=("alice", "bob"))
    )


def test_after_a_broken_watch_the_whole_gap_counts() -> None:
    gap = replace(SEEN, since="2026-11-25T09:50:00Z")
    early = replace(WRITE, began=T - 500, ended=T - 499)
    actor = found(early, actor=replace(OWNER, time=None), seen=gap)
    assert actor is not None
    assert actor.user == "alice"


OURS = replace(WRITE, user="driftdeck", manager="driftdeck", began=T - 60, ended=T - 59)
SCALER = replace(OWNER, manager="kubectl", subresource="scale", time=None)
SCALE = replace(WRITE, manager="kubectl", subresource="scale", user_agent="kubectl/v1")


def test_a_scale_whose_entry_has_no_time_gets_the_user_of_the_request_since_our_apply() -> None:
    earlier = replace(SCALE, user="bob", began=T - 600, ended=T - 599)
    others = (WRITE, replace(SCALE, manager="kube-controller-manager"))
    actor = found(earlier, OURS, *others, SCALE, actor=SCALER)
    assert actor is not None
    assert (actor.user, actor.manager, actor.subresource) == ("alice", "kubectl", "scale")
    assert (actor.confidence, actor.time) == ("audit", AT)


def test_of_two_scales_by_one_user_the_last_one_counts() -> None:
    later = replace(SCALE, began=T + 60, ended=T + 60.1)
    actor = found(OURS, SCALE, later, actor=SCALER)
    assert actor is not None
    assert (actor.user, actor.time) == ("alice", "2026-11-25T10:01:07Z")


def test_of_two_scales_by_two_users_either_may_have_set_it() -> None:
    actor = found(OURS, SCALE, replace(SCALE, user="bob"), actor=SCALER)
    assert actor == replace(SCALER, suspects=("alice", "bob"))


def test_a_scale_that_our_later_apply_left_alone_keeps_its_user() -> None:
    actor = found(SCALE, replace(OURS, began=T + 60, ended=T + 61), actor=SCALER)
    assert actor is not None
    assert actor.user == "alice"


def test_no_request_of_that_client_and_subresource_gives_nobody() -> None:
    deleted = replace(SCALE, verb="delete", subresource="", began=T + 1, ended=T + 2)
    for events in ((OURS, WRITE), (SCALE, deleted), ()):
        assert found(*events, actor=SCALER) == SCALER


def test_without_any_time_nothing_is_matched() -> None:
    for time in (None, "yesterday"):
        owner = replace(OWNER, time=time)
        assert found(WRITE, actor=owner) == owner
    nobody = Actor(None, None, None, None, None, None, Confidence.UNKNOWN)
    assert found(WRITE, actor=nobody) == nobody
    assert found(WRITE, actor=None) is None


NOBODY = Actor(None, None, None, None, None, None, Confidence.UNKNOWN)


def taken_away(*events: AuditEvent, applied: bool = True) -> Actor | None:
    change = FieldChange("a", FieldVerdict.DRIFT, live=ABSENT, git=3, actor=NOBODY)
    return attribute([change], events, applied=applied)[0].actor


def test_what_we_applied_was_taken_away_by_the_one_write_since() -> None:
    actor = taken_away(OURS, WRITE)
    assert actor is not None
    assert (actor.user, actor.manager, actor.confidence) == ("alice", "kubectl-edit", "audit")


def test_of_two_writes_since_ours_either_may_have_taken_it_away() -> None:
    bob = replace(WRITE, user="bob")
    actor = taken_away(OURS, WRITE, bob)
    assert actor == replace(NOBODY, manager="kubectl-edit", suspects=("alice", "bob"))
    actor = taken_away(OURS, WRITE, replace(bob, manager="helm"))
    assert actor == replace(NOBODY, suspects=("alice", "bob"))


def test_a_scale_takes_no_field_away_and_what_was_never_applied_is_not_gone() -> None:
    assert taken_away(OURS, replace(WRITE, subresource="scale")) == NOBODY
    assert taken_away(OURS, WRITE, applied=False) == NOBODY
    assert taken_away(WRITE) == NOBODY


def test_the_last_deletion_tells_who_deleted_an_object() -> None:
    gone = replace(WRITE, verb="delete", manager="kubectl")
    actor = remover([replace(gone, user="bob"), OURS, gone])
    assert actor is not None
    assert (actor.user, actor.verb, actor.manager) == ("alice", "delete", "kubectl")
    assert remover([OURS, WRITE]) is None


def test_the_first_write_after_a_deletion_made_the_object() -> None:
    create = replace(WRITE, verb="create", manager="kubectl-create", user="bob")
    actor = maker(None, [OURS, replace(WRITE, verb="delete"), create, WRITE])
    assert actor is not None
    assert (actor.user, actor.manager) == ("bob", "kubectl-create")
    assert maker(OWNER, [replace(WRITE, manager="helm")]) == OWNER
    assert maker(None, [WRITE]) is None
