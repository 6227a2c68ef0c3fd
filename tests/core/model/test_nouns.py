"""The nouns of `core.model`, which are loaded when they are wanted."""

import pytest

import core.model


def test_every_noun_that_the_package_promises_is_there() -> None:
    assert [name for name in core.model.__all__ if getattr(core.model, name, None) is None] == []


def test_what_the_package_does_not_promise_is_not_there() -> None:
    with pytest.raises(AttributeError, match="Nonsense"):
        _ = getattr(core.model, "Nonsense")  # noqa: B009 - the type checker knows that it is not
