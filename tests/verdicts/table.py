"""What was found against what must be found: one mismatch at a time, and the counts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.verdicts.case import COUNTED, Case, Shown
from tests.verdicts.play import Played, names_of


@dataclass(frozen=True, slots=True)
class Count:
    """The rows of one server as one judge saw them."""

    cases: int
    false_positives: int
    twins: int
    missed: int
    unsure: int  # only the server knows, and the local verdict says that it is local
    otherwise: int  # right about drift, and wrong in a path, a class or a reason

    @property
    def perfect(self) -> bool:
        """Whether nothing at all was wrong."""
        return not (self.false_positives or self.missed or self.otherwise)


def expected(case: Case, judge: str) -> tuple[str, Shown]:
    """Return the object verdict and the field verdicts that one judge must give."""
    if judge == "local" and case.local is not None:
        return case.local
    return case.verdict, case.shown


def mismatch(case: Case, judge: str, found: Mapping[str, Any]) -> str:
    """Say what is wrong with what was said of one row; "" if nothing is."""
    verdict, shown = expected(case, judge)
    return "; ".join(
        f"{what}: expected {wanted!r}, found {got!r}"
        for what, wanted, got in _compared(case, judge, found, verdict, shown)
        if wanted != got
    )


def _compared(
    case: Case, judge: str, found: Mapping[str, Any], verdict: str, shown: Shown
) -> Iterator[tuple[str, object, object]]:
    changes = found.get("changes", [])
    yield "verdict", verdict, found.get("verdict", "")
    yield "fields", dict(shown), {each["path"]: word_of(each) for each in changes}
    words = " ".join(str(text) for text in (found.get("reason"), *(c["note"] for c in changes)))
    own_words = judge == "local" and case.confirmed_by  # it is refused sooner, by its rights
    yield "words", case.says, case.says if case.says in words or own_words else words
    if verdict in {"drifted", "contested"}:
        server = "local" if judge == "local" else case.confirmed_by or "server"
        yield "confirmed by", server, found.get("confirmed_by")


def word_of(change: Mapping[str, Any]) -> str:
    """Write the verdict of one field as rows do."""
    word = " ".join(part for part in (change["verdict"], change["class"]) if part)
    return word if change["healable"] else f"{word}, cannot heal"


def count(played: Played, cases: Sequence[Case], judge: str, server: str) -> Count:
    """Count one judge's verdicts."""
    totals: Counter[str] = Counter()
    for case, name in names_of(cases).items():
        if server in case.on:
            found = played.found(judge, case, name)
            totals.update(_verdict_on(case, judge, found, failed=name in played.failed))
    return Count(
        *(
            totals[word]
            for word in ("case", "false positive", "twin", "missed", "unsure", "otherwise")
        )
    )


def _verdict_on(case: Case, judge: str, found: Mapping[str, Any], *, failed: bool) -> Iterator[str]:
    wanted = expected(case, judge)[0] in COUNTED
    seen = found.get("verdict") in COUNTED
    if wanted != case.twin:
        yield "unsure"
    else:
        yield "twin" if case.twin else "case"
    if wanted != seen:
        yield "missed" if wanted else "false positive"
    elif failed or mismatch(case, judge, found):
        yield "otherwise"


def lines(counts: Mapping[tuple[str, str], Count]) -> list[str]:
    """Write the table of `tests/bench/figures.md`."""
    rows = [
        "| API server | verdict | false positives | missed drift | server needed | wrong detail |",
        "|-|-|-|-|-|-|",
    ]
    for (server, judge), each in counts.items():
        row = f"| {server} | {judge} | {each.false_positives} of {each.cases}"
        row += f" | {each.missed} of {each.twins} | {each.unsure} | {each.otherwise} |"
        rows.append(row)
    return rows
