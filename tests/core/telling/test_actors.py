"""core.telling.actors: who set a live value, and when, no surer than the evidence is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.model import ABSENT, Actor, Confidence, Masked, Operation, Seen
from core.telling import actors
from core.telling.spans import Role, plain
from tests.core.telling.samples import KUBECTL, NOBODY, NOW, REPLICAS, SEEN

OBSERVED = replace(KUBECTL, observed_at=SEEN.at, confidence=Confidence.OBSERVED)
AUDITED = replace(KUBECTL, user="alice", confidence=Confidence.AUDIT)
BETWEEN = replace(SEEN, since="2026-07-01T11:00:03Z", before=ABSENT)

AT = "(2026-07-01 12:00:03 UTC)"
SAW = "(2026-07-01 12:00:05 UTC)"

CASES = [
    pytest.param(
        KUBECTL,
        None,
        f"kubectl scale, at least 10m ago {AT}, user unknown (owned)",
        "kubectl scale, at least 10m ago, user unknown (owned)",
        id="owned",
    ),
    pytest.param(
        replace(KUBECTL, time=None, subresource=None),
        None,
        "kubectl, time unknown, user unknown (owned)",
        "kubectl, time unknown, user unknown (owned)",
        id="owned, no time",
    ),
    pytest.param(
        OBSERVED,
        SEEN,
        f"kubectl scale, seen 9m ago {SAW}, user unknown (observed), was 3",
        "kubectl scale, seen 9m ago, user unknown (observed), was 3",
        id="observed",
    ),
    pytest.param(
        replace(OBSERVED, confidence=Confidence.OWNED),
        SEEN,
        f"kubectl scale, seen 9m ago {SAW}, user unknown (owned), was 3",
        "kubectl scale, seen 9m ago, user unknown (owned), was 3",
        id="the step shows nobody, the field has an owner",
    ),
    pytest.param(
        KUBECTL,
        BETWEEN,
        f"kubectl scale, between 1h ago (2026-07-01 11:00:03 UTC) and 9m ago {SAW},"
        " user unknown (owned), was not there",
        "kubectl scale, between 1h ago and 9m ago, user unknown (owned), was (absent)",
        id="the watch was broken meanwhile",
    ),
    pytest.param(
        replace(AUDITED, manager="kubectl-edit", subresource=None),
        None,
        f"alice, 10m ago {AT}, kubectl edit (audit)",
        "alice, 10m ago, kubectl edit (audit)",
        id="audit",
    ),
    pytest.param(
        AUDITED,
        SEEN,
        f"alice, 10m ago {AT}, kubectl scale (audit), was 3",
        "alice, 10m ago, kubectl scale (audit), was 3",
        id="audit, and seen",
    ),
    pytest.param(
        replace(AUDITED, manager=None, operation=None, subresource=None),
        None,
        f"alice, 10m ago {AT} (audit)",
        "alice, 10m ago (audit)",
        id="audit, no manager",
    ),
    pytest.param(
        replace(KUBECTL, suspects=("alice", "bob")),
        None,
        f"perhaps alice or bob, at least 10m ago {AT}, kubectl scale (owned)",
        "perhaps alice or bob, at least 10m ago, kubectl scale (owned)",
        id="suspects",
    ),
    pytest.param(
        NOBODY,
        None,
        "",
        "user unknown, time unknown (unknown)",
        id="unknown",
    ),
    pytest.param(
        replace(NOBODY, observed_at=SEEN.at),
        SEEN,
        f"user unknown, seen 9m ago {SAW} (unknown), was 3",
        "user unknown, seen 9m ago (unknown), was 3",
        id="unknown, but seen",
    ),
    pytest.param(
        replace(KUBECTL, time="yesterday"),
        None,
        "kubectl scale, time unknown, user unknown (owned)",
        "kubectl scale, time unknown, user unknown (owned)",
        id="a client's own idea of time",
    ),
]


@pytest.mark.parametrize(("actor", "seen", "sentence", "row"), CASES)
def test_an_actor_is_a_sentence_on_a_page_and_a_row_in_a_pane(
    actor: Actor, seen: Seen | None, sentence: str, row: str
) -> None:
    assert plain(actors.story(actor, NOW, seen)) == sentence
    assert plain(actors.brief(actor, NOW, replace(REPLICAS, seen=seen))) == row


def test_of_nobody_there_is_nothing_to_say() -> None:
    assert actors.story(None, NOW) == ()
    assert actors.story(NOBODY, NOW) == ()


def test_what_was_there_before_is_cut_where_it_is_long() -> None:
    long = replace(SEEN, before="x" * 100)
    assert f"was {'x' * 60}…" in plain(actors.story(OBSERVED, NOW, long))
    row = plain(actors.brief(OBSERVED, NOW, replace(REPLICAS, seen=long)))
    assert row.endswith(f"was {'x' * 24}")


def test_a_row_says_nothing_of_what_a_secret_was() -> None:
    secret = replace(REPLICAS, live=Masked("ab"), seen=replace(SEEN, before=Masked("cd")))
    assert "was" not in plain(actors.brief(OBSERVED, NOW, secret))
    assert "was (secret, sha256 cd)" in plain(actors.story(OBSERVED, NOW, secret.seen))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"manager": "kubectl-edit"}, "kubectl edit"),
        ({"manager": "kubectl-client-side-apply"}, "kubectl apply"),
        ({"manager": "kubectl", "operation": Operation.APPLY}, "kubectl apply --server-side"),
        ({"manager": "kubectl", "subresource": "scale"}, "kubectl scale"),
        ({"manager": "kubectl", "verb": "delete"}, "kubectl delete"),
        ({"manager": "helm", "operation": Operation.APPLY}, "helm apply"),
        ({"manager": "my-kubectl-edit"}, "my-kubectl-edit"),
        ({"operation": Operation.APPLY}, ""),
        ({}, ""),
    ],
)
def test_what_was_used_is_named_as_it_is_typed(fields: Mapping[str, Any], words: str) -> None:
    assert actors.tool(replace(NOBODY, **fields)) == words


def test_who_comes_first_on_the_side_of_the_cluster() -> None:
    for actor, name in ((KUBECTL, "kubectl scale"), (AUDITED, "alice"), (NOBODY, "user unknown")):
        (who, rest) = actors.brief(actor, NOW)
        assert who == (name, Role.LIVE)
        assert rest[1] is Role.MUTED


@pytest.mark.parametrize(
    ("actor", "seen", "found"),
    [
        (AUDITED, SEEN, (KUBECTL.time, True)),
        (OBSERVED, SEEN, (SEEN.at, True)),
        (KUBECTL, None, (KUBECTL.time, False)),
        (KUBECTL, BETWEEN, (SEEN.at, False)),
        (NOBODY, None, None),
    ],
)
def test_a_change_began_when_it_was_made_or_at_the_latest_then(
    actor: Actor, seen: Seen | None, found: tuple[str, bool] | None
) -> None:
    assert actors.began(actor, seen) == found
