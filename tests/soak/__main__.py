"""`python -m tests.soak --minutes N`: exit 0 if every rule held, else 1 and each breach by name.

A real kube-apiserver and etcd with controllers, `driftdeck --headless --autoheal` behind a proxy,
three people who edit, commits, and one fault after the other; then the accounts.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.soak import accounting
from tests.soak.account import USER as OURS
from tests.soak.accounting import Matched, Naming, News, Request, Told
from tests.soak.objects import namespace_of
from tests.soak.play import SETTLED_WITHIN_S, Played, play
from tests.soak.reading import recorded_of, renewals_of, requests_of, told_of
from tests.soak.recording import Recorded, misrecorded
from tests.soak.script import USERS, Script, script_of
from tests.soak.stage import Stage, environment_of, stage


@dataclass(frozen=True)
class Accounts:
    """All there is to judge by."""

    script: Script
    stage: Stage
    played: Played
    requests: list[Request]
    told: list[Told]
    renewals: list[float]  # when new settings were taken
    entries: list[Recorded]

    @property
    def ours(self) -> list[Request]:
        """What driftdeck asked."""
        return [each for each in self.requests if each.user == OURS]

    @property
    def matched(self) -> Matched:
        """Its lines against its writes."""
        return accounting.matched(self.ours, self.told, self.stage.windows)

    @property
    def memory(self) -> list[Sequence[float]]:
        """Of each life of the engine, in MB, one sample a second."""
        return [life.memory_mb for life in self.stage.engine.lives]

    def breaches(self) -> Iterator[str]:
        """Everything that may not be, by name."""
        began, lives = self.played.began, self.stage.engine.lives
        named = (Naming(s.ref, began + s.since_s, began + s.until_s) for s in self.script.spans)
        yield from accounting.foreign_writes(self.ours, named)
        yield from self.matched.breaches
        yield from misrecorded(self.ours, self.told, self.entries, self.stage.windows)
        yield from accounting.storms(self.requests, OURS, self._news())
        yield from accounting.growths(self.memory)
        ends = [(life.code, life.meant) for life in lives]
        yield from accounting.deaths(ends, self.stage.engine.words.read_text().splitlines())
        after = f"{SETTLED_WITHIN_S:.0f} s after the last edit"
        yield from (f"{after}: {each}" for each in (*self.played.apart, *self.played.amiss))

    def _news(self) -> Iterator[News]:
        """What there was to act upon beside the edits."""
        yield from (News(life.began, None) for life in self.stage.engine.lives)
        yield from (News(at, None) for at in self.renewals)
        for commit in self.script.commits:
            yield from (News(self.played.began + commit.at_s, ref) for ref in commit.refs)
        for window, fault in zip(self.stage.windows, self.script.faults, strict=False):
            if window.kind.startswith("inventory"):  # each row that is lacking is written again
                named = (s.ref for s in self.script.spans)
                lost = (ref for ref in named if ref.namespace == namespace_of(fault.app))
                yield from (News(window.until, ref) for ref in lost)

    def table(self) -> Iterator[tuple[str, str]]:
        """What happened, in figures."""
        statuses = self.played.statuses
        done = sum(count for status, count in statuses.items() if 200 <= status < 300)
        yield "edits", f"{done} done of {len(self.script.edits)}"
        yield "commits", f"{len(self.script.commits)}"
        yield "faults", f"{len(self.stage.windows)}"
        yield "engines", f"{len(self.stage.engine.lives)}"
        yield "new settings taken", f"{len(self.renewals)}"
        yield "entries of the journal", f"{len(self.entries)}"
        events = [told.event for told in self.told]
        yield "healed / synced", f"{events.count('healed')} / {events.count('synced')}"
        yield "heal_failed", f"{events.count('heal_failed')}"
        yield "answers that faults ate", f"{self.matched.excused}"
        yield from self._latencies()
        yield "in sync after the last edit", f"{self.played.settled_s:.1f} s"
        writes = sum(each.changes for each in self.ours)
        yield "requests for single objects", f"{len(self.ours)}, {writes} of them writes"
        quarters = [each for each in map(accounting.first_and_last, self.memory) if each]
        shown = ", ".join(f"{first:.0f} / {last:.0f}" for first, last in quarters)
        yield "memory, first and last quarter", f"{shown or 'no life was long enough'} MB"

    def _latencies(self) -> Iterator[tuple[str, str]]:
        edits = [each for each in self.requests if each.user in USERS and each.changed]
        found = list(accounting.latencies(edits, self.ours))
        broken = [(w.since - 1, w.until + 1) for w in self.stage.windows]
        calm = [s for at, s in found if not any(a < at < b for a, b in broken)]
        yield "write to heal", _percentiles(s for _, s in found)
        yield "the same, apart from faults", _percentiles(calm)


def _percentiles(values: Iterable[float]) -> str:
    ordered = sorted(values)
    if not ordered:
        return "nothing to measure"
    found = (ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.95, 0.99))
    p50, p95, p99 = (f"{1000 * value:.0f}" for value in found)
    return f"p50 {p50} ms, p95 {p95} ms, p99 {p99} ms ({len(ordered)} edits)"


def main() -> int:
    """Play, print the table and what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="logs and repository stay there"
    )
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    script = script_of(arguments.seed, arguments.minutes * 60)
    with _folder(arguments.keep) as folder, stage(folder) as made:
        played = play(made, script)
        made.keep_logs()
        accounts = _accounts(folder, script, made, played)
        rows, breaches = [*accounts.table()], [*accounts.breaches()]  # while the logs are there
    width = max(len(name) for name, _ in rows)
    print("\n".join(f"{name:<{width}}  {figure}" for name, figure in rows))
    print("\n".join(breaches) or "every rule held")
    return 1 if breaches else 0


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="driftdeck-soak-") as name:
        yield Path(name)


def _accounts(folder: Path, script: Script, made: Stage, played: Played) -> Accounts:
    began = made.engine.lives[0].began
    said = made.engine.lines.read_text().splitlines()
    entries = recorded_of(environment_of(folder, folder / "kubeconfig.yaml"), began)
    with (folder / "audit.jsonl").open() as audit:
        requests = [each for each in requests_of(audit) if each.since >= began]
    found = ([*told_of(said)], [*renewals_of(said)], entries)
    return Accounts(script, made, played, requests, *found)


if __name__ == "__main__":
    sys.exit(main())
