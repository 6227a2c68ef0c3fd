"""Label selectors of a Pod, and what the server merges into them when the Pod is made.

`matchLabelKeys: [rev]` of a bare Pod labelled `rev: "7"` becomes `rev In (7)` in the selector
beside it.  The spec of a Pod hardly changes after that, so this says nothing that Git does not; but
an apply that left it out would be refused.

Source:
    applyLabelKeysToLabelSelector in pkg/registry/core/pod/strategy.go of Kubernetes 1.37.2.
"""

from typing import Final

from core.model import Json, JsonObject

_PLACES: Final[tuple[str, ...]] = ("topologySpreadConstraints", "affinity")  # in the spec
_KEYS: Final = {"matchLabelKeys": "In", "mismatchLabelKeys": "NotIn"}


def without_merged(pod: JsonObject) -> JsonObject:
    """Copy a Pod, as far as needed, without the expressions that stand for keys of labels."""
    spec = pod.get("spec")
    if not isinstance(spec, dict):
        return pod
    stripped = {name: _without(spec[name]) for name in _PLACES if name in spec}
    return {**pod, "spec": {**spec, **stripped}} if stripped else pod


def with_merged(git: JsonObject, live: JsonObject) -> JsonObject:
    """Copy a Pod as Git states it, with the live selectors where they mean what Git's do."""
    spec, found = git.get("spec"), live.get("spec")
    if not isinstance(spec, dict) or not isinstance(found, dict):
        return git
    merged = {name: _with(spec[name], found.get(name)) for name in _PLACES if name in spec}
    return {**git, "spec": {**spec, **merged}} if merged else git


def _without(value: Json) -> Json:
    if isinstance(value, list):
        return [_without(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without(item) for key, item in value.items()}
    if "labelSelector" in kept:
        kept["labelSelector"] = _own_selector(value)
    return kept


def _with(git: Json, live: Json) -> Json:
    if isinstance(git, list) and isinstance(live, list) and len(git) == len(live):
        return [_with(one, other) for one, other in zip(git, live, strict=True)]
    if not isinstance(git, dict) or not isinstance(live, dict):
        return git
    made = {key: _with(item, live.get(key)) for key, item in git.items()}
    if "labelSelector" in git and _own_selector(git) == _own_selector(live):
        made["labelSelector"] = live["labelSelector"]
    return made


def _own_selector(term: JsonObject) -> Json:
    """Return the selector of a term without what the term says by keys of labels."""
    selector = term.get("labelSelector")
    expressions = selector.get("matchExpressions") if isinstance(selector, dict) else None
    if not isinstance(selector, dict) or not isinstance(expressions, list):
        return selector
    merged = {
        (key, operator)
        for name, operator in _KEYS.items()
        if isinstance(keys := term.get(name), list)
        for key in keys
        if isinstance(key, str)
    }
    own = [each for each in expressions if not _is_merged(each, merged)]
    rest = {key: value for key, value in selector.items() if key != "matchExpressions"}
    return {**rest, "matchExpressions": own} if own else rest


def _is_merged(expression: Json, merged: set[tuple[str, str]]) -> bool:
    if not isinstance(expression, dict):
        return False
    key, operator, values = (expression.get(name) for name in ("key", "operator", "values"))
    single = isinstance(values, list) and len(values) == 1
    return single and (str(key), str(operator)) in merged
