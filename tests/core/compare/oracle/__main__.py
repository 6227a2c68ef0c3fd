"""Look longer than a test may: `python -m tests.core.compare.oracle --minutes 5`."""

import argparse
import time
from collections import Counter
from pathlib import Path

from tests.apiserver.server import ApiServer
from tests.core.compare.oracle.session import Session, kind_of
from tests.core.compare.oracle.test_oracle import EDITS, GROWN, SEEDS
from tests.core.compare.oracle.trial import Report, Trial


def main() -> None:
    """Run trials until the time is over, and print each kind of failure once."""
    parser = argparse.ArgumentParser(prog="python -m tests.core.compare.oracle")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--first", type=int, default=1000, help="number of the first trial")
    parser.add_argument("--kind", default="", help="this kind only")
    parser.add_argument("--trials", type=int, default=1_000_000, help="per kind, at most")
    parser.add_argument("--out", type=Path, default=None, help="write every failure here")
    options = parser.parse_args()
    report = Report()
    seeds = [seed for seed in SEEDS if options.kind in {"", kind_of(seed).kind}]
    with ApiServer() as server:
        session = Session(server)
        started = time.monotonic()
        for number in range(options.first, options.first + options.trials):
            for seed in seeds:
                if time.monotonic() - started > 60 * options.minutes:
                    break
                Trial(session, seed, number, report).run(grown=GROWN, edits=EDITS)
        seconds = time.monotonic() - started
    shown: Counter[tuple[str, ...]] = Counter()
    for failure in report.failures:
        kind = failure.trial.partition("#")[0]
        shown[kind, failure.rule, failure.trail] += 1
        if shown[kind, failure.rule, failure.trail] == 1 and options.out is None:
            print(failure)
    if options.out is not None:
        options.out.write_text("\n\n".join(map(str, report.failures)), encoding="utf-8")
    for words, count in report.refusals.most_common(30):
        print("refused", count, words)
    for dropped, count in sorted(report.unkept.items()):
        print("the server does not keep", dropped, count)
    for key, count in sorted(shown.items()):
        print(count, *key)
    print(f"{len(seeds)} kinds, {session.client.requests} requests, {seconds:.0f} s:", end=" ")
    print(", ".join(f"{count} {what}" for what, count in sorted(report.counts.items())))


if __name__ == "__main__":
    main()
