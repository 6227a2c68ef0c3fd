"""Label selectors, as `kubectl -l` takes them: `app=web,tier!=cache,env in (a, b),!canary`."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

Labels: TypeAlias = Mapping[str, object]
Selector: TypeAlias = Callable[[Labels], bool]

_TERM: Final = re.compile(
    r"\s*(?:!\s*(?P<absent>[^\s,!=<>()]+)"
    r"|(?P<key>[^\s,!=<>()]+)\s*(?:(?P<op>==?|!=)\s*(?P<value>[^\s,!=<>()]*)"
    r"|\s(?P<set>in|notin)\s*\((?P<values>[^()]*)\))?)\s*(?:,|$)"
)


class SelectorError(ValueError):
    """A text is no label selector; only people write such texts."""

    def __init__(self, text: str, position: int) -> None:
        """Point at the first term that cannot be read."""
        super().__init__(f"not a label selector: {text!r} at character {position + 1}")


def parse_selector(text: str) -> Selector:
    """Read a label selector; the empty one selects everything.

    Raises:
        SelectorError: The text is none.
    """
    terms: list[Selector] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise SelectorError(text, at)
        terms.append(_term(match))
        at = match.end()
    if text.endswith(","):
        raise SelectorError(text, len(text) - 1)
    return lambda labels: all(term(labels) for term in terms)


def _term(match: re.Match[str]) -> Selector:
    absent, key, op, value = match["absent"], match["key"], match["op"], match["value"]
    if absent:
        return lambda labels: absent not in labels
    if match["set"]:
        values = {each.strip() for each in match["values"].split(",")}
        wanted = match["set"] == "in"
        return lambda labels: (labels.get(key) in values) is wanted
    if op:
        return lambda labels: (labels.get(key) == value) is (op != "!=")
    return lambda labels: key in labels
