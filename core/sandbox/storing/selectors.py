"""Label and field selectors: which objects a list or a watch is about."""

import re
from collections.abc import Callable
from typing import cast

from core.sandbox.store import Object, metadata
from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import bad_request

Predicate = Callable[[Object], bool]
_TERM = re.compile(
    r"\s*(?:(?P<not>!)\s*(?P<absent>[^\s,!=<>()]+)"
    r"|(?P<key>[^\s,!=<>()]+)\s*(?:(?P<op>==|=|!=|>|<)\s*(?P<value>[^\s,()]*)"
    r"|\s(?P<set>in|notin)\s*\((?P<values>[^)]*)\))?)\s*(?:,|$)"
)
_FIELDS: dict[str, tuple[str, ...]] = {
    "pods": ("spec.nodeName", "spec.restartPolicy", "status.phase", "status.podIP"),
    "secrets": ("type",),
    "namespaces": ("status.phase",),
    "services": ("spec.clusterIP", "spec.type"),
    "events": (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "reason",
        "type",
        "source",
    ),
    "jobs": ("status.successful",),
    "replicasets": ("status.replicas",),
}


def _label_term(match: re.Match[str]) -> Callable[[dict[str, str]], bool]:
    absent, key, op = match["absent"], match["key"], match["op"]
    if match["not"]:
        return lambda labels: absent not in labels
    if match["set"]:
        values = {value.strip() for value in match["values"].split(",")}
        if match["set"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    value = match["value"]
    if op in ("=", "=="):
        return lambda labels: labels.get(key) == value
    if op == "!=":
        return lambda labels: labels.get(key) != value
    if op in (">", "<"):
        return lambda labels: _compares(labels.get(key), op, value)
    return lambda labels: key in labels


def _compares(have: str | None, op: str, wanted: str) -> bool:
    try:
        left, right = int(have or ""), int(wanted)
    except ValueError:
        return False
    return left > right if op == ">" else left < right


def labels(text: str) -> Predicate | None:
    """Read a label selector; None selects everything.

    Raises:
        StatusError: It is no selector (400).
    """
    if not text.strip():
        return None
    terms, at = [], 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or match.end() == at:
            raise bad_request(f"unable to parse requirement: found '{text[at:]}'")
        terms.append(_label_term(match))
        at = match.end()

    def selects(thing: Object) -> bool:
        found = cast("dict[str, str]", metadata(thing).get("labels") or {})
        return all(term(found) for term in terms)

    return selects


def _value(thing: Object, path: str) -> str:
    value: object = thing
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return "" if value is None else str(value)


def fields(text: str, kind: Kind) -> Predicate | None:
    """Read a field selector; None selects everything.

    Raises:
        StatusError: The kind cannot be selected by that field (400).
    """
    if not text.strip():
        return None
    terms: list[tuple[str, bool, str]] = []
    for term in text.split(","):
        match = re.fullmatch(r"\s*([^=!]+?)\s*(==|=|!=)\s*(.*)", term)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        path, op, value = match.groups()
        known = ("metadata.name", "metadata.namespace", *_FIELDS.get(kind.plural, ()))
        if path not in known:
            message = f"field label not supported: {path}"
            if kind.plural not in _FIELDS:
                message = (
                    f'"{path}" is not a known field selector: only "metadata.name", '
                    '"metadata.namespace"'
                )
            raise bad_request(message)
        terms.append((path, op != "!=", value))
    return lambda thing: all((_value(thing, path) == value) is want for path, want, value in terms)


def both(first: Predicate | None, second: Predicate | None) -> Predicate | None:
    """Combine two selectors."""
    if first is None or second is None:
        return first or second
    return lambda thing: first(thing) and second(thing)
