"""Label selectors of a Pod, without what the server merges into them when the Pod is made.

`matchLabelKeys: [rev]` of a bare Pod labelled `rev: "7"` becomes `rev In (7)` in the selector
beside it.  The spec of a Pod hardly changes after that, so this says nothing that Git does not.

Source:
    applyLabelKeysToLabelSelector in pkg/registry/core/pod/strategy.go of Kubernetes 1.37.2.
"""

from typing import Final

from core.model import Json, JsonObject

_LISTS: Final = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)
_KEYS: Final = {"matchLabelKeys": "In", "mismatchLabelKeys": "NotIn"}


def without_merged(pod: JsonObject) -> JsonObject:
    """Copy a Pod, as far as needed, without the expressions that stand for label keys."""
    spec = pod.get("spec")
    if not isinstance(spec, dict) or spec.keys().isdisjoint(
        {"topologySpreadConstraints", "affinity"}
    ):
        return pod
    spec = spec.copy()
    if isinstance(constraints := spec.get("topologySpreadConstraints"), list):
        spec["topologySpreadConstraints"] = [_term(each) for each in constraints]
    if isinstance(affinity := spec.get("affinity"), dict):
        spec["affinity"] = {
            name: _rules(rules) if name in {"podAffinity", "podAntiAffinity"} else rules
            for name, rules in affinity.items()
        }
    return {**pod, "spec": spec}


def _rules(rules: Json) -> Json:
    if not isinstance(rules, dict):
        return rules
    return {
        name: [_weighted(each) for each in terms]
        if name in _LISTS and isinstance(terms, list)
        else terms
        for name, terms in rules.items()
    }


def _weighted(term: Json) -> Json:
    """Look into a term, or into one that has a weight."""
    if isinstance(term, dict) and "podAffinityTerm" in term:
        return {**term, "podAffinityTerm": _term(term["podAffinityTerm"])}
    return _term(term)


def _term(term: Json) -> Json:
    """Take out of one selector what its term says by keys of labels."""
    selector = term.get("labelSelector") if isinstance(term, dict) else None
    expressions = selector.get("matchExpressions") if isinstance(selector, dict) else None
    if not isinstance(term, dict) or not isinstance(expressions, list):
        return term
    merged = {
        (key, operator)
        for name, operator in _KEYS.items()
        if isinstance(keys := term.get(name), list)
        for key in keys
        if isinstance(key, str)
    }
    kept = [each for each in expressions if not _is_merged(each, merged)]
    assert isinstance(selector, dict)
    return {**term, "labelSelector": {**selector, "matchExpressions": kept}}


def _is_merged(expression: Json, merged: set[tuple[str, str]]) -> bool:
    if not isinstance(expression, dict):
        return False
    key, operator, values = (expression.get(name) for name in ("key", "operator", "values"))
    single = isinstance(values, list) and len(values) == 1
    return single and (str(key), str(operator)) in merged
