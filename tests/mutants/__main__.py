"""Try mutants: `python -m tests.mutants [--sample 200] [--seed N] [PACKAGE|FILE...]`.

Survivors come as `file:line` with what was changed, the last line is the ratio of those killed.
Nothing in the repository is written: all happens in a copy in a temporary folder.
"""

import argparse
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
PACKAGES = ("core.reconcile", "core.remedy", "core.compare")
NEAR = ("tests/core/reconcile", "tests/core/remedy", "tests/core/compare", "tests/core/cli")
CHOSEN = (
    *("-m", "not real", "-p", "no:cacheprovider", "--hypothesis-profile=ci"),
    *("--ignore=tests/core/cli/test_program.py", "-k", "not the_controller"),  # other processes
)
SKIPPED = shutil.ignore_patterns("__pycache__", ".*", "dist", "screenshots")


def main() -> int:
    """Work in a copy of the tree; the exit code is 1 when something survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("places", nargs="*", metavar="PACKAGE|FILE")
    asked = parser.parse_args()
    seed = secrets.randbelow(10_000) if asked.seed is None else asked.seed
    files = sorted(_files(asked.places or PACKAGES))
    if not files:
        parser.error(f"no source file is meant by {asked.places or PACKAGES}")
    with tempfile.TemporaryDirectory(prefix="driftdeck-mutants-") as name:
        copy = Path(name) / "tree"
        shutil.copytree(TREE, copy, ignore=SKIPPED)
        _configure(copy, files)
        told = _told(copy, files, sample=asked.sample, seed=seed)
    print(f"{len(files)} files, seed {seed}\n{told}", end="")
    return 0 if told.splitlines()[-1].endswith("= 1.000") else 1


def _files(places: Iterable[str]) -> Iterator[str]:
    """Turn packages, modules and files into paths of files, from the tree's root."""
    for place in places:
        path = TREE / (place.removesuffix(".py").replace(".", "/"))
        found = path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]
        yield from (str(each.relative_to(TREE)) for each in found if each.is_file())


def _configure(copy: Path, files: Sequence[str]) -> None:
    own = {f"tests/{Path(file).parent}" for file in files} | set(NEAR)
    tests = sorted(each for each in own if (TREE / each).is_dir()) or ["tests"]
    settings = {
        "source_paths": ["core"],
        "only_mutate": list(files),
        "also_copy": ["tui", "README.md"],
        "pytest_add_cli_args_test_selection": tests,
        "pytest_add_cli_args": list(CHOSEN),
        "timeout_constant": 0.5,  # of a loop without end, times the multiplier
        "timeout_multiplier": 10.0,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    with (copy / "pyproject.toml").open("a") as project:
        project.write("\n".join(["", "[tool.mutmut]", *lines, ""]))


def _told(copy: Path, files: Sequence[str], *, sample: int, seed: int) -> str:
    """Run the worker; its own words go to our stderr, what it found comes back."""
    report = copy / "report.txt"
    numbers = (f"--sample={sample}", f"--seed={seed}", f"--report={report}")
    command = [sys.executable, "-m", "tests.mutants.worker", *numbers, *files]
    done = subprocess.run(command, cwd=copy, stdout=sys.stderr, check=False)  # noqa: S603 - our own
    if not report.exists():
        raise SystemExit(f"the tests could not be run on mutants (exit {done.returncode})")
    return report.read_text()


if __name__ == "__main__":
    sys.exit(main())
