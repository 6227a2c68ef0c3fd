"""Roles made of rights: one for each namespace, and one for what has none."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from core.installation.rights import Right
from core.model import Json, JsonObject

_RBAC = "rbac.authorization.k8s.io"
_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")


def roles_of(
    rights: Iterable[Right], name: str, account: tuple[str, str], labels: Mapping[str, str]
) -> Sequence[JsonObject]:
    """Make the roles that grant exactly these rights, each with its binding.

    Args:
        rights: What is granted.
        name: Of each role.
        account: Namespace and name of the service account.
        labels: Of each object.
    """
    by_namespace: defaultdict[str, list[Right]] = defaultdict(list)
    for right in rights:
        by_namespace[right.namespace].append(right)
    found: list[JsonObject] = []
    for namespace, some in sorted(by_namespace.items()):
        kind = "Role" if namespace else "ClusterRole"
        metadata: JsonObject = {"name": name, "labels": dict(labels)}
        if namespace:
            metadata["namespace"] = namespace
        own, subject = account
        found.append(
            {
                "apiVersion": f"{_RBAC}/v1",
                "kind": kind,
                "metadata": metadata,
                "rules": rules_of(some),
            }
        )
        found.append(
            {
                "apiVersion": f"{_RBAC}/v1",
                "kind": f"{kind}Binding",
                "metadata": metadata,
                "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": name},
                "subjects": [{"kind": "ServiceAccount", "namespace": own, "name": subject}],
            }
        )
    return found


def rules_of(rights: Iterable[Right]) -> list[Json]:
    """Put rights together to rules: resources of a group for which the same may be done."""
    verbs: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for right in rights:
        verbs[right.group, right.plural, right.name].add(right.verb)
    whole = {(group, plural): may for (group, plural, name), may in verbs.items() if not name}
    rules: defaultdict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    named: defaultdict[tuple[str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    for (group, plural, name), granted in verbs.items():
        left = granted - whole.get((group, plural), set()) if name else granted
        ordered = tuple(verb for verb in _VERBS if verb in left)
        if name and ordered:
            named[group, plural, ordered].add(name)
        elif ordered:
            rules[group, ordered].add(plural)
    made: list[Json] = [
        {"apiGroups": [group], "resources": [*sorted(plurals)], "verbs": [*may]}
        for (group, may), plurals in sorted(rules.items())
    ]
    for (group, plural, may), those in sorted(named.items()):
        one: JsonObject = {"apiGroups": [group], "resources": [plural]}
        made.append({**one, "resourceNames": [*sorted(those)], "verbs": [*may]})
    return made
