"""`driftdeck sync` and `revert` show what they will do, ask, and do exactly that."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pytest

from core.cli.commands.writing.revert import revert
from core.cli.commands.writing.sync import Console, sync
from core.cli.consent import agreed
from core.cli.options import Options
from core.cli.output.ink import Ink
from core.cli.session import EngineLike, beside
from core.errors import RejectedError, UnavailableError, UsageError
from core.model import (
    Allowed,
    Blocked,
    Cause,
    Guard,
    Plan,
    Problem,
    Remedy,
    RevertPlan,
    Run,
    Snapshot,
    Stamp,
    Step,
    Verb,
    Verdict,
    epoch_of,
)
from core.reconcile.memory.commands import (
    Command,
    Execute,
    ExecuteRevert,
    PreparePlan,
    PrepareRevert,
)
from tests.core.cli.scripted import (
    CART,
    COMMIT,
    DEPLOYMENT,
    LABEL,
    REPLICAS,
    SERVICE,
    SPEC,
    WEB,
    ScriptedEngine,
    drifted,
    in_sync,
    missing,
    picture_of,
)

APPLY = Step(WEB, DEPLOYMENT, Verb.APPLY, Stamp("d1", "123", "u1"), (REPLICAS,))
CREATE = Step(CART, SERVICE, Verb.CREATE, Stamp("d2"))
PLAN = Plan(
    "demo", (APPLY, CREATE), MappingProxyType({"shop": COMMIT.id}), notes=("overrules kubectl",)
)
REVERT = RevertPlan(
    "shop",
    COMMIT,
    "main",
    "b" * 40,
    ("apps/shop/web.yaml",),
    "-  3\n+  2\n",
    notes=("hooks are not run (commit-msg)",),
    sync=replace(PLAN, steps=(replace(APPLY, left=(LABEL,)),), notes=("b is left alone",)),
)

NOW = epoch_of("2026-07-01T12:10:03Z") or 0.0


@dataclass
class Asked:
    """A person who gives the same answer to every question."""

    answer: bool = False
    questions: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, question: str, *, word: str = "yes") -> bool:
        self.questions.append((question, word))
        return self.answer


@dataclass
class Outcome:
    code: int
    out: str
    err: str
    commands: list[Command]


def answering(plan: Plan = PLAN, **run: Any) -> Callable[[Command, Snapshot], Snapshot | None]:
    """Plan and execute as a healthy engine would."""

    def answer(command: Command, newest: Snapshot) -> Snapshot | None:
        match command:
            case PreparePlan(request):
                return replace(newest, answers={request: plan})
            case Execute(number, wanted):
                total = len(wanted.runnable)
                ended = replace(Run(number, "sync", total, total, finished=True), **run)
                return replace(newest, runs=(ended,))
            case PrepareRevert(request):
                return replace(newest, answers={request: REVERT})
            case ExecuteRevert(number):
                ended = Run(number, "revert", 2, 2, finished=True, revision="c" * 40)
                return replace(newest, runs=(replace(ended, **run),))
            case _:
                return None

    return answer


async def outcome_of(
    engine: ScriptedEngine,
    command: Callable[[EngineLike, Options, Console], Any],
    *,
    asked: Asked | None = None,
    is_person: bool = False,
    **options: Any,
) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    console = Console(
        out=out,
        err=err,
        ink=Ink(),
        ask=asked or Asked(),
        is_person=lambda: is_person,
        clock=lambda: NOW,
    )

    async def reader(engine: EngineLike) -> int:
        code: int = await command(engine, Options(**options), console)
        return code

    code = await beside(engine, reader)
    return Outcome(code, out.getvalue(), err.getvalue(), engine.commands)


async def syncing(engine: EngineLike, options: Options, console: Console) -> int:
    return await sync(engine, options, console, protected=frozenset())


async def syncing_production(engine: EngineLike, options: Options, console: Console) -> int:
    return await sync(engine, options, console, protected=frozenset({"demo"}))


async def reverting(engine: EngineLike, options: Options, console: Console) -> int:
    return await revert(engine, SPEC, options, console, word="yes")


DRIFT = picture_of(drifted(), missing())


async def test_the_plan_is_for_what_drifted_or_is_missing_and_nothing_else() -> None:
    other = WEB._replace(ref=WEB.ref._replace(name="other"))
    engine = ScriptedEngine(picture_of(drifted(), missing(), in_sync(other)), reaction=answering())
    done = await outcome_of(engine, syncing, dry_run=True)
    assert done.commands == [PreparePlan(1, frozenset({WEB, CART}))]


async def test_git_is_asked_who_changed_fields_and_not_who_stated_what_a_plan_makes() -> None:
    unknown = missing(explained=False), drifted(verdict=Verdict.EXTRA, changes=(), explained=False)
    engine = ScriptedEngine(picture_of(*unknown), reaction=answering())
    asked = (await outcome_of(engine, syncing, dry_run=True)).commands
    assert asked == [PreparePlan(1, frozenset({CART}))]


async def test_a_dry_run_shows_every_object_and_stops() -> None:
    done = await outcome_of(ScriptedEngine(DRIFT, reaction=answering()), syncing, dry_run=True)
    assert done.code == 0
    assert done.out == (
        "Plan for cluster demo\n"
        "  app shop at 3f2a1b9\n"
        "\n"
        "  apply Deployment shop/web  (shop)\n"
        "    spec.replicas\n"
        "      live  7\n"
        "            kubectl scale, at least 10m ago (2026-07-01 12:00:03 UTC), user\n"
        "            unknown (owned)\n"
        "      Git   3\n"
        "            3f2a1b9 Ines Duarte, 22h ago (2026-06-30 14:02:11 UTC): Sale\n"
        "            apps/shop/web.yaml:8\n"
        "\n"
        "  create Service shop/cart  (shop)\n"
        "\n"
        "  - overrules kubectl\n"
        "  1 to create, 1 to apply\n"
    )


async def test_the_plan_that_was_shown_is_the_plan_that_runs() -> None:
    asked = Asked(answer=True)
    engine = ScriptedEngine(DRIFT, reaction=answering())
    done = await outcome_of(engine, syncing, asked=asked)
    assert done.code == 0
    assert done.commands[-1] == Execute(1, PLAN)
    assert asked.questions == [("Sync cluster demo: 1 to create, 1 to apply", "yes")]
    assert done.out.endswith("2 of 2 done\n")


async def test_a_no_does_nothing_and_leaves_drift() -> None:
    done = await outcome_of(ScriptedEngine(DRIFT, reaction=answering()), syncing)
    assert done.code == 1
    assert not any(isinstance(command, Execute) for command in done.commands)
    assert done.err == "nothing was done\n"


async def test_yes_does_not_ask() -> None:
    asked = Asked()
    engine = ScriptedEngine(DRIFT, reaction=answering())
    done = await outcome_of(engine, syncing, asked=asked, yes=True)
    assert (done.code, asked.questions) == (0, [])


async def test_a_protected_cluster_asks_for_its_name() -> None:
    asked = Asked(answer=True)
    await outcome_of(ScriptedEngine(DRIFT, reaction=answering()), syncing_production, asked=asked)
    assert asked.questions[0][1] == "demo"


async def test_nobody_to_ask_is_a_usage_error_that_names_the_flag() -> None:
    with pytest.raises(UsageError, match="--yes"):
        await agreed("Sync")


async def test_nothing_to_sync_is_done_at_once() -> None:
    done = await outcome_of(ScriptedEngine(picture_of(in_sync())), syncing)
    assert (done.code, done.out, done.commands) == (0, "nothing to do\n", [])


async def test_behind_an_error_nobody_says_that_there_is_nothing_to_do() -> None:
    broken = picture_of(in_sync(), file_problems=("a.yaml:1: bad",))
    done = await outcome_of(ScriptedEngine(broken), syncing)
    assert (done.code, done.out) == (5, "")
    assert done.err == "driftdeck: app shop: a.yaml:1: bad\n"


async def test_a_step_that_cannot_be_done_says_why() -> None:
    refused = Plan("demo", (replace(APPLY, problem="may not patch deployments"),))
    engine = ScriptedEngine(DRIFT, reaction=answering(refused))
    done = await outcome_of(engine, syncing, yes=True)
    assert done.code == 4
    assert "    ! may not patch deployments\n" in done.out
    assert "  1 cannot be done\n" in done.out
    assert "nothing to do" not in done.out
    assert not any(isinstance(command, Execute) for command in done.commands)


async def test_the_end_of_the_run_decides_the_exit_code() -> None:
    changed = Problem(Remedy.LOOK_AGAIN, "Deployment/shop/web: changed")
    reaction = answering(done=1, problems=(changed,))
    done = await outcome_of(ScriptedEngine(DRIFT, reaction=reaction), syncing, yes=True)
    assert done.code == 6
    assert done.out.endswith("  ! Deployment/shop/web: changed\n1 of 2 done, 1 changed meanwhile\n")


async def test_each_cluster_gets_its_own_plan_and_question() -> None:
    far = drifted(WEB._replace(app="far"), cluster="far")
    snapshot = picture_of(drifted(), far)
    asked = Asked(answer=True)

    def answer(command: Command, newest: Snapshot) -> Snapshot | None:
        if isinstance(command, PreparePlan):
            (key,) = command.keys
            plan = Plan("far" if key.app == "far" else "demo", (replace(APPLY, key=key),))
            return replace(newest, answers={command.request: plan})
        return answering()(command, newest)

    done = await outcome_of(ScriptedEngine(snapshot, reaction=answer), syncing, asked=asked)
    assert done.code == 0
    assert [question for question, _ in asked.questions] == [
        "Sync cluster demo: 1 to apply",
        "Sync cluster far: 1 to apply",
    ]
    assert sum(isinstance(command, Execute) for command in done.commands) == 2


async def test_a_cluster_comes_after_the_one_whose_app_its_own_depends_on() -> None:
    far = drifted(WEB._replace(app="far"), cluster="far")
    snapshot = picture_of(drifted(), far)
    specs = (replace(SPEC, depends_on=("far",)), replace(SPEC, name="far", cluster="far"))
    views = tuple(replace(snapshot.apps[0], spec=spec) for spec in specs)
    asked: list[str] = []

    def answer(command: Command, newest: Snapshot) -> Snapshot | None:
        if isinstance(command, PreparePlan):
            asked.extend(key.app for key in command.keys)
            return replace(newest, answers={command.request: Plan("", ())})
        return answering()(command, newest)

    engine = ScriptedEngine(replace(snapshot, apps=views), reaction=answer)
    await outcome_of(engine, syncing, yes=True)
    assert asked == ["far", "shop"]


async def test_a_problem_of_an_app_outlives_a_good_sync() -> None:
    snapshot = picture_of(drifted(), file_problems=("a.yaml:1: bad",))
    done = await outcome_of(ScriptedEngine(snapshot, reaction=answering()), syncing, yes=True)
    assert done.code == 5
    assert done.err == "driftdeck: app shop: a.yaml:1: bad\n"


# Revert -----------------------------------------------------------------------------------------


async def test_a_revert_shows_its_diff_commits_it_and_waits_for_the_sync() -> None:
    asked = Asked(answer=True)
    engine = ScriptedEngine(DRIFT, reaction=answering())
    done = await outcome_of(engine, reverting, asked=asked, commit="3f2a1b9")
    assert done.code == 0
    assert done.commands == [PrepareRevert(1, "shop", "3f2a1b9"), ExecuteRevert(1, REVERT)]
    assert "-  3\n+  2\n" in done.out
    assert f"committed {'c' * 40} on main\n2 of 2 done\n" in done.out
    question = "Commit this on main; then in cluster demo: 1 to apply"
    assert asked.questions == [(question, "yes")]


async def test_both_halves_of_a_revert_are_shown_before_anything_is_asked() -> None:
    engine = ScriptedEngine(DRIFT, reaction=answering())
    done = await outcome_of(engine, reverting, commit="3f2a1b9", dry_run=True)
    words = " ".join(done.out.split())
    assert "- hooks are not run (commit-msg)" in words
    assert "apply Deployment shop/web (shop) spec.replicas" in words
    assert "left alone: metadata.labels.owner by kubectl" in words
    assert "- b is left alone" in words


async def test_a_dry_run_of_a_revert_commits_nothing() -> None:
    engine = ScriptedEngine(DRIFT, reaction=answering())
    done = await outcome_of(engine, reverting, commit="3f2a1b9", dry_run=True)
    assert done.code == 0
    assert done.commands == [PrepareRevert(1, "shop", "3f2a1b9")]


async def test_a_revert_that_is_declined_commits_nothing() -> None:
    engine = ScriptedEngine(DRIFT, reaction=answering())
    done = await outcome_of(engine, reverting, commit="3f2a1b9")
    assert done.code == 1
    assert done.commands == [PrepareRevert(1, "shop", "3f2a1b9")]


async def test_a_revert_that_cannot_be_made_says_why() -> None:
    impossible = replace(
        REVERT, problem=Problem(Remedy.CHANGE_GIT, "it conflicts with a later commit"), diff=""
    )

    def answer(command: Command, newest: Snapshot) -> Snapshot:
        assert isinstance(command, PrepareRevert)
        return replace(newest, answers={command.request: impossible})

    with pytest.raises(RejectedError, match="conflicts"):
        await outcome_of(ScriptedEngine(DRIFT, reaction=answer), reverting, commit="x", yes=True)


async def test_nothing_is_reverted_while_the_cluster_cannot_be_read() -> None:
    blocked = picture_of(complete=False, blocked=True, problem=Problem(Remedy.WAIT, "demo is away"))
    engine = ScriptedEngine(blocked)
    with pytest.raises(UnavailableError, match="nothing was reverted"):
        await outcome_of(engine, reverting, commit="x", yes=True)
    assert engine.commands == []


async def test_a_sync_says_that_it_deletes_nothing() -> None:
    engine = ScriptedEngine(picture_of(drifted(verdict=Verdict.EXTRA, changes=())))
    outcome = await outcome_of(engine, syncing, yes=True)
    assert outcome.code == 0
    assert (
        "1 object that Git lacks is left alone: a sync without --prune deletes nothing"
        in outcome.out
    )
    assert outcome.commands == []


# Pruning ------------------------------------------------------------------------------------------

DROPPED = drifted(verdict=Verdict.EXTRA, cause=Cause.GIT_AHEAD, changes=())
SHRINKS = Blocked(Guard.NOT_SHRINKING_FAST, "7 of 8 objects would go", person=True)
PRUNING = Plan(
    "demo",
    (Step(WEB, DEPLOYMENT, Verb.PRUNE, Stamp(None, "123", "u1")),),
    MappingProxyType({"shop": COMMIT.id}),
    guards={
        "shop": (
            Allowed(Guard.NOT_EMPTY, "Git states 1 object(s)"),
            SHRINKS,
            Blocked(Guard.TWO_LOOKS, "they are looked at twice", pending=True),
        )
    },
)


async def test_what_git_dropped_is_in_the_plan_only_where_it_is_asked_for() -> None:
    engine = ScriptedEngine(picture_of(DROPPED), reaction=answering(PRUNING))
    assert not (await outcome_of(engine, syncing, yes=True)).commands
    asked = (await outcome_of(engine, syncing, yes=True, prune=True)).commands
    assert asked == [PreparePlan(1, frozenset({WEB}), prune=True), Execute(1, PRUNING)]


async def test_what_somebody_added_is_never_in_a_plan_that_prunes() -> None:
    added = drifted(verdict=Verdict.EXTRA, cause=Cause.LIVE_CHANGED, changes=())
    done = await outcome_of(ScriptedEngine(picture_of(added)), syncing, yes=True, prune=True)
    assert done.commands == []


async def test_a_plan_that_prunes_says_what_each_guard_says() -> None:
    engine = ScriptedEngine(picture_of(DROPPED), reaction=answering(PRUNING))
    done = await outcome_of(engine, syncing, dry_run=True, prune=True)
    text = " ".join(done.out.split())
    assert "prune Deployment shop/web" in text
    assert "holds G4 not empty: Git states 1 object(s)" in text
    assert "stops G5 not shrinking fast: 7 of 8 objects would go, unless a person confirms" in text
    assert "waits G9 two looks" in text
    assert "1 to prune" in text


async def test_a_delete_wants_the_word_prune_after_the_plan_was_agreed_to() -> None:
    engine = ScriptedEngine(picture_of(DROPPED), reaction=answering(PRUNING))
    person = Asked(answer=True)
    done = await outcome_of(engine, syncing, asked=person, prune=True, is_person=True)
    assert [word for _, word in person.questions] == ["yes", "prune"]
    assert str(SHRINKS) in person.questions[1][0]
    assert done.commands[-1] == Execute(1, PRUNING, confirmed=True)


@pytest.mark.parametrize("is_person", [True, False])
async def test_a_word_in_advance_confirms_nothing_where_nobody_reads(*, is_person: bool) -> None:
    engine = ScriptedEngine(picture_of(DROPPED), reaction=answering(PRUNING))
    done = await outcome_of(engine, syncing, yes=True, prune=True, is_person=is_person)
    assert done.commands[-1] == Execute(1, PRUNING, confirmed=is_person)


PROTECTED = "a Namespace stays unless a person confirms it: everything in it goes with it"
KEPT = replace(
    PRUNING, steps=(replace(PRUNING.steps[0], problem=f"P3 {PROTECTED}", protected=PROTECTED),)
)
CONFIRMED = replace(PRUNING, steps=(replace(PRUNING.steps[0], protected=PROTECTED),))


async def test_what_is_protected_stays_and_the_plan_says_how_a_person_lets_it_go() -> None:
    engine = ScriptedEngine(picture_of(DROPPED), reaction=answering(KEPT))
    done = await outcome_of(engine, syncing, yes=True, prune=True)
    text = " ".join(done.out.split())
    assert f"! P3 {PROTECTED}" in text
    assert "to prune it, too: driftdeck sync shop --prune --confirm Deployment/shop/web" in text
    assert done.commands == [PreparePlan(1, frozenset({WEB}), prune=True)]


async def test_what_is_confirmed_by_its_name_is_told_once_more_before_it_goes() -> None:
    engine = ScriptedEngine(picture_of(DROPPED), reaction=answering(CONFIRMED))
    person = Asked(answer=True)
    words = ("deployment/shop/web",)
    done = await outcome_of(
        engine, syncing, asked=person, prune=True, confirm=words, is_person=True
    )
    only = frozenset({WEB})
    assert done.commands[0] == PreparePlan(1, only, prune=True, confirmed=only)
    assert f"confirmed by its name: {PROTECTED}" in " ".join(done.out.split())
    assert f"Deployment shop/web goes, too: {PROTECTED}" in person.questions[1][0]


@pytest.mark.parametrize(
    ("row", "options", "words"),
    [
        (DROPPED, {"confirm": ("Namespace/gone",)}, "no such object"),
        (drifted(), {"confirm": ("Deployment/web",)}, "nothing prunes it: Git states it"),
        (
            drifted(verdict=Verdict.EXTRA, cause=Cause.LIVE_CHANGED, changes=()),
            {"confirm": ("Deployment/web",)},
            "driftdeck did not apply it",
        ),
        (
            drifted(verdict=Verdict.UNKNOWN, reason="terminating", changes=()),
            {"confirm": ("Deployment/web",)},
            "nothing prunes it: terminating",
        ),
    ],
)
async def test_a_name_that_confirms_nothing_is_a_mistake_and_nothing_is_planned(
    row: Any, options: dict[str, Any], words: str
) -> None:
    engine = ScriptedEngine(picture_of(row), reaction=answering(PRUNING))
    with pytest.raises(UsageError, match=words):
        await outcome_of(engine, syncing, yes=True, prune=True, **options)
    assert engine.commands == []


async def test_what_is_confirmed_must_be_among_the_objects_that_are_named() -> None:
    other = replace(DROPPED, key=CART)
    engine = ScriptedEngine(picture_of(DROPPED, other), reaction=answering(PRUNING))
    with pytest.raises(UsageError, match="not among the objects that are named"):
        await outcome_of(
            engine, syncing, prune=True, objects=("Service/cart",), confirm=("Deployment/web",)
        )


async def test_what_cannot_be_judged_is_named_with_its_reason_where_nothing_is_to_be_done() -> None:
    unknown = drifted(verdict=Verdict.UNKNOWN, reason="terminating", changes=())
    newest = picture_of(unknown)
    counted = {Verdict.UNKNOWN: 1}
    newest = replace(newest, apps=tuple(replace(app, counts=counted) for app in newest.apps))
    for prune in (True, False):
        done = await outcome_of(ScriptedEngine(newest), syncing, yes=True, prune=prune)
        words = "1 object cannot be judged: Deployment shop/web (terminating)\n"
        assert (done.code, done.out) == (4, words)


async def test_a_guard_that_no_plan_can_name_is_named_beside_it() -> None:
    said = "G2 path present: folder shop does not exist"
    newest = picture_of(in_sync())
    newest = replace(newest, apps=tuple(replace(app, guarded=said) for app in newest.apps))
    done = await outcome_of(ScriptedEngine(newest), syncing, yes=True, prune=True)
    assert f"app shop: nothing is pruned: {said}" in done.out
