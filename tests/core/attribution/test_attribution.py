"""core.attribution: one question, answered by Git's history and the audit log together."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from core.attribution import Attribution
from core.attribution.origins import REMOVED
from core.git import Repositories
from core.manifests import load
from core.model import (
    Actor,
    AppSpec,
    AuditEvent,
    Confidence,
    Desired,
    FieldChange,
    FieldVerdict,
    Json,
    Key,
    KindRef,
    Live,
    ObjectRef,
    Operation,
)
from core.reconcile.memory.effects import LookUp
from tests.core.git.sample import ANN, Sample
from tests.core.manifests.here import HERE

KIND = KindRef("v1", "ConfigMap")
REF = ObjectRef("", "ConfigMap", "shop", "settings")
FILE = "shop/a.yaml"
AT, SECOND = "2026-11-25T10:00:07Z", 1_795_600_807.0
OWNER = Actor("kubectl-edit", Operation.UPDATE, None, AT, None, None, Confidence.OWNED)
LIVE = Live("u1", "7", b"{}")
WRITE = AuditEvent("alice", "patch", "kubectl/v1", "kubectl-edit", "", SECOND + 0.1, SECOND + 0.2)
DELETION = replace(WRITE, verb="delete", user="bob", manager="kubectl")


def manifest(value: str) -> bytes:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
    return f"{head}data:\n  mode: {value}\n".encode()


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    made = Sample(tmp_path / "repo")
    made.commit({FILE: manifest("one"), "README": b"x"}, "first")
    made.commit({FILE: manifest("two")}, "second")
    made.commit({"README": b"y"}, "elsewhere")
    return made


def attribution(sample: Sample) -> Attribution:
    app = AppSpec(name="shop", repo=str(sample.path), revision="main", path="shop", cluster="c")
    return Attribution([app], Repositories(), HERE)


def question(sample: Sample) -> LookUp:
    """A field that Git set to "two", and somebody changed."""
    (document,) = load(FILE, manifest("two")).documents
    desired = Desired(REF, KIND, document.body, "d", document)
    change = FieldChange("data.mode", FieldVerdict.DRIFT, "three", "two", actor=OWNER)
    head = sample.git("rev-parse", "main").strip()
    key = Key("shop", REF)
    return LookUp("c", key, KIND, desired, LIVE, (change,), head, applied=True)


def test_a_field_gets_its_user_and_its_commit(sample: Sample) -> None:
    found = attribution(sample).look_up(question(sample), [WRITE])
    (change,) = found.changes
    assert change.actor is not None
    assert change.origin is not None
    assert (change.actor.user, change.actor.confidence) == ("alice", "audit")
    assert (change.origin.subject, change.origin.author) == ("second", ANN)
    assert (change.origin.file, change.origin.line) == (FILE, 5)
    assert (found.origin, found.actor) == (None, None)  # these are of objects as a whole


def test_the_answer_carries_what_it_was_asked_of(sample: Sample) -> None:
    asked = question(sample)
    found = attribution(sample).look_up(asked, [])
    assert (found.key, found.desired, found.live) == (asked.key, asked.desired, asked.live)
    assert found.changes[0].actor == OWNER


def test_a_repository_that_cannot_be_read_still_leaves_the_users(sample: Sample) -> None:
    asked = question(sample)
    sample.path.rename(sample.path.with_name("away"))
    (change,) = attribution(sample).look_up(asked, [WRITE]).changes
    assert change.actor is not None
    assert (change.actor.user, change.origin) == ("alice", None)


def test_a_missing_object_has_who_deleted_it_and_the_commit_that_states_it(
    sample: Sample,
) -> None:
    asked = replace(question(sample), live=None, changes=())
    found = attribution(sample).look_up(asked, [WRITE, DELETION])
    assert found.actor is not None
    assert found.origin is not None
    assert (found.actor.user, found.actor.verb) == ("bob", "delete")
    assert (found.origin.subject, found.origin.note) == ("second", "")


def test_an_extra_object_has_who_made_it_and_the_commit_that_removed_it(sample: Sample) -> None:
    sample.commit({FILE: None}, "gone")
    asked = replace(question(sample), desired=None, changes=(), actor=OWNER)
    made = replace(WRITE, verb="create")
    found = attribution(sample).look_up(asked, [made])
    assert found.actor is not None
    assert found.origin is not None
    assert (found.actor.user, found.actor.verb) == ("alice", "create")
    assert (found.origin.subject, found.origin.note) == ("gone", REMOVED)


def test_for_what_git_never_had_no_history_is_walked(sample: Sample) -> None:
    asked = replace(question(sample), desired=None, changes=(), applied=False, actor=OWNER)
    sample.path.rename(sample.path.with_name("away"))  # nobody looks there
    found = attribution(sample).look_up(asked, [])
    assert (found.origin, found.actor) == (None, OWNER)


class Garbage:
    """What runs Python when it is collected, in the middle of anything."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        sum(range(2000))


def test_questions_that_come_together_are_answered(
    sample: Sample, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(partial(gc.set_threshold, *gc.get_threshold()))
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    gc.set_threshold(20)
    sys.setswitchinterval(1e-6)
    git: list[Json] = [{"name": f"n{at}", "deep": [{"a": at}]} for at in range(6)]
    live: list[Json] = [{"name": f"n{at}", "deep": [{"a": -at}]} for at in range(6)]
    change = FieldChange("data.mode", FieldVerdict.DRIFT, live=live, git=git)
    asked, answering = replace(question(sample), changes=(change,)), attribution(sample)

    def looked_up(_: int) -> None:
        for _ in range(20):
            Garbage()
        assert answering.look_up(asked, []).changes[0].detail

    with ThreadPoolExecutor(6) as threads:
        assert len([*threads.map(looked_up, range(300))]) == 300
