"""The command on a planted tree: a weak test leaves a survivor, a strong one kills it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.__main__ import TREE
from tests.mutants.sampling import Mutant, drawn

SOURCE = '''"""Ages."""


def of_age(years: int) -> bool:
    """Whether somebody may vote."""
    return years >= 18
'''
LOOP = '''

def counted(until: int) -> int:
    """Count up from one; one mutant counts down, for ever."""
    number = 1
    while number < until:
        number = number + 1
    return number
'''
WEAK = """
from core.ages import of_age


def test_a_child_may_not() -> None:
    assert not of_age(3)
    assert of_age(40)
"""
STRONG = """
from core.ages import of_age


def test_the_birthday_counts() -> None:
    assert [of_age(17), of_age(18)] == [False, True]
"""
COUNTED = """

def test_numbers_are_counted() -> None:
    from core.ages import counted

    assert [counted(number) for number in (1, 2, 3)] == [1, 2, 3]
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of one module, which has the command in it."""
    ours = shutil.ignore_patterns("__pycache__", "test_*")
    shutil.copytree(TREE / "tests/mutants", tmp_path / "tests/mutants", ignore=ours)
    (tmp_path / "core").mkdir()
    for package in ("core", "tests"):
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "core/ages.py").write_text(SOURCE)
    options = 'addopts = ["--import-mode=importlib"]\npythonpath = ["."]\nmarkers = ["real"]\n'
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{options}")
    return tmp_path


def tried(tree: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run the command there: its exit code, and what it prints."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.mutants", "--seed", "1", *arguments, "core.ages"],
        cwd=tree,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.stdout, done.stderr
    return done.returncode, done.stdout.splitlines()


def test_a_weak_test_leaves_survivors_with_their_place(tree: Path) -> None:
    (tree / "tests/test_ages.py").write_text(WEAK)
    code, said = tried(tree)
    assert code == 1
    at = said.index("core/ages.py:6: survived")
    assert said[at + 1] == "    -    return years >= 18"
    assert "    +    return years > 18" in said
    assert said[-1].startswith("killed ")
    assert not said[-1].endswith("= 1.000")
    assert (tree / "core/ages.py").read_text() == SOURCE


def test_a_strong_test_kills_everything_and_a_loop_without_end_counts(tree: Path) -> None:
    (tree / "core/ages.py").write_text(SOURCE + LOOP)
    (tree / "tests/test_ages.py").write_text(STRONG + COUNTED)
    code, said = tried(tree)
    assert said[-1].endswith("= 1.000"), said
    assert code == 0


def test_a_sample_is_drawn_again_by_its_seed_and_never_larger_than_what_there_is() -> None:
    found = [Mutant(name=f"m{number}", file="f", line=1, diff="") for number in range(50)]
    first = drawn(found, sample=10, seed=1)
    assert len(set(first)) == 10
    assert first == drawn(found, sample=10, seed=1)
    assert first != drawn(found, sample=10, seed=2)
    assert set(drawn(found, sample=200, seed=1)) == set(found)
