"""Who the bearer tokens belong to, and what each user may do."""

import secrets
from collections.abc import Mapping

from core.sandbox.types.kinds import Kind
from core.sandbox.types.statuses import StatusError, forbidden

Object = dict[str, object]
READING = ("get", "list", "watch")
_EVERYTHING = ("*",)
USERS: Mapping[str, tuple[str, ...]] = {
    "admin": _EVERYTHING,
    "alice": _EVERYTHING,
    "bob": _EVERYTHING,
    "driftdeck": _EVERYTHING,
    "viewer": READING,
    "nobody": (),
}


def new_tokens() -> dict[str, str]:
    """Draw a token for each user."""
    return {user: f"sandbox-{user}-{secrets.token_hex(8)}" for user in USERS}


def may(user: str, verb: str) -> bool:
    """Whether *user* may do *verb*; rights here never depend on the object."""
    rights = USERS.get(user, ())
    return "*" in rights or verb in rights


def refusal(user: str, verb: str, kind: Kind, call: tuple[str, str, str]) -> StatusError:
    """Say that *user* may not do *verb* to (namespace, name, subresource)."""
    namespace, name, subresource = call
    resource = f"{kind.plural}/{subresource}" if subresource else kind.plural
    if kind.kind == "Namespace" and not kind.group:
        namespace = name
    scope = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
    title = f'{kind.qualified} "{name}"' if name else kind.qualified
    message = (
        f'{title} is forbidden: User "{user}" cannot {verb} resource "{resource}" '
        f'in API group "{kind.group}"{scope}'
    )
    return forbidden(kind.plural, kind.group, message, name)


def access_review(user: str, body: Mapping[str, object]) -> Object:
    """Answer a SelfSubjectAccessReview."""
    spec = body.get("spec")
    attributes = spec.get("resourceAttributes") if isinstance(spec, dict) else None
    other = spec.get("nonResourceAttributes") if isinstance(spec, dict) else None
    asked = attributes if isinstance(attributes, dict) else other if isinstance(other, dict) else {}
    verb = str(asked.get("verb", "get"))
    allowed = USERS.get(user, ()) == _EVERYTHING if verb == "*" else may(user, verb)
    status: Object = {"allowed": allowed}
    if allowed:
        status["reason"] = "the sandbox lets this user"
    return _review("SelfSubjectAccessReview", spec, status)


def rules_review(user: str, body: Mapping[str, object]) -> Object:
    """Answer a SelfSubjectRulesReview."""
    verbs = list(USERS.get(user, ()))
    basic = {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    }
    rules: list[Object] = [dict(basic)]
    if verbs:
        rules.insert(0, {"verbs": verbs, "apiGroups": ["*"], "resources": ["*"]})
    paths: list[Object] = [
        {"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/version"]}
    ]
    status: Object = {"resourceRules": rules, "nonResourceRules": paths, "incomplete": False}
    del body
    return _review("SelfSubjectRulesReview", {}, status)


def _review(kind: str, spec: object, status: Object) -> Object:
    return {
        "kind": kind,
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": {},
        "spec": spec,
        "status": status,
    }
