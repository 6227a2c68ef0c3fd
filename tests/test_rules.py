"""Every rule that is cited can be read in the repository, beside the package that it rules.

A *citation* is an id (R6, FP-39, "C1 to C34" is all of them) or a page with or without sections
(verdicts.md 2.4), and it is searched where people explain: in comments and docstrings, in the pages
themselves and in the guides.  The program's own strings and names are no citations, for `F1` is a
key and `A1` a name in test data; only the strings that begin with the id of a case, as the rows of
the case table do, are.  Codes after `noqa:` are the linter's.  What merely looks like an id is
written in backticks, and is then none.

An *entry* is a table row whose first cell begins with the id, or a list item that begins with it in
bold.  An id may be explained without being cited.
"""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGES: Final[Mapping[str, tuple[str, ...]]] = {  # which letters of ids each page explains
    "core/compare/verdicts.md": ("A", "B", "FP-", "X-"),
    "core/cluster/kubernetes.md": ("R",),
    "core/reconcile/safety.md": ("G", "P"),
    "tui/terminal.md": ("K", "S", "T"),
    "tests/faults.md": ("C", "F", "O"),
}
GUIDES: Final = (
    "README.md",
    "core/cli/guide.md",
    "core/cli/telemetry/metrics.md",
    "core/settings/settings.md",
    "tests/bench/figures.md",
)
PAGE_OF: Final = {letters: page for page, ruled in PAGES.items() for letters in ruled}

_ID: Final = r"(?:FP-|X-|[ABCFGKOPRST])\d{1,3}(?![\w-])"
_IDS: Final = rf"{_ID}(?:(?:, | to ){_ID})*"
_RANGE: Final = re.compile(rf"(?<![\w.+-])({_ID})(?: to ({_ID}))?")
_CASE: Final = re.compile(r"(?:FP|X)-\d+\b")
_ENTRY: Final = re.compile(rf"(?:\| (?={_ID})|[-*] \*\*(?={_ID}))({_IDS})", re.ASCII)
_NUMBER: Final = r"\d+(?:\.\d+)?(?![\w])"
_PAGE: Final = re.compile(
    rf"(?<![\w/])([\w/]+\.md)\b(?:,? (?:sections? )?({_NUMBER}(?:(?:, | and ){_NUMBER})*))?"
)
_HEADING: Final = re.compile(r"^#+ (\d+(?:\.\d+)?)\b", re.MULTILINE)
_LINTER: Final = re.compile(r"noqa: *[A-Z]+\d+(?:, *[A-Z]+\d+)*")
_QUOTED: Final = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True)
class Remark:
    """A text for people, and where it stands."""

    place: str
    text: str

    def ids(self) -> Iterator[str]:
        """The ids it cites, those between the two ends of a range included."""
        for first, last in _RANGE.findall(_QUOTED.sub("` `", self.text)):
            yield from _between(first, last or first)

    def pages(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The pages it cites, each with the sections."""
        for page, sections in _PAGE.findall(self.text.replace("`", "").replace("../", "")):
            yield page, tuple(re.findall(_NUMBER, sections))


def _between(first: str, last: str) -> Iterator[str]:
    letters, low = _split(first)
    until, high = _split(last)
    assert letters == until, f"{first} to {last}"
    width = len(low) if low.startswith("0") else 0
    yield from (f"{letters}{number:0{width}}" for number in range(int(low), int(high) + 1))


def _split(rule: str) -> tuple[str, str]:
    letters = rule.rstrip("0123456789")
    return letters, rule[len(letters) :]


def remarks_of(name: str, source: str) -> Iterator[Remark]:
    """Read the comments, docstrings and named cases of one module, where any can be a citation."""
    if not any(cited.search(source) for cited in (_RANGE, _PAGE, _CASE)):
        return  # to take a module apart takes ten times as long as to see that
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Remark(f"{name}:{token.start[0]}", _LINTER.sub("", token.string))
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield Remark(f"{name}:{node.lineno}", " ".join(text.split()))
            case ast.Constant(value=str(text)) if case := _CASE.match(text):
                yield Remark(f"{name}:{node.lineno}", case[0])


def lines_of(name: str, page: str) -> Iterator[Remark]:
    """Read a page, line by line but for its blocks of code."""
    fenced = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield Remark(f"{name}:{number}", line)


def entries_of(page: str) -> Iterator[str]:
    """The ids that a page explains."""
    for line in page.splitlines():
        if found := _ENTRY.match(line):
            yield from Remark("", found[1]).ids()


@cache
def written() -> tuple[Remark, ...]:
    """All that is said to people in this repository."""
    return tuple(_written())


def _written() -> Iterator[Remark]:
    for package in ("core", "tui", "tests"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from remarks_of(str(path.relative_to(ROOT)), path.read_text())
    for name in (*PAGES, *GUIDES):
        yield from lines_of(name, (ROOT / name).read_text())


ENTRIES: Final = {name: tuple(entries_of((ROOT / name).read_text())) for name in PAGES}
SECTIONS: Final = {
    name: set(_HEADING.findall((ROOT / name).read_text())) for name in (*PAGES, *GUIDES)
}


def unexplained(remark: Remark) -> Iterator[str]:
    """Name the ids of which the page that rules them says nothing."""
    for rule in remark.ids():
        page = PAGE_OF[_split(rule)[0]]
        if rule not in ENTRIES[page]:
            yield f"{remark.place} cites {rule}: {page} has no entry for it"


def unwritten(remark: Remark) -> Iterator[str]:
    """Name the pages and sections that do not exist."""
    for cited, sections in remark.pages():
        page = next((name for name in SECTIONS if f"/{name}".endswith(f"/{cited}")), None)
        if page is None:
            yield f"{remark.place} cites {cited}, which is no page of this repository"
            continue
        lacking = [section for section in sections if section not in SECTIONS[page]]
        yield from (
            f"{remark.place} cites {page} {section}: no such section" for section in lacking
        )


def test_every_cited_rule_has_an_entry_in_the_page_that_rules_it() -> None:
    assert [fault for remark in written() for fault in unexplained(remark)] == []


def test_every_cited_page_and_section_exists() -> None:
    assert [fault for remark in written() for fault in unwritten(remark)] == []


def test_a_rule_has_one_entry_and_it_stands_in_the_page_of_its_letters() -> None:
    counted = Counter(rule for entries in ENTRIES.values() for rule in entries)
    assert [rule for rule, count in counted.items() if count > 1] == []
    strays = [
        f"{rule} in {page}"
        for page, entries in ENTRIES.items()
        for rule in entries
        if PAGE_OF[_split(rule)[0]] != page
    ]
    assert strays == []


def test_the_code_cites_rules_of_every_page() -> None:
    modules = [remark for remark in written() if ".py:" in remark.place]
    cited = {rule for remark in modules for rule in remark.ids()}
    assert {"A5", "FP-39", "X-06", "R6", "G7", "K2", "T1", "F22", "C34"} <= cited
    pages = {page.rpartition("/")[2] for remark in modules for page, _ in remark.pages()}
    assert {page.rpartition("/")[2] for page in PAGES} <= pages


def test_an_id_without_an_entry_is_found_wherever_it_is_cited() -> None:
    source = '"""As R98 says."""\n\n\ndef f() -> None:\n    """Ask (G97)."""\n    g()  # K96\n'
    case = 'CASE = case(id="FP-95 one", text="R94 is no citation")\n'
    found = [
        fault.partition(":")[2].partition(":")[0]
        for text in (source, case)
        for remark in remarks_of("m.py", text)
        for fault in unexplained(remark)
    ]
    assert sorted(found) == ["1 cites FP-95", "1 cites R98", "5 cites G97", "6 cites K96"]


def test_a_range_cites_what_lies_between_its_ends() -> None:
    assert list(Remark("", "(A4 to A7, B9)").ids()) == ["A4", "A5", "A6", "A7", "B9"]
    assert list(Remark("", "FP-08 to FP-10").ids()) == ["FP-08", "FP-09", "FP-10"]


def test_codes_of_the_linter_quoted_words_and_parts_of_words_are_no_citations() -> None:
    source = "x = 1  # noqa: S603, C901 - the key `F1`, UTF-8, v1.R2, R2D2, CVE-A1-2\n"
    (remark,) = remarks_of("m.py", source)
    assert list(remark.ids()) == []


def test_a_page_or_section_that_does_not_exist_is_found() -> None:
    remark = Remark("m.py:1", "(plans.md section 4; verdicts.md 2.2 and 2.99, kubernetes.md 9)")
    assert list(unwritten(remark)) == [
        "m.py:1 cites plans.md, which is no page of this repository",
        "m.py:1 cites core/compare/verdicts.md 2.99: no such section",
    ]
