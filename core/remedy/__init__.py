"""What is written to bring an object back to Git, and what would undo it.

`requests` decides, purely: from what Git states, the live object and a step of a plan.  The values
it returns are those of `core.model.requests`; `json_patch` says how an edit looks on the wire.
"""

from core.remedy.claims import is_applied_by_us
from core.remedy.patching import edited, json_patch
from core.remedy.payload import payload
from core.remedy.requests import (
    creation,
    deletion,
    owns_its_statement,
    patch,
    requests,
    statement,
    verbs,
)

__all__ = [
    "creation",
    "deletion",
    "edited",
    "is_applied_by_us",
    "json_patch",
    "owns_its_statement",
    "patch",
    "payload",
    "requests",
    "statement",
    "verbs",
]
