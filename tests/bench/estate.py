"""Measure one repository of many apps: `python -m tests.bench.estate [--apps 200 --commits 5000]`.

Ten files in each app; every commit but the first changes one file of one app.  Measured through the
product's own layers, with git and libyaml on the same repository in the same run.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import yaml

from core.attribution.origins import Origins
from core.git import Repositories, Repository
from core.manifests import Reader, Workers
from core.model import AppSpec, Commit, FieldChange, FieldVerdict
from core.sources.histories import Histories
from core.sources.reading import Folders

FILES = 10  # of each app
WHEN = 1_700_000_000
CHANGED = 7  # the app that a commit comes for
T = TypeVar("T")


class Estate:
    """The repository and its apps."""

    def __init__(self, repo: Path, apps: int, commits: int) -> None:
        """Make them: git's own import takes a second where commits of ours take a minute."""
        self.repo, self.apps, self.commits = repo, apps, commits
        for words in (("init", "-q", "--bare", "-b", "main"), ("fast-import", "--quiet")):
            stream = b"" if words[0] == "init" else b"".join(self._history())
            repo.mkdir(exist_ok=True)
            self.git(*words, stdin=stream)

    def specs(self) -> list[AppSpec]:
        """Each folder is an app."""
        return [self.spec(f"apps/app-{number}") for number in range(self.apps)]

    def spec(self, path: str) -> AppSpec:
        """One app."""
        name = path.rpartition("/")[2] or "all"
        return AppSpec(name=name, repo=str(self.repo), revision="main", path=path, cluster="c")

    def commit(self, path: str) -> None:
        """Change one file."""
        self.git("fast-import", "--quiet", stdin=b"".join(self._commit(self.commits, [path])))
        self.commits += 1

    def git(self, *words: str, stdin: bytes = b"") -> bytes:
        """Let git itself do something."""
        command = ["git", "-C", str(self.repo), *words]
        return subprocess.run(command, input=stdin, check=True, capture_output=True).stdout  # noqa: S603

    def _history(self) -> Iterator[bytes]:
        paths = [path_of(app, file) for app in range(self.apps) for file in range(FILES)]
        yield from self._commit(0, paths)
        for number in range(1, self.commits):
            yield from self._commit(number, [paths[number * 31 % len(paths)]])

    def _commit(self, number: int, paths: list[str]) -> Iterator[bytes]:
        when, words = WHEN + 60 * number, f"change {number}"
        parent = "from refs/heads/main^0\n" if number and number == self.commits else ""
        yield (
            f"commit refs/heads/main\ncommitter A <a@b> {when} +0000\n"
            f"data {len(words)}\n{words}\n{parent}"
        ).encode()
        for path in paths:
            content = manifest(path, number)
            yield f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"


def path_of(app: int, file: int) -> str:
    """Where a file of an app is."""
    return f"apps/app-{app}/object-{file}.yaml"


def manifest(path: str, number: int) -> bytes:
    """A Deployment of forty lines, one of which a commit changes."""
    name = path.removesuffix(".yaml").replace("/", "-")
    env = "".join(f"        - {{name: SETTING_{n}, value: 'text {n}'}}\n" for n in range(12))
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n"
        "  labels:\n    app: web\n    team: bench\nspec:\n  replicas: 3\n"
        "  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n"
        "      labels:\n        app: web\n    spec:\n      containers:\n      - name: web\n"
        f"        image: registry.example/web:{number}\n        env:\n{env}"
        "        resources:\n          requests:\n            cpu: 100m\n            memory: 64Mi\n"
    ).encode()


class Objects(Repositories):
    """Counts the files that are read."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        super().__init__()
        self.files = 0

    def opened(self, path: str) -> Repository:
        """Return the one that counts."""
        found = self.held(path)
        if found is None:
            found = self._opened[path] = _Counting(path, self)
        return found


class _Counting(Repository):
    def __init__(self, path: str, owner: Objects) -> None:
        super().__init__(path)
        self._owner = owner

    def blob(self, blob_id: str) -> bytes:
        self._owner.files += 1
        return super().blob(blob_id)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=200)
    parser.add_argument("--commits", type=int, default=5_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="driftdeck-bench-") as folder:
        estate = Estate(Path(folder) / "repo", asked.apps, asked.commits)
        print(f"{asked.apps} apps of {FILES} files, {asked.commits:,} commits")
        for form in ("as git imported it", "after git gc"):
            print(f"\n{form}")
            _measure(estate)
            estate.git("gc", "-q")
    sys.stdout.flush()


def _measure(estate: Estate) -> None:
    repositories, reader = Objects(), Reader(Workers())
    folders = Folders(str(estate.repo), repositories, reader)
    specs = estate.specs()
    cold_s, first = timed(lambda: [folders.read(spec) for spec in specs])
    documents = sum(len(one.documents) for one in first if one is not None)
    row(
        "cold: every app read and parsed", cold_s, f"{documents:,} objects", git_and_libyaml(estate)
    )
    estate.commit(path_of(CHANGED, 0))
    before = repositories.files
    heads: dict[str, Commit] = {}
    again_s, again = timed(lambda: [folders.read(spec, heads) for spec in specs])
    pairs = zip(first, again, strict=True)
    anew = sum(bool(a and b and a.documents is not b.documents) for a, b in pairs)
    row("a commit for one app", again_s, f"{anew} app read, {repositories.files - before} files")
    _histories(estate)
    _blame(estate, reader)
    reader.close()


def _histories(estate: Estate) -> None:
    """Walk as the terminal does, which shows each stretch as it comes."""
    for name, specs in (
        ("the whole repository", [estate.spec("")]),
        ("one app", [estate.spec(f"apps/app-{CHANGED}")]),
        ("every app at once", estate.specs()),
    ):
        histories, wanted = Histories(str(estate.repo), Repositories()), _wanted(estate, specs)
        words = ("log", "--format=%H", "main", "--", specs[0].path or ".")
        peer_s, _ = timed(lambda w=words: estate.git(*w))  # type: ignore[misc]
        stretches = histories.read(wanted)
        soon_s, soon = timed(lambda s=stretches: next(s))  # type: ignore[misc]
        rest_s, rest = timed(lambda s=stretches: list(s))  # type: ignore[misc]
        found = {one.app: len(one.commits) for each in (soon, *rest) for one in each}
        said = f"{sum(found.values()):,} commits, the newest after {soon_s * 1000:.0f} ms"
        row(f"history of {name}", soon_s + rest_s, said, peer_s)
    estate.commit(path_of(CHANGED, 1))
    wanted = _wanted(estate, estate.specs())
    again_s, (told,) = timed(lambda: list(histories.read(wanted)))
    row("the same after a commit for one app", again_s, f"{len(told)} history told")


def _wanted(estate: Estate, specs: list[AppSpec]) -> list[tuple[AppSpec, str]]:
    head = Repository(estate.repo).resolve("main").id
    return [(spec, head) for spec in specs]


def _blame(estate: Estate, reader: Reader) -> None:
    repository = Repository(estate.repo)
    head = repository.resolve("main").id
    path = path_of(CHANGED, 0)
    blob = repository.blob_at(head, path)
    assert blob is not None
    (outcome,) = reader.outcomes([(path, repository.blob(blob))])
    (document,) = outcome.documents
    walked = Repositories()
    list(Histories(str(estate.repo), walked).read(_wanted(estate, estate.specs())))
    for name, field, line, fresh in (
        (
            "a line that the last commit set",
            "spec.template.spec.containers[name=web].image",
            20,
            Repository(estate.repo),
        ),
        ("a line as old as the history", "spec.replicas", 9, Repository(estate.repo)),
        ("it, where histories were read", "spec.replicas", 9, walked.opened(str(estate.repo))),
    ):
        change = FieldChange(field, FieldVerdict.DRIFT, "other", "text")
        origins = Origins(fresh, reader, head, f"apps/app-{CHANGED}")
        first_s, told = timed(lambda o=origins, c=change: o.attach(document, [c]))  # type: ignore[misc]
        (origin,) = (one.origin for one in told)
        assert origin is not None
        assert origin.line == line, origin
        words = ("blame", "-L", f"{line},{line}", "main", "--", path)
        peer_s, _ = timed(lambda w=words: estate.git(*w))  # type: ignore[misc]
        row(f"blame of {name}", first_s, f"line {line}", peer_s)


def git_and_libyaml(estate: Estate) -> float:
    """How long git and libyaml take for what a cold read does."""

    def work() -> None:
        listed = estate.git("ls-tree", "-r", "main", "apps").splitlines()
        ids = b"\n".join(line.split()[2] for line in listed) + b"\n"
        out = estate.git("cat-file", "--batch", stdin=ids)
        while out:
            head, _, out = out.partition(b"\n")
            size = int(head.split()[2])
            yaml.load(out[:size], Loader=yaml.CSafeLoader)
            out = out[size + 1 :]

    return statistics.median(timed(work)[0] for _ in range(1))


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """How long it takes, and what comes of it."""
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def row(name: str, took_s: float, told: str, peer_s: float = 0.0) -> None:
    """Print one line; the ratio is to git."""
    peer = f"   git {peer_s * 1000:,.0f} ms, ratio {took_s / peer_s:.1f}" if peer_s else ""
    print(f"  {name:<46} {took_s * 1000:>7,.0f} ms   {told}{peer}", flush=True)


if __name__ == "__main__":
    main()
