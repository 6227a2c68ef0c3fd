"""Apps come and go with their folders: what the memory makes of a layout that was read."""

from dataclasses import replace

from core.model import (
    AppView,
    ClusterSpec,
    EventName,
    Key,
    Problem,
    Remedy,
    Snapshot,
)
from core.model.sources.layouts import Layout
from core.reconcile.memory.commands import PreparePlan, Refresh, SetHeal
from core.reconcile.memory.effects import Meet, ReadInventory, ReadSource
from core.reconcile.memory.inputs import ClusterFound, LayoutRead, SchemaRead, SourceRead
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.memory.state import initial
from core.reconcile.sides.layouts import LOOKS_APART_S
from core.reconcile.snapshots import snapshot
from tests.core.reconcile.world import (
    CONFIG_MAP,
    PLURALS,
    RESOURCES,
    SCHEMAS,
    SPEC,
    World,
    commit,
    document,
    key,
    live,
    questions,
    writes,
)

SHAPE = "clusters/{cluster}/{name}"
SHOP = replace(SPEC, path="clusters/prod/shop")
PAY = replace(SPEC, name="pay", path="clusters/prod/pay", namespace="pay")
SETTING = document(CONFIG_MAP, "a", data={"a": "1"})
WRONG = Problem(Remedy.CHANGE_GIT, '"clusters/prod/My_App" is left out')


LAYOUT = Layout(
    spec=replace(SPEC, name=SHAPE, cluster="other"),  # one of several
    shape=SHAPE,
    revision="main",
    values=(),
    clusters=("prod", "other"),
    made=lambda _, __: SHOP,
)


def layout_world(*apps: str, healing: bool = False) -> World:
    """A layout on two clusters, of which one answers; *apps* are named without it."""
    specs = tuple(replace(SPEC, name=name) for name in apps)
    clusters = (ClusterSpec(name="prod"), ClusterSpec(name="other"))
    state = initial(
        specs,
        clusters,
        layouts=(LAYOUT,),
        healing=healing,
        writing=True,
        digest_key=b"d",
        mask_key=b"m",
    )
    found = World(state)
    found.feed(
        ClusterFound("prod", "ctx", "https://prod", "v1.37.2", "default", RESOURCES),
        *(SchemaRead("prod", kind, SCHEMAS[kind]) for kind in PLURALS),
    )
    return found


def followed(*, healing: bool = False) -> World:
    """The layout has one app, whose one object is in sync."""
    found = layout_world(healing=healing)
    found.feed(LayoutRead(SHAPE, (SHOP,)))
    found.read(SETTING)
    found.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "1"}))])
    stated = found.state.apps[SPEC.name].desired.items()
    rows = tuple(InventoryRow(place, "u1", desired.digest) for place, desired in stated)
    found.feed(InventoryRead(SPEC.name, rows))
    return found


def view(found: World) -> dict[str, AppView]:
    return {one.spec.name: one for one in shown(found).apps}


def shown(found: World) -> Snapshot:
    return snapshot(found.state, Snapshot())


def test_before_a_layout_was_read_it_stands_for_its_apps_and_nothing_is_complete() -> None:
    found = layout_world()
    assert list(view(found)) == [SHAPE]
    assert not shown(found).complete
    assert shown(found).clusters == ()  # none is contacted for it


def test_a_match_becomes_an_app_like_any_other() -> None:
    found = layout_world()
    effects = found.feed(LayoutRead(SHAPE, (SHOP, PAY)))
    assert [effect.spec for effect in effects if isinstance(effect, Meet)] == [SHOP, PAY]
    assert list(view(found)) == ["shop", "pay"]
    effects = found.read(SETTING)
    assert [effect.app for effect in effects if isinstance(effect, ReadInventory)] == ["shop"]
    found = followed()
    assert found.verdict(CONFIG_MAP, "a") == "in_sync"
    assert shown(found).complete


def test_a_match_that_is_known_is_not_met_again() -> None:
    found = followed()
    before = found.state.apps
    assert found.feed(LayoutRead(SHAPE, (SHOP,))) == []
    assert found.state.apps == before


def test_a_folder_that_comes_later_is_an_app_beside_the_others() -> None:
    found = followed()
    found.feed(LayoutRead(SHAPE, (PAY, SHOP)))
    found.feed(SourceRead("pay", commit(1), (), ()), InventoryRead("pay", ()))
    assert list(view(found)) == ["shop", "pay"]
    assert shown(found).complete


def test_a_folder_that_left_is_an_error_and_its_objects_stay_what_they_were() -> None:
    found = followed(healing=True)
    effects = found.feed(LayoutRead(SHAPE, ()))
    problem = view(found)["shop"].problem
    assert problem is not None
    assert problem.words == (
        f'its folder "clusters/prod/shop" is not in the layout {SHAPE} any more;'
        " it is looked for once more"
    )
    assert writes(effects) == []
    assert found.verdict(CONFIG_MAP, "a") == "in_sync"
    assert found.told(EventName.SOURCE_UNAVAILABLE) == [problem.words]


def test_that_it_is_gone_is_believed_at_the_second_look_which_is_not_the_same_moment() -> None:
    found = followed()
    found.feed(LayoutRead(SHAPE, ()), LayoutRead(SHAPE, ()))
    assert "looked for once more" in str(view(found)["shop"].problem)
    found.now += LOOKS_APART_S
    found.feed(LayoutRead(SHAPE, ()))
    words = f'its folder "clusters/prod/shop" left the layout {SHAPE};'
    assert str(view(found)["shop"].problem) == f"{words} what is applied stays until a person acts"
    found.now += 3600
    found.feed(LayoutRead(SHAPE, ()))
    assert len(found.told(EventName.SOURCE_UNAVAILABLE)) == 2


def test_nothing_of_an_app_that_left_is_healed_until_its_folder_is_back() -> None:
    found = followed(healing=True)
    found.feed(LayoutRead(SHAPE, ()))
    asked = found.change(CONFIG_MAP, "a", live(CONFIG_MAP, "a", 6, data={"a": "2"}))
    assert writes(found.agree(questions(asked)[0])) == []
    assert found.verdict(CONFIG_MAP, "a") == "drifted"
    back = found.feed(LayoutRead(SHAPE, (SHOP,)))
    assert view(found)["shop"].problem is None
    assert writes([more for one in questions(back) for more in found.agree(one)]) != []


def test_what_is_wrong_with_a_match_is_said_by_the_layout_and_stops_no_other() -> None:
    found = followed()
    found.feed(LayoutRead(SHAPE, (SHOP,), WRONG))
    assert view(found)[SHAPE].problem == WRONG
    assert view(found)[SHAPE].blocked
    assert view(found)["shop"].complete
    found.feed(LayoutRead(SHAPE, (SHOP,)))
    assert list(view(found)) == ["shop"]


def test_a_layout_that_cannot_be_read_leaves_its_apps_as_they_are() -> None:
    found = followed()
    away = Problem(Remedy.WAIT, "repository /repo is away")
    found.feed(LayoutRead(SHAPE, None, away))
    assert view(found)[SHAPE].problem == away
    assert view(found)["shop"].problem is None
    assert found.state.apps["shop"].left_at is None


def test_nothing_is_healed_anywhere_before_all_layouts_were_read() -> None:
    found = layout_world("web", healing=True)
    found.feed(SourceRead("web", commit(), (SETTING,), ()), InventoryRead("web", ()))
    asked = found.listing(CONFIG_MAP, [("a", live(CONFIG_MAP, "a", 5, data={"a": "2"}))])
    for question in questions(asked):
        asked += found.agree(question)
    assert found.recorded(asked) == []
    assert found.state.runs == {}
    read = found.feed(LayoutRead(SHAPE, ()))
    assert [*read, *found.recorded(read)] != []
    assert found.state.runs != {}


def test_new_apps_are_healed_where_the_program_was_started_so() -> None:
    assert followed(healing=True).state.apps["shop"].healing
    assert not followed().state.apps["shop"].healing


def test_an_app_of_a_layout_may_be_healed_planned_and_read_again_by_its_name() -> None:
    found = followed()
    found.feed(SetHeal(frozenset({"shop"}), enabled=True))
    assert found.state.apps["shop"].healing
    effects = found.feed(Refresh())
    assert [effect.app for effect in effects if isinstance(effect, ReadSource)] == ["shop"]
    found.feed(PreparePlan(1, frozenset({key(CONFIG_MAP, "a")})))
    assert 1 in found.state.answers


def test_what_is_asked_of_an_app_that_stood_for_a_layout_is_too_late_and_does_no_harm() -> None:
    found = followed()
    found.feed(SetHeal(frozenset({SHAPE, "shop"}), enabled=True))
    assert found.state.apps["shop"].healing


def test_an_object_that_two_apps_of_layouts_state_is_claimed_by_both() -> None:
    found = followed()
    found.feed(LayoutRead(SHAPE, (SHOP, replace(PAY, namespace="web"))))
    found.feed(SourceRead("pay", commit(1), (SETTING,), ()), InventoryRead("pay", ()))
    assert "neither writes it" in view(found)["shop"].file_problems[0]
    assert Key("pay", key(CONFIG_MAP, "a").ref) in found.state.rows
