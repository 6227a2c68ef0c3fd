"""Playing a script: a thread for each user, one for Git, one for the faults, all on one clock."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar

from tests.soak.edits import Edit
from tests.soak.script import USERS, Script
from tests.soak.stage import Stage

SETTLED_WITHIN_S: Final = 60.0  # after the last edit everything is in sync
_LATE_S: Final = 3.0  # an edit that an outage held up for longer is left out: no flood after it
_LAST_WORDS_S: Final = 3.0
_LOOK_S: Final = 1.0


class _Timed(Protocol):
    @property
    def at_s(self) -> float: ...


T = TypeVar("T", bound=_Timed)


@dataclass
class Played:
    """What became of a script."""

    began: float
    statuses: Counter[int] = field(default_factory=Counter)  # of the edits; 0: nobody there
    apart: tuple[str, ...] = ()  # 60 s after the last edit
    settled_s: float = 0.0
    amiss: tuple[str, ...] = ()  # what `driftdeck diff` finds then


def play(stage: Stage, script: Script) -> Played:
    """Play *script*, wait until all is in sync, and end the engine."""
    played = Played(time.time())

    def edit(one: Edit) -> None:
        if time.time() - played.began - one.at_s < _LATE_S:
            played.statuses[stage.edit(one)] += 1

    def edits_of(user: str) -> None:
        _play(stage, played.began, [one for one in script.edits if one.user == user], edit)

    parts: list[Callable[[], None]] = [partial(edits_of, user) for user in USERS]
    parts.append(partial(_play, stage, played.began, script.commits, stage.commit))
    parts.append(partial(_play, stage, played.began, script.faults, stage.fail))
    with ThreadPoolExecutor(len(parts)) as threads:
        running = [threads.submit(part) for part in parts]
        try:
            for each in as_completed(running):
                each.result()
        finally:
            stage.over.set()  # where one part ended by an error the others end, too
    _settle(stage, script, played)
    stage.engine.finish()
    return played


def _play(stage: Stage, began: float, acts: Iterable[T], do: Callable[[T], None]) -> None:
    for act in acts:
        if stage.over.wait(max(0.0, began + act.at_s - time.time())):
            return
        do(act)


def _settle(stage: Stage, script: Script, played: Played) -> None:
    since = time.time()
    while True:
        found = stage.apart(script.outcome)
        played.settled_s = time.time() - since
        if not found or played.settled_s > SETTLED_WITHIN_S:
            break
        time.sleep(_LOOK_S)
    played.apart = tuple(found)
    played.amiss = tuple(stage.verdicts())
    time.sleep(_LAST_WORDS_S)
