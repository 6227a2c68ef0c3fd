"""Standing repair is proposed where a controller in the cluster has it already."""

from dataclasses import replace

from core.model import Plan, Snapshot
from core.model.controllers.status import SILENT_S
from core.telling.spans import plain
from tests.tui import samples
from tests.tui.model.test_told import HEALING, beside
from tui.dialogs.proposals.heal import Heal
from tui.model.view import View
from tui.text.rows import Looks
from tui.text.spans import width_of

NOTHING = Plan("prod-eu-1", ())


def said(snapshot: Snapshot) -> str:
    view = View()
    view.take(snapshot)
    proposal = Heal(snapshot.apps[0].spec)
    page = proposal.page(NOTHING, view, lambda: Looks(samples.NOW), again=False)
    lines = page.lines(60)
    assert max(map(width_of, lines)) <= 60
    return " ".join(plain(line) for line in lines)


def test_who_is_about_to_heal_what_a_controller_heals_is_warned_first() -> None:
    text = said(beside())
    assert text.startswith("The controller driftdeck-0_1b2c heals this app already. Both would")
    assert "leave it to the controller." in text


def test_nobody_is_warned_of_one_that_does_not_heal_or_is_not_there() -> None:
    for snapshot in (
        samples.world(),
        beside(replace(HEALING, healing=False)),
        beside(ago=SILENT_S),
    ):
        assert "controller" not in said(snapshot)
