"""Mutants as values, read from what mutmut wrote, and a fair draw of them."""

import ast
import difflib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.data import MutantLineSpans, SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name

_NOTICED = frozenset({"killed", "timeout", "segfault", "suspicious"})  # the last: other exit codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one function."""

    name: str  # as mutmut knows it
    file: str
    line: int  # the first that differs
    diff: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant."""

    mutant: Mutant
    word: str

    @property
    def killed(self) -> bool:
        """Whether a test noticed; an endless loop and a crash are noticed."""
        return self.word in _NOTICED


def mutants(file: Path) -> Iterator[Mutant]:
    """Read all mutants of a source file, which the tree's copy holds, in their order there."""
    made = MutantLineSpans.load(file)
    if made is None:
        return  # nothing in it that an operator changes
    names = list(made.span_by_function_name)
    texts = dict(zip(names, made.read_function_sources(names), strict=True))
    starts = _starts(file.read_text())
    for name in names:
        mangled, _, number = name.partition("__mutmut_")
        if number in {"", "orig"}:
            continue
        original = texts[f"{mangled}__mutmut_orig"].splitlines()
        changed = texts[name].replace(name, f"{mangled}__mutmut_orig").splitlines()
        yield Mutant(
            name=get_mutant_name(file, name),
            file=str(file),
            line=starts[mangled] - _head(original) + _first_difference(original, changed),
            diff="\n".join(_delta(original, changed)),
        )


def drawn(found: Sequence[Mutant], *, sample: int, seed: int) -> tuple[Mutant, ...]:
    """Draw a sample, each mutant with the same chance; all of them if there are no more."""
    dice = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return tuple(dice.sample(found, min(sample, len(found))))


def outcomes(chosen: Sequence[Mutant]) -> tuple[Outcome, ...]:
    """Read what mutmut found out about these mutants."""
    codes: dict[str, int | None] = {}
    for file in {mutant.file for mutant in chosen}:
        read = SourceFileMutationData(path=file)
        read.load()
        codes |= read.exit_code_by_key
    return tuple(Outcome(mutant, status_by_exit_code[codes[mutant.name]]) for mutant in chosen)


def report(found: Sequence[Outcome]) -> Iterator[str]:
    """Say where tests sleep, file by file, and how many mutants they caught."""
    alive = [outcome for outcome in found if not outcome.killed]
    for outcome in sorted(alive, key=lambda each: (each.mutant.file, each.mutant.line)):
        yield f"{outcome.mutant.file}:{outcome.mutant.line}: {outcome.word}"
        yield outcome.mutant.diff
    killed = len(found) - len(alive)
    yield f"killed {killed}/{len(found)} = {killed / max(1, len(found)):.3f}"


def _delta(original: Sequence[str], changed: Sequence[str]) -> Iterator[str]:
    for line in difflib.unified_diff(original, changed, lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield f"    {line}"


def _head(original: Sequence[str]) -> int:
    """Count the lines before the `def`: decorators."""
    heads = ("def ", "async def ")
    return next(index for index, line in enumerate(original) if line.lstrip().startswith(heads))


def _first_difference(original: Sequence[str], changed: Sequence[str]) -> int:
    both = enumerate(zip(original, changed, strict=False))
    shorter = min(len(original), len(changed))
    return next((index for index, (before, after) in both if before != after), shorter)


def _starts(source: str) -> dict[str, int]:
    """Give the line of each function's `def`, by the name mutmut gives it."""
    starts: dict[str, int] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            starts[f"x_{node.name}"] = node.lineno
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                    starts[f"xǁ{node.name}ǁ{method.name}"] = method.lineno
    return starts
