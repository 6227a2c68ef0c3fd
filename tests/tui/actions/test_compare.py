"""Two states compared in the terminal: commits, apps, and what is live of two clusters."""

from dataclasses import replace

import pytest

from core.model import (
    ABSENT,
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    Masked,
    ObjectRef,
    Origin,
    Problem,
    Remedy,
    Snapshot,
)
from core.model.answers.comparisons import Comparison, End, Restatement, Turn
from core.reconcile.memory.commands import Compare, CompareLive, StateOfGit
from tests.tui import samples
from tests.tui.stage import Stage, playing
from tests.tui.standin import Standin
from tui.actions.compare import AGAIN_S
from tui.dialogs.command.line import CommandLine
from tui.model.comparing import Pairs, meant
from tui.model.focus import Pane
from tui.text.changes import as_text
from tui.text.rows import Looks, clock_of

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
    await stage.until(lambda: "comparing" in stage.pane("changes"))
    await stage.say(replace(stage.engine.newest, answers={asked.request: found}))
    return asked


async def test_a_commit_is_compared_with_the_one_that_is_followed_in_pane_0() -> None:
    async with playing((120, 40)) as stage:
        await stage.press("3", "j", "V")
        asked = await answer(stage, comparison())
        assert asked.before == StateOfGit("payments", samples.HISTORY[1].id)
        assert asked.after == StateOfGit("payments")
        title = str(stage.app.desk.panes.changes.border_title)
        assert "- Git payments@" in title
        assert "+ Git payments@now" in title
        for words in (
            "checkout: web 1.43.0",
            "1 changed, 1 removed, 1 added, 7 the same",
            "\u2260 changed  Deployment payments/web",
            "web:1.42",
            "web:1.43",
            "a1b2c3d Bob",
            "payments/web.yaml:8",
            "removed  Deployment payments/old",
            "added  Deployment payments/new",
        ):
            assert words in stage.pane("changes")
        await stage.pilot.resize_terminal(80, 24)
        await stage.pilot.pause()
        assert stage.bar("crumb") == " Apps > payments > Compare"
        await stage.press("escape", "0")
        assert "commit " in stage.pane("changes")  # what is left is gone


async def test_a_commit_that_is_only_the_last_of_the_files_is_said_to_be_that() -> None:
    known = comparison()
    guess = replace(ORIGIN, note="no line states just this")
    field = replace(known.objects[0].changes[0], origin=guess)
    changed, added = (
        replace(known.objects[0], changes=(field,)),
        replace(known.objects[2], origin=guess),
    )
    for objects in ((changed,), (added,)):
        async with playing((120, 40)) as stage:
            await stage.press("3", "j", "V")
            await answer(stage, replace(known, objects=objects))
            assert "payments/web.yaml:8" in stage.pane("changes")
            assert "no line states just this" in stage.pane("changes")


# What two names mean ------------------------------------------------------------------------------


def of_two_clusters() -> Snapshot:
    """Two apps each of prod-eu-1 and of lab, called as layouts call them; lab has one more."""
    world = samples.world()
    names = {"prod-eu-1": ("shop", "carts"), "lab": ("shop", "carts", "trial")}
    apps = tuple(
        replace(samples.app("payments"), spec=replace(samples.app("x", cluster).spec, name=name))
        for cluster, kinds in names.items()
        for name in (f"{kind}-{cluster}" for kind in kinds)
    )
    return replace(world, apps=apps, rows={})


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("payments checkout", (StateOfGit("payments"), StateOfGit("checkout"))),
        ("payments search live", ("payments", "search")),
        ("--live payments search", ("payments", "search")),
        (f"{samples.HISTORY[2].id[:7]} now", (StateOfGit("payments", samples.HISTORY[2].id), None)),
        ("payments@v1 payments", (StateOfGit("payments", "v1"), StateOfGit("payments"))),
    ],
)
def test_two_names_are_apps_or_revisions(text: str, asked: tuple[object, object]) -> None:
    found = meant(Standin().view, text)
    assert isinstance(found, Pairs)
    assert found.asked == ((asked[0], asked[1] or StateOfGit("payments")),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("payments", "write two names: apps, clusters, or commits of this app"),
        ("payments payments live", "payments is the same as itself"),
        ("payments lab live", 'lab" is no app, no cluster and no listed commit'),
        ("nobody@main payments", 'there is no app "nobody"'),
        ("payments@v1 search live", "live is for two apps; a revision is Git's"),
        ("prod-eu-1 lab", "no app of prod-eu-1 is one of lab, too; compare two by name: payments"),
    ],
)
def test_what_is_wrong_with_two_names_is_said_and_asks_nothing(text: str, why: str) -> None:
    made = Standin()
    assert why in made.speak(f"compare {text}")
    assert made.commands == []
    assert made.view.sheet is None


def test_two_clusters_are_compared_by_the_apps_that_both_have_one_after_the_other() -> None:
    made = Standin(of_two_clusters())
    assert made.speak("compare prod-eu-1 lab") == ""
    assert made.commands == [CompareLive(1, "shop-prod-eu-1", "shop-lab")]
    assert page(made).splitlines() == ["only one of both has: trial-lab", "comparing, 2 to come"]
    told(made, live())
    assert made.commands[1:] == [CompareLive(2, "carts-prod-eu-1", "carts-lab")]
    told(made, live(objects=()))
    assert "live in lab" in page(made)
    assert "comparing" not in page(made)
    told(made, live())  # what nobody waits for changes nothing
    assert page(made).count("live in lab") == 2


def test_two_clusters_with_one_app_each_are_those_two() -> None:
    world = samples.world()
    apps = tuple(app for app in world.apps if app.spec.name in {"payments", "search"})
    found = meant(Standin(replace(world, apps=apps)).view, "prod-eu-1 lab")
    assert isinstance(found, Pairs)
    assert found.asked == (("payments", "search"),)
    assert found.sides == ("live prod-eu-1", "live lab")


# What is live of two ------------------------------------------------------------------------------


def live(**known: object) -> Comparison:
    found = comparison(**known)
    before, after = (
        replace(end, live=where, spec=replace(end.spec, cluster=where))
        for end, where in ((found.before, "prod-eu-1"), (found.after, "lab"))
    )
    return replace(found, before=before, after=after)


def told(made: Standin, found: Comparison) -> None:
    """Let the newest question be answered."""
    newest = made.commands[-1]
    assert isinstance(newest, CompareLive)
    world = made.view.snapshot
    made.view.take(replace(world, answers={newest.request: found}))


def page(made: Standin, *, lost: float | None = None) -> str:
    assert made.view.sheet is not None
    looks = Looks(samples.NOW, lost={} if lost is None else {"lab": samples.NOW - lost})
    return as_text(made.view.sheet.draw(100, looks))


def test_a_cluster_that_is_not_heard_is_said_and_asked_again_once_it_is() -> None:
    world = samples.world()
    first, lab = world.clusters
    away = replace(world, clusters=(first, replace(lab, connected=False)))
    made = Standin(away)
    made.speak("compare payments search live")
    problem = Problem(Remedy.WAIT, "https://10.0.0.2:6443: connection refused")
    told(made, live(objects=(), same=0, problems=(problem,)))
    assert "search" not in page(made)  # the ends are those of the answer
    for words in ("live in prod-eu-1", "live in lab  not heard for 5m", "connection refused"):
        assert words in page(made, lost=300)
    assert "0 the same (not complete)" in page(made)
    made.view.take(replace(world, sequence=3))
    assert made.commands[1:] == [CompareLive(2, "payments", "search")]
    assert "connection refused" in page(made)  # until there is another answer
    told(made, live(same=9))
    assert "connection refused" not in page(made)


def test_what_was_apart_stays_in_sight_when_a_cluster_is_lost_and_is_asked_for_again() -> None:
    world = samples.world()
    first, lab = world.clusters
    away = replace(world, clusters=(first, replace(lab, connected=False)))
    made = Standin()
    made.speak("compare payments search live")
    told(made, live())
    assert "how it was" not in page(made)
    made.view.take(away)
    refused = Problem(Remedy.WAIT, "connection refused")
    told(made, live(objects=(), problems=(refused,)))
    clock = clock_of(samples.NOW)
    for words in ("connection refused", f"how it was at {clock}", "removed  Deployment"):
        assert words in page(made)
    made.view.hear()
    assert len(made.commands) == 2  # it is not asked for without end
    made.now += AGAIN_S
    made.view.hear()
    assert len(made.commands) == 3
    told(made, live(objects=(), problems=(replace(refused, remedy=Remedy.GRANT),)))
    made.now += AGAIN_S
    made.view.hear()
    assert len(made.commands) == 3  # waiting does not help against that
    made.view.take(world)
    told(made, live(same=9))
    assert "9 the same" in page(made)
    assert "how it was" not in page(made)


def test_nothing_of_a_secret_and_nothing_raw_is_shown() -> None:
    hidden = FieldChange("data.token", DRIFT, Masked("aaaa"), Masked("bbbb"))
    dirty = FieldChange("data.a", DRIFT, "\x1b[2J", "x")
    key = Key("payments", ObjectRef("", "Secret", "payments", "card"))
    gone = FieldChange("data.old", DRIFT, Masked("cccc"), ABSENT)
    row = Restatement(key, KindRef("v1", "Secret"), Turn.CHANGED, None, (hidden, gone, dirty))
    made = Standin()
    made.speak("compare payments search live")
    told(made, live(objects=(row,)))
    assert "data.token   secret value changed" in page(made)
    assert "data.old   secret value removed" in page(made)
    assert not any(word in page(made) for word in ("aaaa", "bbbb", "cccc", "\x1b"))


def test_leaving_pane_0_takes_the_sheet_away_and_what_comes_then_is_nobodys() -> None:
    made = Standin()
    made.speak("compare payments search live")
    made.go(made.view.focus.on(Pane.APPS))
    made.view.tidy()
    told(made, live())
    assert made.view.sheet is None


async def test_what_stops_a_comparison_is_said() -> None:
    async with playing() as stage:
        await stage.press("3", "j", "V")
        wrong = (Problem(Remedy.WAIT, "the repository is away"),)
        await answer(stage, comparison(objects=(), problems=wrong))
        assert "the repository is away" in stage.pane("changes")
        assert "7 the same (not complete)" in stage.pane("changes")


# The key ------------------------------------------------------------------------------------------


def offered(made: Standin, text: str) -> list[str]:
    phrase = next(each for each in made.phrases if each.name == "compare")
    return [offer.text for offer in phrase.offers(made, text)]


def test_the_key_asks_with_what_and_offers_what_there_is() -> None:
    made = Standin()
    made.do("compare")
    (dialog,) = made.dialogs
    assert isinstance(dialog, CommandLine)
    assert dialog.begun == "compare payments "
    found = offered(made, "payments ")
    for words in ("payments checkout", "payments search live", "payments a1b2c3d", "payments now"):
        assert words in found
    assert not any("lab" in each or each.startswith("payments payments") for each in found)
    assert offered(made, "prod-eu-1 ") == ["prod-eu-1 lab"]
    alone = Standin(replace(made.world, clusters=made.world.clusters[:1]))
    assert "prod-eu-1" not in offered(alone, "")
    assert {"payments", "lab", "a1b2c3d"} <= set(offered(made, ""))
    assert all("live" in each or "search " in each for each in offered(made, "search "))


def test_the_commit_that_is_followed_has_nothing_to_compare() -> None:
    made = Standin()
    made.go(made.view.focus.on(Pane.COMMITS))
    assert made.do("compare") == "this commit is the one that is followed: choose another"
    made.rows(Pane.COMMITS).move(1)
    assert made.do("compare") == ""
    assert made.view.sheet is not None
