"""`python -m tests.verdicts`: play the case table on both servers and print the counts."""

import sys
import tempfile
from pathlib import Path

from tests.apiserver.server import ApiServer
from tests.verdicts.play import (
    JUDGES,
    Played,
    names_of,
    play,
    real_theatre,
    sandbox_theatre,
)
from tests.verdicts.rows import CASES
from tests.verdicts.table import Count, count, lines, mismatch


def main() -> int:
    """Return 0 if every row has its verdict."""
    counts: dict[tuple[str, str], Count] = {}
    for server, played in _all():
        for judge in JUDGES:
            counts[server, judge] = count(played, CASES, judge, server)
        for line in _complaints(server, played):
            print(line, file=sys.stderr)
    print("\n".join(lines(counts)))
    return 0 if all(each.perfect for each in counts.values()) else 1


def _all() -> list[tuple[str, Played]]:
    with tempfile.TemporaryDirectory() as one, sandbox_theatre(Path(one)) as theatre:
        sandbox = play(theatre, CASES)
    with (
        tempfile.TemporaryDirectory() as two,
        ApiServer() as server,
        real_theatre(Path(two), server) as theatre,
    ):
        return [("sandbox", sandbox), ("real", play(theatre, CASES))]


def _complaints(server: str, played: Played) -> list[str]:
    found = []
    for case, name in names_of(CASES).items():
        if server not in case.on:
            continue
        if name in played.failed:
            found.append(f"{server}: {case.title}: {played.failed[name]}")
        for judge in JUDGES:
            wrong = mismatch(case, judge, played.found(judge, case, name))
            if wrong:
                found.append(f"{server}, {judge}: {case.title} ({name}): {wrong}")
    return found


if __name__ == "__main__":
    sys.exit(main())
