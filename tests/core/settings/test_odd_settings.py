"""Whatever the settings file holds: settings, or one line that names the file and the place."""

import json
import re
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import UnavailableError, UsageError
from core.git import Repository
from core.settings.clusters import CLUSTER
from core.settings.fields import Field
from core.settings.reading import FILE_NAME, Flags, read_settings
from core.settings.table import APP, RULE

TEXTS: Final = (
    "",
    " ",
    ".",
    "..",
    "web",
    "a..b",
    "~nobody-there/x",
    "/" + "a" * 5000,
    "\0",
    "\ud800",
    "\x1b[2J",
    "ü",
    "a\nb",
    "a{99999999999}",
    "(" * 3000,
    "[",
    "/a/~2",
    "a[",
    "a[b=",
    "a in (",
    "https://joe:x@host",
    "HEAD~99999999",
    "/dev/null",
)
TEXT: Final = st.sampled_from(TEXTS) | st.text(max_size=6)
VALUE: Final = st.one_of(
    TEXT,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.lists(TEXT, max_size=2),
    st.dictionaries(TEXT, TEXT, max_size=2),
)
USUAL: Final[dict[str, st.SearchStrategy[Any]]] = {
    "name": st.sampled_from(("web", "shop")),
    "repo": st.just("."),
    "cluster": st.just("current"),
}
BY_TYPE: Final[dict[type, st.SearchStrategy[Any]]] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(),
    list: st.lists(TEXT, max_size=2),
    dict: st.dictionaries(TEXT, TEXT, max_size=2),
}


def entry(table: Sequence[Field], *needed: str) -> st.SearchStrategy[Any]:
    """A mapping by one of the tables: mostly what belongs there, now and then anything."""
    fields = {
        field.name: mostly(USUAL.get(field.name, BY_TYPE[field.type]), VALUE) for field in table
    }
    fields |= {"ignore": st.lists(RULES, max_size=2)} if table is APP else {}
    stated = {name: fields.pop(name) for name in needed}
    some = st.lists(st.sampled_from([*fields, "oddity"]), max_size=3, unique=True)
    fields["oddity"] = VALUE
    return some.flatmap(
        lambda names: st.fixed_dictionaries(stated | {name: fields[name] for name in names})
    )


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 7).flatmap(lambda dice: usual if dice else odd)


RULES: Final = st.sampled_from(("pointer", "path", "manager")).flatmap(partial(entry, RULE))
FILE: Final = mostly(
    st.fixed_dictionaries(
        {"apps": mostly(st.lists(entry(APP, "name", "repo"), min_size=1, max_size=2), VALUE)},
        optional={"clusters": mostly(st.dictionaries(TEXT, entry(CLUSTER), max_size=2), VALUE)},
    ),
    VALUE,
)
RAW: Final = FILE.map(json.dumps) | st.text(max_size=40)


@given(RAW)
@example('apps: [{name: web, repo: "~nobody-there/x"}]')
@example(f"apps: [{{name: web, repo: /{'a' * 5000}}}]")
@example(f"apps: [{{name: web, repo: /{'a' * 5000}/.git}}]")
@example("apps: [{name: web, repo: ., revision: 'HEAD~999999'}]")
@example("apps: !!binary aGk=")
@example("<<: {a: b}")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_odd_settings_are_read_or_one_line_that_names_the_place(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, FILE_NAME)
        file.write_text(text, errors="surrogatepass")
        told = told_of(Path(folder))
    assert told is None or re.match(rf"{re.escape(str(file))}:[0-9]+:[0-9]+: .", told)


def told_of(folder: Path) -> str | None:
    """Read them and open what they name; return what is wrong with them, if anything is."""
    try:
        found = read_settings(Flags(), folder)
    except UsageError as error:
        return str(error)
    for app in found.apps:
        with pytest.raises((UsageError, UnavailableError)):
            Repository(app.repo).resolve(app.revision)
    return None
