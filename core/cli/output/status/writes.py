"""What controllers wrote, in the journal's form, beside what was written from here."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from core.cli.output.report import Page
from core.model import JsonObject, epoch_of
from core.model.controllers.status import Seen, Wrote
from core.telling.controllers import named
from core.telling.moments import moment
from core.telling.spans import Line, Role, say

_ROLES = {"done": Role.GIT, "refused": Role.ERROR}


@dataclass(frozen=True, slots=True)
class Written:
    """A write of a controller."""

    holder: str
    wrote: Wrote

    @property
    def at(self) -> float:
        """When, in seconds since the epoch, as it says."""
        return epoch_of(self.wrote.ts) or 0.0


def writes_of(seen: Seen, since: float, app: str | None) -> list[Written]:
    """Return what controllers wrote since a moment, to one app or to all; oldest first."""
    every = (Written(one.holder, wrote) for one in seen.statuses for wrote in one.journal)
    chosen = (each for each in every if each.at >= since and app in {None, each.wrote.app})
    return sorted(chosen, key=lambda each: each.at)


def writes_form(writes: list[Written]) -> list[JsonObject]:
    """Put them into the form of `driftdeck journal -o json --controller`."""
    return [{"holder": each.holder, **msgspec.to_builtins(each.wrote)} for each in writes]


def write_lines(written: Written, page: Page) -> Iterator[str]:
    """Yield one as the journal has its entries."""
    yield from page.lines(_lines(written, page))


def _lines(written: Written, page: Page) -> Iterator[Line]:
    wrote, wrapped = written.wrote, page.ink.wrapped
    what = (
        say(f"-  {moment(wrote.ts)}  ", Role.MUTED),
        say(f"{wrote.verb.replace('_', ' ')} "),
        say(f"{named(wrote.object) if wrote.object is not None else wrote.app}  ", Role.STRONG),
        say(wrote.outcome, _ROLES.get(wrote.outcome, Role.UNKNOWN)),
    )
    yield from wrapped(what, indent=0)
    commit = f", at {wrote.revision[:7]}" if wrote.revision else ""
    who = f"{wrote.app}, by the controller {written.holder}{commit}"
    yield from wrapped((say(who, Role.MUTED),), indent=4)
    if wrote.words and wrote.outcome != "done":
        yield from wrapped((say(wrote.words, Role.ERROR),), indent=4)
    if wrote.fields:
        over = f"  over {', '.join(wrote.overruled)}" if wrote.overruled else ""
        fields = (say(", ".join(wrote.fields)), say(over, Role.MUTED))
        yield from wrapped(fields, indent=4)
