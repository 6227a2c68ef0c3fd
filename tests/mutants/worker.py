"""What runs inside the copy of the tree: make mutants, draw, try, report.

A process of its own, whose working directory is the copy: mutmut reads its settings there and
must not find our modules already imported.
"""

import argparse
from itertools import chain
from pathlib import Path

from mutmut.__main__ import cli, copy_src_dir, create_mutants

from tests.mutants import operators
from tests.mutants.sampling import drawn, mutants, outcomes, report

PROCESSES = 2


def main() -> None:
    """Try a sample of the mutants of some files; the report goes into a file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--report", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    asked = parser.parse_args()
    operators.use()
    copy_src_dir()
    create_mutants(PROCESSES)
    found = tuple(chain.from_iterable(mutants(file) for file in sorted(asked.files)))
    chosen = drawn(found, sample=asked.sample, seed=asked.seed)
    names = [mutant.name for mutant in chosen]
    cli.main(["run", "--max-children", str(PROCESSES), *names], standalone_mode=False)
    asked.report.write_text("\n".join(report(outcomes(chosen))) + "\n")


if __name__ == "__main__":
    main()
