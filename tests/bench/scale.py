"""Measure what one more object costs: `python -m tests.bench.scale`.

One app with all the objects in it is the hard case, and it is what is built, through inputs alone.
Prints what one live event costs (`step` and the snapshot) and what judging everything costs, for
several numbers of objects, with the ratios that the design holds.  The garbage collector is told
to leave the objects of the world alone (`gc.freeze`), so that a full collection, which has its own
growth, is not mistaken for ours; times are of the processor, so that neighbours count for nothing.
"""

import argparse
import gc
import json
import statistics
import time
from dataclasses import dataclass
from typing import Any

from core.compare import canonical
from core.garbage import collect_rarely
from core.model import Document, Live, Snapshot
from core.reconcile.memory.effects import Effect, WakeAt
from core.reconcile.memory.inputs import Input, KindListed, LiveChanged, SourceRead, Tick
from core.reconcile.memory.results import InventoryRead, InventoryRow
from core.reconcile.memory.state import State
from core.reconcile.snapshots import snapshot
from core.reconcile.step import step
from tests.core.reconcile.world import (
    CONFIG_MAP,
    HUMAN,
    RESOURCES,
    SCHEMAS,
    SPEC,
    commit,
    document,
    ref,
    world,
)

COUNTS = (1_000, 10_000, 100_000)
EVENTS = 300
WARM_UP = 200  # objects; the first comparisons load and compile
EVENT_RATIO_MAX = 2.5  # at the most objects, to the fewest
JUDGING_RATIO_MAX = 12.0  # at the most objects, to ten times fewer
DATA = {f"key-{index}": f"value {index}" for index in range(5)}


@dataclass
class Engine:
    """A state that is fed until it has nothing more to do at once, as the engine does it."""

    state: State
    shown: Snapshot
    now: float = 1000.0

    def feed(self, happened: Input, *, showing: bool = False) -> None:
        """Take one input, and go on as long as the state asks to be woken now."""
        wanted: Input = happened
        while True:
            self.state, effects = step(self.state, wanted, now=self.now)
            if showing:
                self.shown = snapshot(self.state, self.shown)
            if not self._goes_on(effects):
                return
            wanted = Tick()

    def _goes_on(self, effects: tuple[Effect, ...]) -> bool:
        return any(isinstance(each, WakeAt) and each.at <= self.now for each in effects)


@dataclass(frozen=True)
class Figures:
    """What was measured for one number of objects."""

    count: int
    judging_s: float
    quiet_ms: float  # an event that leaves the object as Git has it
    drift_ms: float  # an event that makes it differ, or puts it right


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--events", type=int, default=EVENTS)
    asked = parser.parse_args()
    collect_rarely()  # as in every process that holds an engine
    _measured(WARM_UP, asked.events)
    found = [_measured(count, asked.events) for count in sorted(asked.counts)]
    print(f"one app, median of {asked.events} events, CPU time, gc frozen\n")
    print("objects   event in sync   event of drift   judging all   an object")
    for each in found:
        print(
            f"{each.count:>7,}   {each.quiet_ms:>10.3f} ms   {each.drift_ms:>11.3f} ms"
            f"   {each.judging_s:>9.2f} s   {each.judging_s / each.count * 1e6:>6.0f} us"
        )
    _ratios(found)


def _ratios(found: list[Figures]) -> None:
    least, most = found[0], found[-1]
    print(f"\nratios of {most.count:,} objects to {least.count:,} (at most {EVENT_RATIO_MAX})")
    print(f"  event in sync   {most.quiet_ms / least.quiet_ms:.1f}")
    print(f"  event of drift  {most.drift_ms / least.drift_ms:.1f}")
    for each in found:
        for ten_times in found:
            if ten_times.count == 10 * each.count:
                ratio = ten_times.judging_s / each.judging_s
                print(f"judging {ten_times.count:,} to {each.count:,}: {ratio:.1f}", end=" ")
                print(f"(at most {JUDGING_RATIO_MAX:.0f})")


def _measured(count: int, events: int) -> Figures:
    engine, listed = _read(count)
    _freeze()
    began = time.process_time()
    engine.feed(listed)
    judging_s = time.process_time() - began
    engine.shown = snapshot(engine.state, engine.shown)
    assert engine.shown.complete, "every object was to be judged"
    assert len(engine.shown.rows) == count
    _freeze()
    quiet = [_event_ms(engine, number, count, drifted=False) for number in range(events)]
    drift = [_event_ms(engine, number, count, drifted=number % 2 == 0) for number in range(events)]
    gc.unfreeze()
    return Figures(count, judging_s, statistics.median(quiet), statistics.median(drift))


def _freeze() -> None:
    gc.collect()
    gc.freeze()


def _read(count: int) -> tuple[Engine, KindListed]:
    """Make a world where Git and the record were read, and the listing that is still to come."""
    made = world(writing=False)
    names = [f"object-{number:06}" for number in range(count)]
    documents = tuple(document(CONFIG_MAP, name, data=DATA) for name in names)
    engine = Engine(made.state, Snapshot())
    engine.feed(SourceRead(SPEC.name, commit(), documents, ()))
    rows = tuple(
        InventoryRow(ref(CONFIG_MAP, each.name), f"u-{each.name}", _digest(each))
        for each in documents
    )
    engine.feed(InventoryRead(SPEC.name, rows))
    objects = {ref(CONFIG_MAP, name): _live(name, 1, drifted=False) for name in names}
    return engine, KindListed("prod", CONFIG_MAP, objects)


def _digest(stated: Document) -> str:
    resource, schema = RESOURCES[CONFIG_MAP], SCHEMAS[CONFIG_MAP]
    return canonical(stated, resource, schema, namespace="web", digest_key=b"d").digest


def _event_ms(engine: Engine, number: int, count: int, *, drifted: bool) -> float:
    """Let one object change in the cluster: how long until the next snapshot, in milliseconds."""
    name = f"object-{number // 2 * 7919 % count:06}"  # spread out
    engine.now += 0.1
    version = int(engine.now * 10)
    changed = LiveChanged(
        "prod", CONFIG_MAP, ((ref(CONFIG_MAP, name), _live(name, version, drifted=drifted)),)
    )
    began = time.process_time()
    engine.feed(changed, showing=True)
    return (time.process_time() - began) * 1000


def _live(name: str, version: int, *, drifted: bool) -> Live:
    metadata: dict[str, Any] = {"name": name, "namespace": "web", "uid": f"u-{name}"}
    data = DATA | ({"key-0": "by hand"} if drifted else {})
    body = {"apiVersion": "v1", "kind": "ConfigMap", "data": data}
    managed = [{**HUMAN, "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:key-0": {}}}}]
    metadata |= {"resourceVersion": str(version), "managedFields": managed}
    return Live(f"u-{name}", str(version), json.dumps(body | {"metadata": metadata}).encode())


if __name__ == "__main__":
    main()
