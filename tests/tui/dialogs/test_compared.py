"""Two states of Git compared in the terminal: a commit with now, or an app with another."""

from dataclasses import replace

from core.model import (
    ABSENT,
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    ObjectRef,
    Origin,
    Problem,
    Remedy,
)
from core.model.answers.comparisons import Comparison, End, Restatement, Turn
from core.reconcile.memory.commands import Compare, StateOfGit
from tests.tui import samples
from tests.tui.stage import Stage, playing
from tests.tui.standin import Standin
from tui.model.focus import Pane

DRIFT = FieldVerdict.DRIFT
DEPLOYMENT = KindRef("apps/v1", "Deployment")
ORIGIN = Origin(
    "payments/web.yaml", 8, "a1b2c3d", "Bob <b@x>", "2026-09-21T11:42:40Z", "Use 1.43", ""
)


def comparison(**known: object) -> Comparison:
    before, after = (
        End(replace(samples.world().apps[0].spec, revision=commit.id), commit)
        for commit in (samples.HISTORY[1], samples.HISTORY[0])
    )
    web, old, new = (
        Key("payments", ObjectRef("apps", "Deployment", "payments", name))
        for name in ("web", "old", "new")
    )
    image = FieldChange("spec.image", DRIFT, "web:1.42", "web:1.43", origin=ORIGIN)
    gone = FieldChange("spec.paused", DRIFT, True, ABSENT, origin=ORIGIN)
    objects = (
        Restatement(web, DEPLOYMENT, Turn.CHANGED, None, (image, gone)),
        Restatement(old, DEPLOYMENT, Turn.REMOVED, None, origin=ORIGIN),
        Restatement(new, DEPLOYMENT, Turn.ADDED, None, origin=ORIGIN),
    )
    return replace(Comparison(before, after, objects, same=7), **known)  # type: ignore[arg-type]


async def answer(stage: Stage, found: Comparison) -> Compare:
    (asked,) = stage.asked(Compare)
    await stage.until(lambda: "comparing" in stage.dialog)
    await stage.say(replace(stage.engine.newest, answers={asked.request: found}))
    return asked


async def test_a_commit_is_compared_with_the_one_that_is_followed() -> None:
    async with playing((120, 40)) as stage:
        await stage.press("3", "j", "V")
        asked = await answer(stage, comparison())
        assert asked.before == StateOfGit("payments", samples.HISTORY[1].id)
        assert asked.after == StateOfGit("payments")
        for words in (
            "checkout: web 1.43.0",
            "1 changed, 1 removed, 1 added, 7 the same",
            "changed  Deployment payments/web",
            "web:1.42",
            "web:1.43",
            "a1b2c3d Bob",
            "payments/web.yaml:8",
            "removed  Deployment payments/old",
            "added  Deployment payments/new",
        ):
            assert words in stage.dialog
        await stage.press("escape")
        await stage.until(lambda: "Compare" not in stage.screen)


async def test_what_stops_a_comparison_is_said() -> None:
    async with playing() as stage:
        await stage.press("3", "j", "V")
        wrong = (Problem(Remedy.WAIT, "the repository is away"),)
        await answer(stage, comparison(objects=(), problems=wrong))
        assert "the repository is away" in stage.dialog
        assert "7 the same (not complete)" in stage.dialog


def test_two_apps_are_chosen_one_after_the_other() -> None:
    made = Standin()
    made.do("compare")
    assert (made.dialogs, made.notes) == ([], ["payments with which app? choose it and press V"])
    made.select_app("checkout")
    made.do("compare")
    (dialog,) = made.dialogs
    assert dialog._states == (StateOfGit("payments"), StateOfGit("checkout"))  # type: ignore[attr-defined]  # noqa: SLF001
    assert made.view.compare_from is None


def test_the_commit_that_is_followed_and_other_panes_have_nothing_to_compare() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.COMMITS))
    assert made.do("compare") == "this commit is the one that is followed: choose another"
    made.rows(Pane.COMMITS).move(1)
    assert made.do("compare") == ""
    made.go(made.view.focus.on(Pane.RESOURCES))
    assert made.do("compare").startswith("choose a commit (3)")
