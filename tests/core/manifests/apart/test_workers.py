"""Files that end the process they are parsed in cost nothing but themselves."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from core.errors import ManifestError, UnavailableError
from core.manifests import Reader, Workers, load
from core.manifests.apart.worker import Limits
from core.manifests.loading import Outcome
from tests.core.manifests.here import HERE
from tests.core.manifests.test_loading import config_map

pytestmark = pytest.mark.outside
ROOT = Path(__file__).parents[4]
# Takes a second, and is small enough for the next question to be made meanwhile.
DENSE = ("x: [" + "1," * 200_000 + "1]\n").encode()
DENSER = ("x: [" + "1.5," * 1_500_000 + "1]\n").encode()
GOOD = ("good.yaml", config_map("good").encode())


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


def children() -> set[int]:
    """Processes that this one started and that still run."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(word) for task in tasks for word in task.read_text().split()}


def names(outcomes: list[Outcome]) -> list[str]:
    return [document.name for one in outcomes for document in one.documents]


def test_answers_are_those_of_this_process(workers: Workers) -> None:
    files = [
        GOOD,
        ("bad.yaml", b"a: [\n"),
        ("other.yaml", b"a: 1\n"),
        ("broken.yaml", config_map("UPPER").encode()),
        *((f"{n}.yaml", config_map(f"c{n}").encode()) for n in range(600)),
    ]
    assert list(Reader(workers).outcomes(files)) == list(HERE.outcomes(files))


def test_nothing_is_started_for_nothing(workers: Workers) -> None:
    before = children()
    assert list(Reader(workers).outcomes([])) == []
    assert children() == before


def test_a_field_is_found_and_an_object_examined_as_in_this_process(workers: Workers) -> None:
    reader, (path, content) = Reader(workers), GOOD
    (document,) = load(path, content).documents
    assert reader.line(document, 4, content, "kind") == HERE.line(document, 4, content, "kind")
    assert reader.mapped(path, content) == HERE.mapped(path, content) is not None
    asked = document, ("kind", "metadata.name"), content
    assert reader.examined(*asked) == HERE.examined(*asked)
    with pytest.raises(ManifestError, match=r"good\.yaml:"):
        reader.examined(document, ("kind",), b"a: [\n")


def test_a_name_that_is_not_utf_8_is_no_obstacle(workers: Workers) -> None:
    assert names(list(Reader(workers).outcomes([("\udcff.yaml", GOOD[1])]))) == ["good"]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(cpu_s=0), "[TIME] parsing it takes more than 0 s of processor"),
        (Limits(silence_s=1.0), "[TIME] its parser was silent for"),
    ],
    ids=["processor", "clock"],
)
def test_a_file_that_takes_too_long_is_refused_and_the_others_are_read(
    limits: Limits, words: str
) -> None:
    workers = Workers(limits)
    outcomes = list(Reader(workers).outcomes([GOOD, ("dense.yaml", DENSER), GOOD]))
    workers.close()
    assert outcomes[1].problems[0].startswith(f"dense.yaml:1: {words}")
    assert names(outcomes) == ["good", "good"]


def test_a_file_that_takes_too_much_memory_is_refused_and_the_others_are_read() -> None:
    workers = Workers(Limits(memory_bytes=120 * 2**20))
    outcomes = list(Reader(workers).outcomes([GOOD, ("dense.yaml", DENSER), GOOD]))
    workers.close()
    assert outcomes[1].problems[0].startswith("dense.yaml:1: [SIZE] parsing it takes more")
    assert names(outcomes) == ["good", "good"]


def killed_while_reading(workers: Workers, times: int, number: int) -> list[Outcome]:
    """Read a large file between two small ones, while its process is sent a signal."""
    before = children()
    with ThreadPoolExecutor(1) as threads:
        files = [GOOD, ("dense.yaml", DENSE), GOOD]
        reading = threads.submit(lambda: list(Reader(workers).outcomes(files)))
        hit: set[int] = set()
        while len(hit) < times and not reading.done():
            for child in children() - before - hit:
                if cpu_ticks(child) > 25:  # it is in the middle of the large file
                    os.kill(child, number)
                    hit.add(child)
        return reading.result()


def cpu_ticks(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def test_a_crash_costs_the_file_that_was_read(workers: Workers) -> None:
    outcomes = killed_while_reading(workers, 1, signal.SIGSEGV)
    assert "its parser crashed (SIGSEGV)" in outcomes[1].problems[0]
    assert names(outcomes) == ["good", "good"]


def test_a_process_that_was_killed_once_is_not_held_against_its_file(workers: Workers) -> None:
    outcomes = killed_while_reading(workers, 1, signal.SIGKILL)
    assert outcomes == list(HERE.outcomes([GOOD, ("dense.yaml", DENSE), GOOD]))


def test_a_file_whose_process_is_killed_twice_is_refused(workers: Workers) -> None:
    outcomes = killed_while_reading(workers, 2, signal.SIGKILL)
    assert "was killed twice" in outcomes[1].problems[0]
    assert names(outcomes) == ["good", "good"]


def test_several_threads_are_served_at_once(workers: Workers) -> None:
    reader, met = Reader(workers), [Event(), Event()]

    def read(mine: int) -> list[Outcome]:
        def files() -> Iterator[tuple[str, bytes]]:
            yield GOOD
            met[mine].set()
            assert met[1 - mine].wait(30)  # neither waits for the other to be done
            yield GOOD

        return list(reader.outcomes(files()))

    with ThreadPoolExecutor(2) as threads:
        for outcomes in threads.map(read, (0, 1)):
            assert names(outcomes) == ["good", "good"]


def test_one_process_is_kept_for_the_next_file_but_not_after_a_large_one(workers: Workers) -> None:
    before, reader = children(), Reader(workers)
    list(reader.outcomes([GOOD]))
    kept = children() - before
    list(reader.outcomes([GOOD]))
    assert len(kept) == 1
    assert children() - before == kept
    list(reader.outcomes([("large.yaml", b"#" * (2**22 + 1))]))
    assert children() == before


def test_closing_frees_whoever_waits_and_leaves_no_process() -> None:
    before, workers, begun = children(), Workers(), Event()

    def files() -> Iterator[tuple[str, bytes]]:
        yield "dense.yaml", DENSE
        begun.set()

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(lambda: list(Reader(workers).outcomes(files())))
        assert begun.wait(30)
        workers.close()
        with pytest.raises(UnavailableError, match="the program ends"):
            reading.result(30)
    assert children() == before


def test_closing_while_a_process_starts_says_that_the_program_ends() -> None:
    workers = Workers()

    def files() -> Iterator[tuple[str, bytes]]:
        yield "small.yaml", b"a: 1"
        workers.close()

    with pytest.raises(UnavailableError, match="the program ends"):
        list(Reader(workers).outcomes(files()))


def test_a_parent_that_is_killed_takes_its_process_along() -> None:
    code = """
from pathlib import Path
from core.manifests import Reader, Workers
def files():
    yield "dense.yaml", b"x: [" + b"1," * 200_000 + b"1]"
    print(*(p.read_text() for p in Path("/proc/self/task").glob("*/children")), flush=True)
list(Reader(Workers()).outcomes(files()))
"""
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        watched = os.pidfd_open(child)
        parent.kill()
        assert ended_within(watched, 60.0)


def ended_within(watched: int, limit_s: float) -> bool:
    try:
        return bool(select.select([watched], [], [], limit_s)[0])
    finally:
        os.close(watched)
