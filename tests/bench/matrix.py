"""The drift matrix as a table: `python -m tests.bench.matrix`.

Every row is one kind of live change by one writer, made on a real API server.  A cell says what
showed, and whether a sync under these settings put it right.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.apiserver.server import ApiServer
from tests.matrix.changes import SETTINGS, Setting
from tests.matrix.run import KUBECTL_DIFFS, Outcome, prepared

_UNASKED = frozenset({"drift", "contested", "missing", "extra"})  # INFO shows with --all


def main() -> None:
    """Make every change, and print what came of each."""
    with tempfile.TemporaryDirectory(prefix="driftdeck-matrix-") as folder, ApiServer() as server:
        made = prepared(server, Path(folder))
        outcomes = made.run(kubectl_diff=shutil.which("kubectl") is not None)
    print_table([_head(), *(_row(each) for each in outcomes)])
    print()
    print_table([*_totals(outcomes)])


def _head() -> list[str]:
    return ["change", "by", *KUBECTL_DIFFS, *(setting.name for setting in SETTINGS), "who"]


def _row(each: Outcome) -> list[str]:
    others = ["shown" if each.shown_by.get(name) else "-" for name in KUBECTL_DIFFS]
    cells = [_cell(each, setting) for setting in SETTINGS]
    return [each.case.change.title, each.case.who, *others, *cells, each.actor or "-"]


def _cell(each: Outcome, setting: Setting) -> str:
    healed = ", healed" if each.healed[setting] else ""
    return f"{each.verdicts[setting] or '-'}{healed}"


def _totals(outcomes: list[Outcome]) -> Iterator[list[str]]:
    kinds = {each.case.change.title for each in outcomes}
    yield ["", "changes shown", "listed with --all", "kinds shown, whoever", "who", "healed"]
    yield ["of", *[f"{len(outcomes)}"] * 2, f"{len(kinds)}", *[f"{len(outcomes)}"] * 2]
    for name in KUBECTL_DIFFS:
        shown = [each for each in outcomes if each.shown_by.get(name)]
        yield [name, f"{len(shown)}", "-", f"{_kinds(outcomes, shown)}", "0", "-"]
    who = sum(bool(each.actor) for each in outcomes)
    for setting in SETTINGS:
        shown = [each for each in outcomes if each.verdicts[setting] in _UNASKED]
        listed = sum(bool(each.verdicts[setting]) for each in outcomes)
        healed = sum(each.healed[setting] for each in outcomes)
        counts = (len(shown), listed, _kinds(outcomes, shown), who, healed)
        yield [f"driftdeck, {setting.name}", *map(str, counts)]


def _kinds(outcomes: list[Outcome], shown: list[Outcome]) -> int:
    """How many kinds of change are shown whoever makes them."""
    hidden = {each.case.change.title for each in outcomes if each not in shown}
    return len({each.case.change.title for each in outcomes} - hidden)


def print_table(rows: list[list[str]]) -> None:
    """Print rows with their columns aligned."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    main()
