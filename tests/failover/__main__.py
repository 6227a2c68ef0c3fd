"""`python -m tests.failover`: exit 0 if there never were two writers, else 1 and each breach.

A real kube-apiserver with its audit log, replicas of `driftdeck --headless --autoheal` with a token
and a proxy each, and somebody who edits all the time.  The leader is killed, stopped and continued,
cut off, ended politely; and of three replicas that share 60 apps one is killed.  Then the accounts.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from core.cluster.controllers.form import map_name
from core.model.controllers.leads import lease_name, share_of
from tests.apiserver.waiting import eventually
from tests.failover.accounts import app_of, first_write_after, uncovered, writers
from tests.failover.stage import Replica, Stage, stage

TAKEOVER_S: Final = 15.0
_USAGE: Final = 2  # exit codes: of who may not begin
_LOST: Final = 3  # and of who lost a Lease
_APPS: Final = 60
_FEW: Final = 2
_SHARDS: Final = 3


class Story:
    """One story: what it measured, and what it found wrong."""

    def __init__(self, made: Stage, apps: tuple[str, ...], shards: int) -> None:
        """Play on *made*, with these of its apps."""
        self.stage, self.apps, self.shards = made, apps, shards
        self.began = time.time()
        self.breaches: list[str] = []

    def leader(self, replicas: tuple[Replica, ...], share: int = 0) -> Replica:
        """Wait until a share has a leader who writes, and all was made; return it."""
        names = self.names(share)

        def found() -> Replica | None:
            user = self.stage.holders(self.shards).get(share)
            writes = self.stage.log().after(self.began).writes
            if not any(one.user == user and one.name in names for one in writes):
                return None
            return next((one for one in replicas if one.user == user), None)

        leader = eventually(found, within_s=45)
        if leader is None or not eventually(lambda: not self.stage.missing(), within_s=60):
            raise AssertionError("\n".join(one.words for one in replicas))
        return leader

    def names(self, share: int) -> frozenset[str]:
        """The objects of the apps of a share."""
        apps = (app for app in self.apps if share_of(app, self.shards) == share)
        return frozenset(f"{app}-map" for app in apps)

    def takeover_s(self, before: Replica, at: float, what: str, share: int = 0) -> float:
        """Wait for the first write of somebody else; how long after *at* it was."""
        names = self.names(share)
        found = eventually(
            lambda: first_write_after(self.stage.log(), at, names, before.user),
            within_s=TAKEOVER_S + 10,
        )
        took_s = found.since - at if found is not None else float("inf")
        name, log = lease_name(share, self.shards), self.stage.log().after(at)
        taken = [one for one in log.holds if one.lease == name and one.user != before.user]
        lease_s = taken[0].since - at if taken else float("inf")
        if took_s > TAKEOVER_S:
            self.breaches.append(f"{what}: taken over after {took_s:.1f} s")
        print(f"{what:<44} {took_s:6.2f} s (its Lease {lease_s:.2f} s)", flush=True)
        return took_s

    def expect_code(self, replica: Replica, code: int, what: str, within_s: float) -> None:
        """See that a process ends as it should."""
        ended = replica.code(within_s)
        if ended != code:
            last = replica.words.splitlines()[-3:]
            self.breaches.append(f"{what}: it ended with {ended}, not {code}: {last}")

    def judged(self) -> list[str]:
        """Everything that was wrong."""
        alone = self.shards == 1
        told = {map_name(None if alone else i): i for i in range(self.shards)}  # by its leader

        def lease_of(name: str) -> str:
            share = told[name] if name in told else share_of(app_of(name), self.shards)
            return lease_name(share, self.shards)

        log = self.stage.log().after(self.began)
        print(f"  {len(log.writes)} writes, {len(log.holds)} of Leases", flush=True)
        return [*self.breaches, *uncovered(log, lease_of)]


def killed(made: Stage) -> Iterator[str]:
    """The leader is killed: another one writes within 15 s, and nobody meanwhile."""
    story = Story(made, made.apps[:_FEW], 1)
    with made.replicas(2, 1) as replicas, made.drifting(story.apps, 5):
        leader = story.leader(replicas)
        story.takeover_s(leader, leader.signal(signal.SIGKILL), "leader killed, to the next write")
    yield from story.judged()


def stopped(made: Stage, stop_s: float) -> Iterator[str]:
    """The leader stands still and goes on: it writes nothing more and ends."""
    story = Story(made, made.apps[:_FEW], 1)
    with made.replicas(2, 1) as replicas, made.drifting(story.apps, 5):
        leader = story.leader(replicas)
        at = leader.signal(signal.SIGSTOP)
        story.takeover_s(leader, at, "leader stopped, to the next write")
        time.sleep(max(0.0, at + stop_s - time.time()))
        leader.signal(signal.SIGCONT)
        story.expect_code(leader, _LOST, "stopped and continued", 20)
    yield from story.judged()


def cut_off(made: Stage, cut_s: float) -> Iterator[str]:
    """The leader reaches nobody, and what it sent meanwhile arrives when it is gone."""
    story = Story(made, made.apps[:_FEW], 1)
    with made.replicas(2, 1) as replicas, made.drifting(story.apps, 5):
        leader = story.leader(replicas)
        leader.proxy.stall()
        at = time.time()
        story.takeover_s(leader, at, "leader cut off, to the next write")
        story.expect_code(leader, _LOST, "cut off", 20)
        time.sleep(max(0.0, at + cut_s - time.time()))
        leader.proxy.resume()
        time.sleep(2)
    yield from story.judged()


def ended(made: Stage) -> Iterator[str]:
    """The leader is asked to end: another one writes at once."""
    story = Story(made, made.apps[:_FEW], 1)
    with made.replicas(2, 1) as replicas, made.drifting(story.apps, 5):
        leader = story.leader(replicas)
        at = leader.signal(signal.SIGTERM)
        story.takeover_s(leader, at, "leader ended by TERM, to the next write")
        story.expect_code(leader, 128 + signal.SIGTERM, "TERM", 20)
    yield from story.judged()


def deleted(made: Stage) -> Iterator[str]:
    """Somebody deletes the Lease: its holder makes it anew, before anybody else may."""
    story = Story(made, made.apps[:_FEW], 1)
    with made.replicas(2, 1) as replicas, made.drifting(story.apps, 5):
        leader = story.leader(replicas)
        made.delete_lease()
        again = eventually(lambda: made.holders(1).get(0), within_s=10)
        time.sleep(3)
        if again != leader.user or not leader.running:
            story.breaches.append(f"{leader.user} led, and {again} does")
    yield from story.judged()


def stolen(made: Stage) -> Iterator[str]:
    """A stranger takes the Lease: the leader ends, and another one writes when it runs out."""
    story = Story(made, made.apps[:_FEW], 1)
    with made.replicas(2, 1) as replicas, made.drifting(story.apps, 5):
        leader = story.leader(replicas)
        made.steal_lease("stranger")
        story.takeover_s(leader, time.time(), "Lease stolen, to the next write")
        story.expect_code(leader, _LOST, "stolen", 20)
    yield from story.judged()


def refused(made: Stage) -> Iterator[str]:
    """Another tool holds the Lease: the controller does not start, and says why."""
    story = Story(made, made.apps[:_FEW], 1)
    made.steal_lease("another-tool")
    with made.replica(1) as replica:
        story.expect_code(replica, _USAGE, "refused", 60)
        if "is held by another-tool, which is no driftdeck" not in replica.words:
            story.breaches.append("it does not say that another tool holds it")
    yield from story.judged()


def shared(made: Stage) -> Iterator[str]:
    """Three replicas share 60 apps; one is killed, and its apps go to the others."""
    story = Story(made, made.apps, _SHARDS)
    with made.replicas(3, _SHARDS) as replicas, made.drifting(made.apps, 30):
        spread = eventually(lambda: _spread(made), within_s=60)
        if not spread:
            raise AssertionError(
                f"{made.holders(_SHARDS)}\n" + "\n".join(r.words for r in replicas)
            )
        shares = made.holders(_SHARDS)
        since = time.time()

        def healed() -> bool:
            log = made.log().after(since)
            return all(writers(log.writes, app) for app in made.apps)

        eventually(healed, within_s=20)
        calm = made.log().after(since).writes
        for app in made.apps:
            found = writers(calm, app)
            owner = shares[share_of(app, _SHARDS)]
            if found != {owner}:
                story.breaches.append(f"{app} was healed by {sorted(found)}, and is {owner}'s")
        victim, lost = replicas[0], [i for i, user in shares.items() if user == replicas[0].user]
        at = victim.signal(signal.SIGKILL)
        made.edit([app for app in made.apps if share_of(app, _SHARDS) in lost])
        for share in lost:
            story.takeover_s(victim, at, f"replica killed, share {share}, to a write", share)
        _all_taken(story, victim, lost, at)
    yield from story.judged()


def _spread(made: Stage) -> bool:
    return len(set(made.holders(_SHARDS).values())) == _SHARDS


def _all_taken(story: Story, victim: Replica, lost: list[int], at: float) -> None:
    apps = [app for app in story.apps if share_of(app, _SHARDS) in lost]

    def times() -> list[float]:
        log = story.stage.log()
        found = (first_write_after(log, at, frozenset({f"{a}-map"}), victim.user) for a in apps)
        return [one.since - at for one in found if one is not None]

    took = eventually(lambda: len(times()) == len(apps) and times(), within_s=TAKEOVER_S + 10)
    last_s = max(took or [float("inf")])
    print(f"{f'the last of its {len(apps)} apps':<44} {last_s:6.2f} s", flush=True)
    if last_s > TAKEOVER_S:
        story.breaches.append(f"the last app was taken over after {last_s:.1f} s")


def main() -> int:
    """Play every story, print what was measured and what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.failover", description=__doc__)
    parser.add_argument("--stop", type=float, default=60.0, metavar="S", help="how long it is gone")
    parser.add_argument("stories", nargs="*", help="killed, stopped, ...")
    arguments = parser.parse_args()
    stories: dict[str, Callable[[Stage], Iterator[str]]] = {
        "killed": killed,
        "stopped": partial(stopped, stop_s=arguments.stop),
        "cut_off": partial(cut_off, cut_s=arguments.stop),
        "ended": ended,
        "deleted": deleted,
        "stolen": stolen,
        "refused": refused,
        "shared": shared,
    }
    chosen = arguments.stories or [*stories]
    breaches: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="driftdeck-failover-") as name,
        stage(name, _APPS) as made,
    ):
        for called in chosen:
            breaches += [f"{called}: {each}" for each in stories[called](made)]
    print("\n".join(breaches) or "never two writers, and none without a Lease")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
