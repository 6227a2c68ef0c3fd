"""Who refuses a write, read from the words of the server, and what can be done about it."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who says no."""

    by: str  # webhook, policy, rbac, quota, limit, immutable, namespace
    name: str  # of the webhook, the policy, the quota; "" where it has none
    hint: str  # what somebody can do


MADE_ANEW: Final = "healing cannot change it; delete the object, and a sync makes it anew"
_KNOWN: Final = (
    (
        "webhook",
        re.compile(r'(?:admission|failed calling) webhook "([^"]+)"'),
        "whoever runs that webhook, or a change of the object in Git, can end it",
    ),
    (
        "policy",
        re.compile(r"AdmissionPolicy '([^']+)'"),
        "whoever keeps that policy, or a change of the object in Git, can end it",
    ),
    (
        "quota",
        re.compile(r"exceeded quota: ([^,\s]+)"),
        "raise that quota, or ask for less in Git",
    ),
    (
        "limit",
        re.compile(r"(?:maximum|minimum) \w+ usage per \w+ is ()"),
        "change the limits of the namespace, or what Git asks for",
    ),
    (
        "immutable",
        re.compile(
            r"()(?:immutable|may not be changed|may not change fields|"
            r"updates to \w+ spec for fields other than)"
        ),
        MADE_ANEW,
    ),
    (
        "namespace",
        re.compile(r"(?:the namespace |namespaces \")([-a-z0-9]+)\"? (?:does not exist|not found)"),
        "state the namespace in Git, or have somebody make it",
    ),
    (
        "rbac",
        re.compile(r"()(?:you may not \w+ |cannot (?:get|list|watch|create|patch|update|delete) )"),
        "have that right granted",
    ),
)


def refusal(words: str) -> Refusal | None:
    """Say who refused with these words; None where they name nobody we know."""
    for by, pattern, hint in _KNOWN:
        found = pattern.search(words)
        if found is not None:
            return Refusal(by, found[1], hint)
    return None


def is_immutable(words: str) -> bool:
    """Tell whether a field is refused as it can never be changed."""
    found = refusal(words)
    return found is not None and found.by == "immutable"
