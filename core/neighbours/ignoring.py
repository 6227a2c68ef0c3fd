"""Rules of what is not compared, from Argo CD's `ignoreDifferences` and Flux's `ignore`."""

import re
from collections.abc import Iterator
from typing import Final

from core.model import Json, JsonObject, within
from core.model.paths import Element, Part, format_path
from core.neighbours.carrying import stated, text_at, texts_at

_CORE: Final = "()"  # the pattern that only the empty name of the core group matches
_STEP: Final = re.compile(
    r"""\.(?P<name>[A-Za-z_][A-Za-z0-9_]*)|\.?(?:\["(?P<quoted>[^"\\]+)"\]|"(?P<text>[^"\\]+)")"""
    r"|(?P<every>\[\])|\[(?P<index>[0-9]+)\]"
)
_SELECT: Final = re.compile(
    r"""select\(\s*\.(?P<key>[A-Za-z_][A-Za-z0-9_]*)\s*==\s*["'](?P<value>[^"'\\]*)["']\s*\)"""
)


def rules_of_argocd(entry: Json) -> Iterator[JsonObject | str]:
    """Yield the rules that one entry of `ignoreDifferences` means; a text: what is no rule here."""
    scope = stated(
        group=_group(entry),
        kind=_pattern(text_at(entry, "kind")),
        name=_pattern(text_at(entry, "name")),
        namespace=_pattern(text_at(entry, "namespace")),
    )
    for pointer in texts_at(entry, "jsonPointers"):
        yield {"pointer": pointer, **scope}
    for expression in texts_at(entry, "jqPathExpressions"):
        path = path_of_jq(expression)
        yield {"path": path, **scope} if path else f"jq cannot be written as a path: {expression}"
    for manager in texts_at(entry, "managedFieldsManagers"):
        yield {"manager": manager, **scope}


def rules_of_flux(entry: Json) -> Iterator[JsonObject | str]:
    """Yield the rules that one entry of `driftDetection.ignore` means; its target is in regexes."""
    target = within(entry, "target")
    scope = stated(
        group=text_at(target, "group"),
        kind=text_at(target, "kind"),
        name=text_at(target, "name"),
        namespace=text_at(target, "namespace"),
        labels=text_at(target, "labelSelector"),
    )
    if text_at(target, "annotationSelector"):
        yield "annotationSelector: rules know labels alone"
        return
    for pointer in texts_at(entry, "paths"):
        yield {"pointer": pointer, **scope}


def _group(entry: Json) -> str:
    """Return the pattern of the group; one that is left out is the core one, as to Argo CD."""
    group = text_at(entry, "group")
    is_of_core = not group and text_at(entry, "kind") not in {"", "*"}
    return _CORE if is_of_core else _pattern(group)


def _pattern(text: str) -> str:
    if text in {"", "*"}:
        return ""
    return ".*".join(re.escape(part).replace("\\-", "-") for part in text.split("*"))


def path_of_jq(expression: str) -> str:
    """Return the path that an expression of jq means; "" where it is more than a path."""
    parts: list[Part] = []
    every = False
    for piece in expression.split("|"):
        text = piece.strip()
        select = _SELECT.fullmatch(text)
        if select is not None and every:
            parts.append(Element(((select["key"], select["value"]),)))
            every = False
            continue
        while text:
            step = _STEP.match(text)
            if step is None or every:
                return ""
            every = step["every"] is not None
            name = step["name"] or step["quoted"] or step["text"]
            if not every:
                parts.append(name if name is not None else int(step["index"]))
            text = text[step.end() :]
    return "" if every else format_path(tuple(parts))
