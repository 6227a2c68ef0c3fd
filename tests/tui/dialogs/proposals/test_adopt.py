"""What an adoption asks for, shows, and when it is worked out again."""

from dataclasses import replace

from core.model import Problem, Remedy, Run
from core.reconcile.memory.commands import ExecuteAdoption, PrepareAdoption
from core.telling.spans import plain
from tests.tui import samples
from tui.dialogs.proposals.adopt import Adopt
from tui.model.focus import Pane
from tui.model.view import View
from tui.text.rows import Looks

KEYS = frozenset({samples.API})
ADOPT = Adopt("payments", KEYS)
WORLD = samples.world()
PLAN = samples.adoption_of(WORLD, PrepareAdoption(1, "payments", KEYS))


def text_of(plan: object) -> str:
    assert isinstance(plan, type(PLAN))
    page = ADOPT.page(plan, View(WORLD), lambda: Looks(samples.NOW), again=False)
    return "\n".join(map(plain, page.lines(100)))


def test_it_asks_for_exactly_what_was_chosen_and_orders_what_was_shown() -> None:
    field = replace(ADOPT, fields=frozenset({"spec.replicas"}))
    assert field.ask(3) == PrepareAdoption(3, "payments", KEYS, frozenset({"spec.replicas"}))
    assert (ADOPT.title, field.title) == ("Adopt what is live of 1 object", "Adopt spec.replicas")
    order = ADOPT.order(4, PLAN)
    assert order == ExecuteAdoption(4, PLAN)
    assert order.plan is PLAN
    assert ADOPT.cluster(PLAN, WORLD) == ""
    assert ADOPT.done(Run(4, "adopt", 0, finished=True, revision="beefcafe" * 5)) == (
        "adopted as beefcaf"
    )


def test_the_page_shows_the_diff_and_who_set_each_field() -> None:
    shown = text_of(replace(PLAN, notes=("is pushed to main",)))
    for part in ("main", "api.yaml", "+  replicas: 5 # kept", "spec.replicas", "is pushed to main"):
        assert part in shown


def test_what_git_drops_says_that_it_was_deleted_live() -> None:
    gone = replace(PLAN, adopted=(replace(PLAN.adopted[0], body=b"", changes=()),))
    assert "it was deleted in the cluster; Git states it no more, then" in text_of(gone)


def test_what_cannot_be_adopted_says_why_and_shows_a_patch() -> None:
    problem = Problem(Remedy.CHANGE_GIT, "it is rendered from base/api.yaml:3")
    stuck = replace(PLAN, problem=problem, diff="", patch='{"kind": "Deployment"}\n')
    assert ADOPT.why_not(stuck, "") == "cannot be adopted"
    assert ADOPT.why_not(PLAN, "read-only") == "read-only"
    assert "rendered from base/api.yaml:3" in text_of(stuck)
    assert '{"kind": "Deployment"}' in text_of(stuck)


def test_a_world_that_moved_on_is_asked_again() -> None:
    revision = next(app.revision for app in WORLD.apps if app.spec.name == "payments")
    assert revision is not None
    here = replace(PLAN, revision=revision.id)
    assert not ADOPT.moved(here, WORLD, WORLD)
    assert ADOPT.moved(replace(here, revision="0" * 40), WORLD, WORLD)
    assert ADOPT.moved(here, WORLD, replace(WORLD, rows={}))
    waiting = [plain(line) for line in ADOPT.waiting(again=True).lines(80)]
    assert waiting == ["the world changed: working out the commit again"]


def test_only_what_is_drifted_is_adopted() -> None:
    view = View(WORLD)
    view.focus = view.focus.on(Pane.RESOURCES)
    assert view.to_adopt(samples.API) == (KEYS, "")
    assert view.to_adopt(samples.SERVICE) == (frozenset({samples.SERVICE}), "")  # it is missing
    settled = samples.key("payments", "ConfigMap", "settings-0")
    assert view.to_adopt(settled) == (
        frozenset(),
        "only what is drifted, missing or extra can be adopted",
    )
    view.marks = frozenset({samples.API, settled})
    assert view.to_adopt(None) == (KEYS, "")
