"""Each reason for UNKNOWN, as programs and people read it; and nobody else is affected."""

import json
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest

from core.cli.output.forms import diff_form
from core.cli.output.ink import ink_for
from core.cli.output.report import Page, report_lines
from core.model import Document, KindRef, Live, Problem, Remedy, Snapshot, Verdict
from core.reconcile.memory.effects import Confirm, Perform
from core.reconcile.memory.inputs import KindLost, SchemaRead, SourceRead
from core.reconcile.memory.results import Confirmed, InventoryRead, InventoryRow
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    SPEC,
    World,
    applied,
    commit,
    document,
    key,
    live,
    ref,
    world,
)

DATA: Any = {"data": {"a": "1"}}
PLAIN = Page(ink_for(StringIO(), no_color=True), 0.0)


def told(made: World, name: str, kind: KindRef = CONFIG_MAP) -> str:
    """The reason in JSON, which the text says too."""
    shown = snapshot(made.state, Snapshot())
    found = json.loads(json.dumps(diff_form(shown, everything=True)))["objects"]
    (form,) = (each for each in found if (each["kind"], each["name"]) == (kind.kind, name))
    assert form["verdict"] == "unknown"
    text = " ".join(" ".join(report_lines(shown, PLAIN, everything=True)).split())
    assert form["reason"] in text
    return str(form["reason"])


def read(made: World, documents: Iterable[Document], refused: dict[str, str]) -> None:
    refusals = tuple(refused.items())
    made.feed(SourceRead(SPEC.name, commit(2), tuple(documents), tuple(refused.values()), refusals))


def test_not_read_yet() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **DATA), document(DEPLOYMENT, "d"))
    made.feed(InventoryRead(SPEC.name, ()))
    made.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, **DATA))])
    assert told(made, "d", DEPLOYMENT) == "not-read-yet"
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"


def test_git_unreadable_is_what_a_refused_file_stated_before() -> None:
    made = applied("a", "b")
    read(made, [document(CONFIG_MAP, "b", **DATA)], {"a.yaml": "a.yaml:3: not YAML"})
    assert told(made, "a") == "git-unreadable: a.yaml:3: not YAML"
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"
    read(made, [document(CONFIG_MAP, "b", **DATA)], {"a.yaml": "a.yaml:4: still not YAML"})
    assert told(made, "a") == "git-unreadable: a.yaml:4: still not YAML"
    read(made, [document(CONFIG_MAP, name, **DATA) for name in ("a", "b")], {})
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"


def test_git_unreadable_is_one_wrong_object_of_a_file_and_not_its_neighbours() -> None:
    made = applied("a", "b")
    neighbour = replace(document(CONFIG_MAP, "b", **DATA), file="a.yaml", line=9)
    read(made, [neighbour], {"a.yaml": "a.yaml:3: its label is too long"})
    assert told(made, "a") == "git-unreadable: a.yaml:3: its label is too long"
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"
    read(made, [replace(neighbour, line=2)], {"a.yaml": "a.yaml:3: its label is too long"})
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"


def test_git_unreadable_is_a_wrong_object_that_never_was_right() -> None:
    made = applied("b")
    wrong = replace(document(CONFIG_MAP, "a"), body=b"", line=3)
    why = "a.yaml:3: its label is too long"
    documents = (document(CONFIG_MAP, "b", **DATA),)
    refused = (("a.yaml", why),)
    made.feed(SourceRead(SPEC.name, commit(2), documents, (why,), refused, ((wrong, why),)))
    assert told(made, "a") == f"git-unreadable: {why}"
    assert made.row("a").verdict is Verdict.UNKNOWN
    assert (made.row("a").file, made.row("a").line) == ("a.yaml", 3)
    read(made, documents, {})
    assert made.row("b").verdict is Verdict.IN_SYNC
    assert not any(key.ref.name == "a" for key in made.state.rows)


def test_git_unreadable_is_what_stands_in_a_folder_that_is_not_rendered() -> None:
    made = applied("a")
    read(made, [], {"": "kustomization.yaml:1: for kustomize"})
    assert told(made, "a") == "git-unreadable: kustomization.yaml:1: for kustomize"


def test_git_unreadable_is_also_what_nobody_applied_yet() -> None:
    made = world()
    made.read(document(CONFIG_MAP, "a", **DATA))
    made.listing(CONFIG_MAP, [])
    made.feed(InventoryRead(SPEC.name, ()))
    assert made.verdict(CONFIG_MAP, "a") == "missing"
    read(made, [], {"a.yaml": "a.yaml:3: not YAML"})
    assert told(made, "a") == "git-unreadable: a.yaml:3: not YAML"


def test_git_unreadable_is_what_would_be_extra() -> None:
    made = world()
    read(made, [document(CONFIG_MAP, "b", **DATA)], {"a.yaml": "a.yaml:3: not YAML"})
    rows = [(name, live(CONFIG_MAP, name, 5, **DATA)) for name in ("a", "b")]
    made.listing(CONFIG_MAP, rows)
    made.feed(InventoryRead(SPEC.name, (InventoryRow(ref(CONFIG_MAP, "a"), "u1", "d"),)))
    assert told(made, "a") == "git-unreadable"
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"


def test_an_object_that_git_really_dropped_is_not_held_back() -> None:
    made = applied("a", "b")
    read(made, [document(CONFIG_MAP, "b", **DATA)], {})
    assert made.verdict(CONFIG_MAP, "a") == "extra"


def test_live_unreadable_is_one_kind_and_what_would_be_extra_of_it() -> None:
    made = applied("a", "b")
    made.read(document(CONFIG_MAP, "b", **DATA), document(DEPLOYMENT, "d"), number=2)
    made.listing(DEPLOYMENT, [("d", live(DEPLOYMENT, "d", 5))])
    made.feed(KindLost("prod", CONFIG_MAP, Problem(Remedy.GRANT, "you may not list configmaps")))
    assert told(made, "a") == "live-unreadable: you may not list configmaps"
    assert told(made, "b") == "live-unreadable: you may not list configmaps"
    assert made.verdict(DEPLOYMENT, "d") == "in_sync"
    made.listing(CONFIG_MAP, [("b", live(CONFIG_MAP, "b", 5, **DATA))])
    assert made.verdict(CONFIG_MAP, "a") == ""
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"


def test_not_served_warns_at_the_version() -> None:
    made = applied("a")
    old = KindRef("apps/v1beta1", "Deployment")
    made.read(document(CONFIG_MAP, "a", **DATA), document(old, "d"), number=2)
    words = "the cluster serves no Deployment in apps/v1beta1"
    assert told(made, "d", old) == f"not-served: {words}"
    (change,) = made.state.rows[key(old, "d")].changes
    assert (change.path, change.verdict.value, change.git) == ("apiVersion", "warn", "apps/v1beta1")
    assert made.verdict(CONFIG_MAP, "a") == "in_sync"


def test_schema_unavailable_is_neither_openapi_nor_oracle() -> None:
    made = world()
    made.feed(SchemaRead("prod", CONFIG_MAP, None))
    made.read(document(CONFIG_MAP, "a", **DATA), document(CONFIG_MAP, "b", **DATA))
    found = [
        ("a", live(CONFIG_MAP, "a", 5, data={"a": "2"})),
        ("b", live(CONFIG_MAP, "b", 5, **DATA)),
    ]
    made.listing(CONFIG_MAP, found)
    made.feed(InventoryRead(SPEC.name, ()))
    asked = next(e for e in made.effects if isinstance(e, Confirm))
    made.feed(Confirmed(asked.key, asked.desired, asked.live, None, "you may not", status=403))
    assert told(made, "a") == "schema-unavailable"
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"


def terminating(name: str, version: int, **content: Any) -> Live:
    gone = live(CONFIG_MAP, name, version, **content)
    body = json.loads(gone.body)
    body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return Live(gone.uid, gone.resource_version, json.dumps(body).encode())


@pytest.mark.parametrize("content", [DATA, {"data": {"a": "2"}}])
def test_terminating_is_never_healed(content: Any) -> None:
    made = applied("a", "b", healing=True)
    made.change(CONFIG_MAP, "a", terminating("a", 9, **content))
    assert told(made, "a") == "terminating"
    assert made.verdict(CONFIG_MAP, "b") == "in_sync"
    assert [e for e in made.effects if isinstance(e, Perform | Confirm)] == []


def test_terminating_is_not_extra() -> None:
    made = applied("a", "b")
    made.change(CONFIG_MAP, "a", terminating("a", 9, **DATA))
    made.read(document(CONFIG_MAP, "b", **DATA), number=2)
    assert told(made, "a") == "terminating"


def test_compare_failed_is_one_object_among_a_hundred() -> None:
    names = [f"n{number}" for number in range(100)]
    made = applied(*names)
    made.change(CONFIG_MAP, "n50", Live("u1", "9", b'{"metadata": '))
    assert told(made, "n50") == "compare-failed"
    verdicts = [made.verdict(CONFIG_MAP, name) for name in names if name != "n50"]
    assert verdicts == ["in_sync"] * 99
    made.change(CONFIG_MAP, "n50", live(CONFIG_MAP, "n50", 10, **DATA))
    assert made.verdict(CONFIG_MAP, "n50") == "in_sync"
