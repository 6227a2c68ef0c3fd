"""What every test may ask for, and which of them begin first."""

import pytest

pytest_plugins = ["tests.apiserver.fixture"]

_ORDER = ("tests/shapes/", "tests/matrix/", "tests/adoption/", "tests/verdicts/", "tests/loop/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits longest: with two workers it would otherwise run last, and alone."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    ranks = (rank for rank, folder in enumerate(_ORDER) if nodeid.startswith(folder))
    return next(ranks, len(_ORDER))
