"""What earlier commits stated of an object: asked for once, and used while Git stands there."""

from dataclasses import replace
from typing import Any

import pytest

from core.compare import Earlier
from core.model import Document
from core.reconcile.judging.evidence.recalling import (
    ask_past,
    earlier_of,
    forget_past,
    is_recalling,
    take_past,
)
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Recall
from core.reconcile.memory.results import Recalled
from core.reconcile.memory.state import AppState
from core.reconcile.memory.subjects import Recollection
from tests.core.reconcile.world import (
    CONFIG_MAP,
    SPEC,
    applied,
    commit,
    document,
    key,
    world,
)

A, B = key(CONFIG_MAP, "a"), key(CONFIG_MAP, "b")
HERE, THERE = commit(1).id, commit(2).id
KNOWN = (Earlier("d", b"{}"),)


def remembering(past: Recollection | None) -> Draft:
    """An app at commit 1 with one ConfigMap, of whose past that is remembered."""
    made = applied("a")
    draft = Draft(made.state, made.now)
    draft.put(replace(draft.subject(A), past=past))
    return draft


def app_of(draft: Draft) -> AppState:
    return draft.app(SPEC.name)


def stating(**data: str) -> Document:
    return document(CONFIG_MAP, "a", data=data)


@pytest.mark.parametrize(
    ("past", "earlier", "recalling"),
    [
        (None, None, False),
        (Recollection(HERE), None, True),
        (Recollection(HERE, ()), (), False),  # Git was looked through, and there is nothing
        (Recollection(HERE, KNOWN), KNOWN, False),
        (Recollection(THERE, KNOWN), None, False),  # Git moved since
    ],
)
def test_the_past_is_known_once_it_was_told_for_the_commit_that_git_is_at(
    past: Recollection | None, earlier: Any, *, recalling: bool
) -> None:
    draft = remembering(past)
    assert earlier_of(draft, app_of(draft), A) == earlier
    assert is_recalling(draft, A) is recalling


def test_nothing_is_known_of_the_past_before_git_was_read() -> None:
    made = world()
    draft = Draft(made.state, made.now)
    draft.put(replace(draft.subject(A), past=Recollection(HERE, KNOWN)))
    assert earlier_of(draft, app_of(draft), A) is None


@pytest.mark.parametrize(
    ("past", "asked"),
    [
        (None, True),
        (Recollection(HERE), False),
        (Recollection(HERE, KNOWN), False),
        (Recollection(THERE), True),
        (Recollection(THERE, KNOWN), True),
    ],
)
def test_git_is_looked_through_once_for_each_commit(
    past: Recollection | None, *, asked: bool
) -> None:
    draft = remembering(past)
    desired = app_of(draft).desired[A.ref]
    ask_past(draft, app_of(draft), desired)
    ask_past(draft, app_of(draft), desired)
    assert draft.effects == [Recall(A, desired.document, HERE)] * asked
    assert draft.subject(A).past == (Recollection(HERE) if asked else past)


def test_what_is_not_needed_is_forgotten_and_nothing_else_with_it() -> None:
    draft = remembering(Recollection(HERE, KNOWN))
    row = draft.row(A)
    forget_past(draft, A)
    assert (draft.subject(A).past, draft.row(A)) == (None, row)
    forget_past(draft, B)
    assert B not in draft.subjects  # of what was not remembered nothing comes to be


def told(draft: Draft, *documents: Document, revision: str = HERE) -> Recollection | None:
    take_past(draft, Recalled(A, revision, documents))
    return draft.subject(A).past


def is_waiting(draft: Draft) -> bool:
    return any(A in bundle for bundle in draft.queue(SPEC.name))


def test_an_answer_is_kept_newest_first_without_what_git_states_now_or_stated_twice() -> None:
    draft = remembering(Recollection(HERE))
    now, second, first = (stating(a=value) for value in ("1", "2", "3"))
    past = told(draft, now, second, first, second)
    assert past is not None
    assert past.earlier is not None
    assert [each.body.count(b'"2"') for each in past.earlier] == [1, 0]
    assert [each.body.count(b'"3"') for each in past.earlier] == [0, 1]
    assert all(b'"web"' in each.body for each in past.earlier)  # in canonical form
    assert is_waiting(draft)
    assert draft.subject(A).rejudge


@pytest.mark.parametrize(
    ("past", "revision"),
    [
        (None, HERE),
        (Recollection(THERE), HERE),
        (Recollection(HERE), THERE),
        (Recollection(HERE, KNOWN), HERE),  # it was answered already
    ],
)
def test_an_answer_that_nobody_waits_for_is_dropped(
    past: Recollection | None, revision: str
) -> None:
    draft = remembering(past)
    assert told(draft, stating(a="2"), revision=revision) == past
    assert not is_waiting(draft)


def test_an_answer_about_what_git_states_no_more_is_dropped() -> None:
    draft = remembering(Recollection(HERE))
    draft.put_app(replace(app_of(draft), desired={}))
    assert told(draft, stating(a="2")) == Recollection(HERE)


@pytest.mark.parametrize("gone", ["resources", "kind", "all resources"])
def test_of_a_kind_that_the_cluster_no_longer_serves_nothing_is_known(gone: str) -> None:
    draft = remembering(Recollection(HERE))
    cluster = draft.cluster("prod")
    without = {kind: each for kind, each in (cluster.resources or {}).items() if kind != CONFIG_MAP}
    match gone:
        case "resources":
            draft.put_cluster(replace(cluster, resources=without))
        case "kind":
            draft.put_cluster(replace(cluster, kinds={}))
        case _:
            draft.put_cluster(replace(cluster, resources=None))
    assert told(draft, stating(a="2")) == Recollection(HERE, ())
