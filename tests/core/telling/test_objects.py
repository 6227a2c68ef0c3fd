"""core.telling.objects: one object, its verdict and what to know about it as a whole."""

from dataclasses import replace
from itertools import product

import pytest

from core.model import (
    Cause,
    Confidence,
    ConfirmedBy,
    Drift,
    FieldVerdict,
    Held,
    HeldBy,
    ObjectRef,
    Verdict,
    cause_words,
)
from core.telling import objects
from core.telling.spans import Role, plain
from core.telling.verdicts import ROLES
from tests.core.telling.samples import KUBECTL, NOW, ORIGIN, REPLICAS, drift

BY_KUBECTL = "by kubectl scale, at least 10m ago (2026-07-01 12:00:03 UTC), user unknown (owned)"
AT = "3f2a1b9 Ines Duarte, 1d ago (2026-06-30 12:10:03 UTC): Sale  apps/shop/web.yaml:8"


@pytest.mark.parametrize(
    ("verdict", "cause", "words"),
    [
        (Verdict.DRIFTED, Cause.LIVE_CHANGED, "drifted, changed in the cluster"),
        (Verdict.DRIFTED, Cause.GIT_AHEAD, "drifted, Git moved on, not applied yet"),
        (Verdict.DRIFTED, Cause.BOTH, "drifted, Git and the cluster both moved"),
        (Verdict.MISSING, Cause.LIVE_CHANGED, "missing, deleted from the cluster"),
        (Verdict.MISSING, Cause.GIT_AHEAD, "missing, not applied yet"),
        (Verdict.MISSING, Cause.BOTH, "missing, Git and the cluster both moved"),
        (Verdict.EXTRA, Cause.LIVE_CHANGED, "extra, added in the cluster"),
        (Verdict.EXTRA, Cause.GIT_AHEAD, "extra, no longer in Git"),
        (Verdict.EXTRA, None, "extra"),
        (Verdict.CONTESTED, None, "contested"),
        (Verdict.UNKNOWN, None, "unknown"),
        (Verdict.IN_SYNC, None, "in sync"),
    ],
)
def test_the_title_says_the_verdict_and_which_side_moved(
    verdict: Verdict, cause: Cause | None, words: str
) -> None:
    title = objects.title(drift(verdict, cause))
    assert title == ((f"Deployment shop/web: {words}", ROLES[verdict]),)


def test_there_are_words_for_every_verdict_and_cause() -> None:
    assert all(cause_words(verdict, cause) for verdict, cause in product(Verdict, Cause))


def test_an_object_of_no_namespace_is_named_without_one() -> None:
    assert objects.name_of(ObjectRef("", "Namespace", "", "shop")) == "Namespace shop"


@pytest.mark.parametrize(
    ("row", "sentences"),
    [
        (drift(), []),
        (
            drift(reason="why", held=Held(HeldBy.BREAKER, "mass"), problem="no"),
            ["why", "mass", "no"],
        ),
        (drift(Verdict.MISSING), ["in Git: apps/shop/web.yaml:1"]),
        (
            drift(Verdict.MISSING, origin=ORIGIN, actor=KUBECTL),
            [f"in Git: {AT}", f"deleted {BY_KUBECTL}"],
        ),
        (
            drift(Verdict.EXTRA),
            ["nothing tells who made it", "a sync leaves it alone"],
        ),
        (
            drift(Verdict.EXTRA, cause=Cause.GIT_AHEAD, actor=KUBECTL),
            [f"made {BY_KUBECTL}", "a sync leaves it alone, unless it is told to prune"],
        ),
        (
            drift(Verdict.EXTRA, actor=KUBECTL, origin=ORIGIN, reason="why"),
            [
                f"was in Git: {AT}",
                f"made {BY_KUBECTL}",
                "a sync leaves it alone",
                "why",
            ],
        ),
    ],
    ids=["drifted", "reasons", "missing", "deleted", "extra", "dropped", "made"],
)
def test_a_page_says_where_it_stands_who_did_it_and_what_is_wrong(
    row: Drift, sentences: list[str]
) -> None:
    assert [plain(line) for line in objects.story(row, NOW)] == sentences


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (drift(), ""),
        (drift(Verdict.MISSING), "A sync creates it."),
        (drift(Verdict.EXTRA, Cause.GIT_AHEAD), "Git no longer states it. A sync leaves it alone."),
        (drift(Verdict.EXTRA), "Git does not state it. A sync leaves it alone."),
        (drift(Verdict.UNKNOWN), "This object cannot be judged."),
        (drift(Verdict.CONTESTED), "a sync would start a fight."),
        (drift(Verdict.IN_SYNC), "The cluster has what Git states."),
        (drift(Verdict.IN_SYNC, ignored=(REPLICAS,)), "where a rule says to leave it alone."),
    ],
)
def test_each_verdict_is_a_sentence_but_the_one_whose_fields_speak(row: Drift, words: str) -> None:
    assert objects.sentence(row).endswith(words)
    assert bool(objects.sentence(row)) is bool(words)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (drift(confirmed_by=ConfirmedBy.SERVER), "confirmed by the server"),
        (drift(), "compared here, not confirmed by the server"),
        (drift(confirming=True), "asking the API server"),
        (drift(Verdict.IN_SYNC), ""),
        (drift(Verdict.IN_SYNC, confirmed_by=ConfirmedBy.SERVER), "confirmed by the server"),
        *((drift(one), "") for one in (Verdict.MISSING, Verdict.EXTRA, Verdict.UNKNOWN)),
    ],
)
def test_who_says_so_is_said_where_somebody_was_asked(row: Drift, words: str) -> None:
    assert objects.confirmation(row) == words


def test_the_facts_are_age_cause_and_confirmation() -> None:
    row = drift(cause=Cause.LIVE_CHANGED, since=NOW - 720, confirmed_by=ConfirmedBy.SERVER)
    assert objects.facts(row, NOW) == (
        "for at least 12m",
        "changed in the cluster",
        "confirmed by the server",
    )
    assert objects.facts(drift(Verdict.UNKNOWN), NOW) == ()


AUDITED = replace(KUBECTL, user="alice", confidence=Confidence.AUDIT)
ROW = drift(since=NOW - 60)  # we began to look a minute ago


@pytest.mark.parametrize(
    ("row", "age"),
    [
        (ROW, "for at least 1m"),
        (replace(ROW, changes=(REPLICAS,)), "for at least 10m"),
        (replace(ROW, changes=(replace(REPLICAS, actor=AUDITED),)), "for 10m"),
        (replace(ROW, changes=(replace(REPLICAS, cause=Cause.GIT_AHEAD),)), "for 1d"),
        (replace(ROW, changes=(replace(REPLICAS, actor=AUDITED), REPLICAS)), "for 10m"),
        (replace(ROW, changes=(replace(REPLICAS, verdict=FieldVerdict.INFO),)), "for at least 1m"),
        (replace(ROW, verdict=Verdict.MISSING, actor=AUDITED), "for 10m"),
        (replace(ROW, verdict=Verdict.MISSING, cause=Cause.GIT_AHEAD, origin=ORIGIN), "for 1d"),
        (replace(ROW, verdict=Verdict.EXTRA, actor=KUBECTL), "for at least 10m"),
    ],
)
def test_an_object_is_as_old_as_its_oldest_change_and_at_least_as_we_look(
    row: Drift, age: str
) -> None:
    assert objects.facts(row, NOW)[0] == age


def test_what_is_in_sync_has_no_age() -> None:
    assert objects.began(drift(Verdict.IN_SYNC, changes=(REPLICAS,))) is None


def test_a_whole_object_has_a_maker_or_somebody_who_deleted_it() -> None:
    assert objects.maker(drift(Verdict.EXTRA), NOW) == ()
    made = objects.maker(drift(Verdict.EXTRA, actor=KUBECTL), NOW)
    assert made[:2] == (("made by  ", Role.MUTED), ("kubectl scale", Role.LIVE))
    gone = objects.maker(drift(Verdict.MISSING, actor=KUBECTL), NOW)
    assert plain(gone).startswith("deleted by  kubectl")


def test_what_is_hidden_is_counted() -> None:
    info = replace(REPLICAS, verdict=FieldVerdict.INFO)
    rules = tuple(replace(REPLICAS, note=note) for note in ("a", "a", "b"))
    assert objects.hidden(drift(changes=(REPLICAS,))) == ""
    assert objects.hidden(drift(changes=(REPLICAS, info))) == "1 field of bookkeeping and remarks"
    both = drift(changes=(info, info), ignored=rules)
    assert objects.hidden(both) == (
        "2 fields of bookkeeping and remarks and 3 fields ignored by 2 rules"
    )
    assert objects.hidden(drift(ignored=rules[:1])) == "1 field ignored by 1 rule"
