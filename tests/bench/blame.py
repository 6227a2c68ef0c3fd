"""Measure blame along the path of one file: `python -m tests.bench.blame [--commits 10000]`.

Two histories: many commits of which three touch the file, and half as many that all touch it.
Each is asked for 20 fields, as loose objects and packed; git's own line blame runs beside it.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from core.attribution.origins import Origins
from core.git import Repository, commit_files
from core.manifests import load
from core.model import FieldChange, FieldVerdict
from tests.core.manifests.here import HERE

FILE = "apps/prod/web.yaml"
FIELDS = [f"metadata.annotations.a{number}" for number in range(19)] + ["spec.replicas"]
LINE = 25  # of spec.replicas


def manifest(image: int) -> bytes:
    """A Deployment whose 20 fields never change, and one that does."""
    notes = "".join(f"    a{number}: text\n" for number in range(19))
    head = f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations:\n{notes}"
    spec = "spec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n"
    return f"{head}{spec}      - name: web\n        image: web:{image}\n".encode()


def rare(count: int) -> Iterator[dict[str, bytes | None]]:
    """*count* commits; the first three touch the file."""
    for number in range(count):
        files: dict[str, bytes | None] = {f"apps/prod/other{number % 50}.yaml": b"x: %d" % number}
        yield files | ({FILE: manifest(number)} if number < 3 else {})


def often(count: int) -> Iterator[dict[str, bytes | None]]:
    """*count* commits that all touch the file."""
    for number in range(count):
        yield {FILE: manifest(number)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=10_000)
    count = parser.parse_args().commits
    with tempfile.TemporaryDirectory() as folder:
        for name, history in (
            (f"{count} commits, 3 touch the file", rare(count)),
            (f"{count // 2} commits, all touch the file", often(count // 2)),
        ):
            repo = Path(folder) / name.replace(" ", "-")
            for number, files in enumerate(history):
                when = 1_700_000_000 + 60 * number
                commit_files(repo, files, author="A <a@b>", message="m", when=when, init=True)
            print(f"{name}, {len(FIELDS)} fields asked for")
            _measure(repo, "loose objects")
            if shutil.which("git") is not None:
                subprocess.run(["git", "gc", "-q"], cwd=repo, check=True)  # noqa: S607
                _measure(repo, "packed")


def _measure(repo: Path, form: str) -> None:
    repository = Repository(repo)
    first_s = _timed(lambda: _explain(repository))
    again_s = _timed(lambda: _explain(repository))
    repository.close()
    said = f"driftdeck {first_s * 1000:.0f} ms, the next object {again_s * 1000:.0f} ms"
    print(f"  {form:<14} {said}")
    if shutil.which("git") is None:
        return
    for words in (
        ("blame", "-L", f"{LINE},{LINE}", "HEAD", "--", FILE),
        ("log", "-s", "-1", "-L", f"{LINE},{LINE}:{FILE}"),
    ):
        command = ["git", "-C", str(repo), *words]
        took_s = _timed(lambda c=command: subprocess.run(c, check=True, capture_output=True))  # type: ignore[misc]  # noqa: S603
        name = f"git {words[0]} -L" if words[0] == "log" else "git blame"
        ratio = len(FIELDS) * took_s / first_s
        print(f"  {'':<14} {name:<10} {took_s * 1000:.0f} ms a line; 20 lines: {ratio:.1f} of ours")


def _explain(repository: Repository) -> None:
    head = repository.resolve("HEAD").id
    blob = repository.blob_at(head, FILE)
    assert blob is not None
    (document,) = load(FILE, repository.blob(blob)).documents
    changes = [FieldChange(path, FieldVerdict.DRIFT, "other", "text") for path in FIELDS]
    told = Origins(repository, HERE, head, "apps").attach(document, changes)
    assert all(change.origin is not None for change in told)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
