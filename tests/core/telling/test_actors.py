"""core.telling.actors: who set a live value, and when, no surer than the evidence is."""

from dataclasses import replace

import pytest

from core.model import ABSENT, Actor, Confidence, Masked, Seen
from core.telling import actors
from core.telling.spans import Role, plain
from tests.core.telling.samples import KUBECTL, NOBODY, NOW, REPLICAS, SEEN

OBSERVED = replace(KUBECTL, observed_at=SEEN.at, confidence=Confidence.OBSERVED)
AUDITED = replace(KUBECTL, user="alice", confidence=Confidence.AUDIT)
BETWEEN = replace(SEEN, since="2026-07-01T11:00:03Z", before=ABSENT)

CASES = [
    pytest.param(
        KUBECTL,
        None,
        "by kubectl scale, at or before 2026-07-01 12:00:03 UTC",
        "kubectl Update/scale 10m ago or before user unknown (owned)",
        id="owned",
    ),
    pytest.param(
        replace(KUBECTL, time=None, subresource=None),
        None,
        "by kubectl",
        "kubectl Update time unknown user unknown (owned)",
        id="owned, no time",
    ),
    pytest.param(
        OBSERVED,
        SEEN,
        "by kubectl scale, seen 2026-07-01 12:00:05 UTC (was 3)",
        "kubectl Update/scale seen 9m ago (was 3) user unknown (observed)",
        id="observed",
    ),
    pytest.param(
        replace(OBSERVED, confidence=Confidence.OWNED),
        SEEN,
        "owned by kubectl scale, seen 2026-07-01 12:00:05 UTC (was 3)",
        "kubectl Update/scale seen 9m ago (was 3) user unknown (owned)",
        id="the step shows nobody, the field has an owner",
    ),
    pytest.param(
        KUBECTL,
        BETWEEN,
        "by kubectl scale, between 2026-07-01 11:00:03 UTC and 2026-07-01 12:00:05 UTC"
        " (was not there)",
        "kubectl Update/scale between 1h ago and 9m ago (was (absent)) user unknown (owned)",
        id="the watch was broken meanwhile",
    ),
    pytest.param(
        AUDITED,
        SEEN,
        "by alice with kubectl scale, 2026-07-01 12:00:03 UTC (was 3)",
        "kubectl Update/scale 10m ago (was 3) user alice (audit)",
        id="audit",
    ),
    pytest.param(
        replace(AUDITED, manager=None, operation=None, subresource=None),
        None,
        "by alice, 2026-07-01 12:00:03 UTC",
        "manager unknown 10m ago user alice (audit)",
        id="audit, no manager",
    ),
    pytest.param(
        replace(KUBECTL, suspects=("alice", "bob")),
        None,
        "by kubectl scale, perhaps alice or bob, at or before 2026-07-01 12:00:03 UTC",
        "kubectl Update/scale 10m ago or before user perhaps alice or bob (owned)",
        id="suspects",
    ),
    pytest.param(
        NOBODY,
        None,
        "",
        "manager unknown time unknown user unknown (unknown)",
        id="unknown",
    ),
    pytest.param(
        replace(NOBODY, observed_at=SEEN.at),
        SEEN,
        "seen 2026-07-01 12:00:05 UTC (was 3), by whom is not known",
        "manager unknown seen 9m ago (was 3) user unknown (unknown)",
        id="unknown, but seen",
    ),
]


@pytest.mark.parametrize(("actor", "seen", "sentence", "row"), CASES)
def test_an_actor_is_a_sentence_on_a_page_and_a_row_in_a_pane(
    actor: Actor, seen: Seen | None, sentence: str, row: str
) -> None:
    assert plain(actors.story(actor, seen)) == sentence
    assert plain(actors.brief(actor, NOW, replace(REPLICAS, seen=seen))) == row


def test_of_nobody_there_is_nothing_to_say() -> None:
    assert actors.story(None) == ()
    assert actors.story(NOBODY) == ()


def test_what_was_there_before_is_cut_where_it_is_long() -> None:
    long = replace(SEEN, before="x" * 100)
    assert f"(was {'x' * 60}…)" in plain(actors.story(OBSERVED, long))
    row = plain(actors.brief(OBSERVED, NOW, replace(REPLICAS, seen=long)))
    assert f"(was {'x' * 24})" in row


def test_a_row_says_nothing_of_what_a_secret_was() -> None:
    secret = replace(REPLICAS, live=Masked("ab"), seen=replace(SEEN, before=Masked("cd")))
    assert "was" not in plain(actors.brief(OBSERVED, NOW, secret))
    assert "(was (secret, sha256 cd))" in plain(actors.story(OBSERVED, secret.seen))


def test_the_manager_is_on_the_side_of_the_cluster() -> None:
    (manager, rest) = actors.brief(KUBECTL, NOW)
    assert manager == ("kubectl", Role.LIVE)
    assert rest[1] is Role.MUTED
