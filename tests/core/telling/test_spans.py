"""core.telling.spans: text and its role."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.model import Cause, FieldVerdict, Run, Verb, Verdict
from core.telling import actors, changes, objects, origins, plans
from core.telling.spans import Line, Role, plain, say
from tests.core.telling.samples import (
    COMMIT,
    HOSTILE,
    KUBECTL,
    NOW,
    ORIGIN,
    REPLICAS,
    SEEN,
    SHOWN,
    WEB,
    drift,
    plan,
    step,
)
from tests.test_boundaries import loaded_after


def test_text_from_outside_is_shown_and_not_obeyed() -> None:
    assert say(HOSTILE, Role.LIVE) == (SHOWN, Role.LIVE)
    assert plain((say("a"), say("b", Role.GIT))) == "ab"


@pytest.mark.outside
def test_the_words_know_no_terminal_and_no_engine() -> None:
    parts = "actors, changes, objects, origins, plans, values, verdicts"
    heavy = ("textual", "rich", "tui", "core.reconcile", "core.engine", "core.compare")
    assert loaded_after(f"from core.telling import {parts}", heavy) == set()


def _everything_said() -> Iterator[Line]:
    """Every sentence there is, about things whose every text means harm."""
    actor = replace(KUBECTL, manager=HOSTILE, subresource=HOSTILE, user=HOSTILE)
    seen = replace(SEEN, before=HOSTILE, at=HOSTILE)
    origin = replace(ORIGIN, file=HOSTILE, author=HOSTILE, subject=HOSTILE, note=HOSTILE)
    change = replace(
        REPLICAS,
        path=HOSTILE,
        live=HOSTILE,
        git=f"{HOSTILE}!",
        actor=actor,
        origin=origin,
        note=HOSTILE,
        detail=(HOSTILE,),
        seen=seen,
    )
    for one in (actor, replace(actor, suspects=(HOSTILE, HOSTILE))):
        yield from (
            actors.story(one, NOW, seen),
            actors.story(one, NOW),
            actors.brief(one, NOW, change),
        )
    yield from (origins.story(origin, NOW), origins.brief(origin, NOW))
    commit = replace(COMMIT, id=HOSTILE, author=HOSTILE, subject=HOSTILE, date=HOSTILE)
    yield from (origins.commit_story(commit, NOW), origins.commit_brief(commit, NOW))
    key = WEB._replace(app=HOSTILE, ref=WEB.ref._replace(namespace=HOSTILE, name=HOSTILE))
    for kind in FieldVerdict:
        yield changes.title(replace(change, verdict=kind))
    yield (*changes.differences(change), *changes.remarks(change))
    yield from changes.provenance(change, NOW, explained=True)
    for verdict in Verdict:
        fields = {"reason": HOSTILE, "problem": HOSTILE, "actor": actor, "origin": origin}
        row = drift(verdict, Cause.BOTH, key=key, file=HOSTILE, **fields)
        yield from (objects.title(row), *objects.story(row, NOW), objects.maker(row, NOW))
        yield from objects.story(replace(row, origin=None), NOW)
    for verb in Verb:
        for each in (step(verb, key=key), step(verb, key=key, problem=HOSTILE)):
            yield from (plans.step(each), plans.step_in(HOSTILE, each))
    yield from (plans.title(replace(plan(), cluster=HOSTILE)), plans.revision(HOSTILE, HOSTILE))
    yield plans.run(Run(1, HOSTILE, 1))


def test_whatever_enters_a_sentence_is_made_harmless() -> None:
    said = [*_everything_said()]
    assert sum(SHOWN in plain(line) for line in said) > 40
    for line in said:
        assert not set(plain(line)) & {"\x1b", "\x9b", "\u202e"}, line
        assert all(isinstance(role, Role) for _, role in line)
