"""Which objects `driftdeck adopt` means."""

from dataclasses import replace

import pytest

from core.cli.commands.writing.adopt import chosen
from core.errors import UsageError
from core.model import Drift, Key, Snapshot, Verdict
from tests.core.reconcile.world import CONFIG_MAP, SPEC, key


def row(name: str, verdict: Verdict, namespace: str = "web") -> tuple[Key, Drift]:
    found = key(CONFIG_MAP, name)
    found = found._replace(ref=found.ref._replace(namespace=namespace))
    return found, Drift(found, "prod", CONFIG_MAP, verdict)


WORLD = Snapshot(
    rows=dict(
        [
            row("a", Verdict.DRIFTED),
            row("b", Verdict.EXTRA),
            row("b", Verdict.EXTRA, "other"),
            row("c", Verdict.MISSING),
        ]
    )
)


def named(text: str) -> set[tuple[str, str]]:
    return {(each.ref.namespace, each.ref.name) for each in chosen(WORLD, SPEC, text)}


def test_without_a_name_it_is_what_drifted_and_nothing_else() -> None:
    assert named("") == {("web", "a")}
    assert chosen(WORLD, replace(SPEC, name="another"), "") == frozenset()


def test_an_object_is_named_by_kind_and_name_in_a_namespace_if_need_be() -> None:
    assert named("configmap/a") == {("web", "a")}
    assert named("ConfigMap/other/b") == {("other", "b")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ConfigMap/b", "means several"),
        ("ConfigMap/nobody", "no such object"),
        ("a", "no such object"),
        ("Secret/a", "no such object"),
    ],
)
def test_a_name_that_tells_no_object_is_a_mistake_of_the_one_who_asks(
    text: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        named(text)
