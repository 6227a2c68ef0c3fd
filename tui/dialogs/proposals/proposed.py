"""The dialog of a proposal; `tui.dialogs.proposals.proposal` says which way it goes."""

from typing import Generic

from typing_extensions import override

from core.model import Snapshot
from tui.dialogs.explanations import Explanations
from tui.dialogs.naming import Typed, protected_name
from tui.dialogs.preview import Preview
from tui.dialogs.proposals.one_of import OneOfStep
from tui.dialogs.proposals.proposal import A, Asked, Page, Proposal, Shown, Stage, advanced
from tui.dialogs.writing import WRITE_KEY, toggle_writing
from tui.model.session import Order
from tui.surface import Surface, forbidden


class Proposed(Preview, Generic[A]):
    """Asks for what is proposed, shows it, asks again when the world moved on."""

    def __init__(self, on: Surface, proposal: Proposal[A], *, opened_by: str = "") -> None:
        """Preview *proposal* over *on*."""
        super().__init__(proposal.title, "", styles=on.role_styles, opened_by=opened_by)
        self._on, self._proposal = on, proposal
        self._stage: Stage[A] = Asked(next(on.session.numbers))
        self._explanations = Explanations(on, ())

    def opened(self) -> None:
        """Ask for the first time."""
        self._enter()

    def take(self, snapshot: Snapshot) -> None:
        """Go on, if there is news."""
        stage = advanced(self._proposal, self._stage, snapshot, self._on.session.numbers)
        if stage is not self._stage:
            self._stage = stage
            self._enter()
        elif self._explanations.came(snapshot):
            self.draw()
        self._judge()

    def _enter(self) -> None:
        stage, proposal = self._stage, self._proposal
        if isinstance(stage, Asked):
            self._present(proposal.waiting(again=stage.again))
            self.forbid(proposal.missing)
            self._on.submit(proposal.ask(stage.request))
        else:
            on = self._on
            self._present(proposal.page(stage.answer, on.view, on.looks, again=stage.again))
            self._explanations = Explanations(on, proposal.touched(stage.answer))

    def _present(self, page: Page) -> None:
        self.present(page.lines, title=page.title, words=page.words)

    def _judge(self) -> None:
        if isinstance(self._stage, Shown):
            self.forbid(self._proposal.why_not(self._stage.answer, forbidden(self._on)))

    def pressed(self, key: str) -> None:
        """Writing can be allowed from here; some keys change what is proposed."""
        if key == WRITE_KEY:
            toggle_writing(self._on)
            return
        other = self._proposal.toggled(key)
        if other is not None:
            self._propose(other)
        elif isinstance(self._stage, Shown):
            names = self._proposal.naming(key, self._stage.answer)
            if names is not None:
                self.app.push_screen(OneOfStep(names, self._propose, styles=self._on.role_styles))

    def _propose(self, other: Proposal[A]) -> None:
        """Preview something else instead."""
        self._proposal = other
        self._stage = Asked(next(self._on.session.numbers))
        self._enter()

    @property
    @override
    def typed(self) -> tuple[Typed, ...]:
        """The name of the cluster, if it is protected, and what the proposal wants."""
        if not isinstance(self._stage, Shown):
            return ()
        answer, snapshot = self._stage.answer, self._on.view.snapshot
        name = protected_name(snapshot, self._proposal.cluster(answer, snapshot))
        return (*((Typed.name_of(name),) if name else ()), *self._proposal.typed(answer))

    def confirmed(self) -> None:
        """Order exactly what is shown, and follow the run."""
        if isinstance(self._stage, Shown):
            on, proposal = self._on, self._proposal
            run = next(on.session.numbers)
            if proposal.followed:
                again = self._again if proposal.repeats else None
                on.session.orders[run] = Order(proposal.done, again)
            on.view.marks = frozenset()
            proposal.ordered(on.session, on.looks().now)
            on.submit(proposal.order(run, self._stage.answer))

    def _again(self) -> None:
        self._on.show(Proposed(self._on, self._proposal))
