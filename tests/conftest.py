"""What every test may ask for, and which of them begin first."""

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path

import hypothesis
import pytest

from tests.purity import guarded, holds_none, is_pure

pytest_plugins = ["tests.apiserver.fixture"]

# Where CI is set the same examples each time, as Hypothesis itself has it there: what a check says
# depends on the change alone.  Everywhere else others each time, which find what nobody thought of.
_PARENT = hypothesis.settings.get_profile("ci" if os.environ.get("CI") else "default")
hypothesis.settings.register_profile("busy", _PARENT, deadline=None)  # a machine may do more
hypothesis.settings.load_profile("busy")

_ORDER = (
    *("tests/shapes/", "tests/matrix/", "tests/adoption/", "tests/verdicts/", "tests/loop/"),
    *("tests/tui/", "tests/test_", "tests/mutants/"),
)


@pytest.fixture(autouse=True, scope="session")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what the tests write out of the journal of whoever runs them."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(folder))
        yield folder


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m pure` import no module that has no such test: each worker of xdist imports them."""
    pure_only = config.option.markexpr == "pure"
    return True if pure_only and holds_none(collection_path, config.rootpath) else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let each worker of xdist begin elsewhere in a folder: what one compiled is read by the rest.

    In step they all compile all there is, 9 s of processor each after a fresh checkout.
    """
    report = yield
    if isinstance(collector, pytest.Directory) and report.passed:
        number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        first = len(report.result) * number // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        report.result = report.result[first:] + report.result[:first]
    return report


@pytest.hookimpl(tryfirst=True)  # `-m pure` chooses afterwards
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits longest, so that it does not run last and alone.

    Each worker asks for the next module when it has done one: the last ones should be short.
    """
    for item in items:
        if is_pure(item):
            item.add_marker("pure")
    items.sort(key=lambda item: (_rank(item.nodeid), item.path))


def pytest_collection_finish() -> None:
    """Leave what was collected out of every later look for garbage, of which the tests make many.

    Each terminal and each link that closes looks through all there is, and that took 0.5 s here.
    """
    gc.collect()
    gc.freeze()


def _rank(nodeid: str) -> int:
    ranks = (rank for rank, folder in enumerate(_ORDER) if nodeid.startswith(folder))
    return next(ranks, len(_ORDER))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hold a pure test, its fixtures included, to what it claims."""
    with guarded(item.nodeid) if is_pure(item) else nullcontext():
        return (yield)
