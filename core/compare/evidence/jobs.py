"""Jobs that end, and are then deleted because Git says so (verdicts.md, FP-39)."""

from typing import Final

import msgspec

from core.model import (
    ABSENT,
    Desired,
    FieldChange,
    FieldVerdict,
    InfoClass,
    JsonObject,
    Live,
    mapping_of,
    mappings_of,
    within,
)

_JOB: Final = ("batch", "Job")
ENDS: Final = ("Complete", "Failed")


def expires(desired: Desired) -> bool:
    """Tell whether Git states a Job that the cluster deletes some time after its end."""
    if (desired.kind.group, desired.kind.kind) != _JOB:
        return False
    spec = mapping_of(_decoded(desired.body).get("spec"))
    return "ttlSecondsAfterFinished" in spec


def end_of(live: Live) -> str:
    """Return how a Job ended: "Complete" or "Failed"; "" while it has not."""
    conditions = mappings_of(within(_decoded(live.body), "status", "conditions"))
    true = {each.get("type") for each in conditions if each.get("status") == "True"}
    return next((end for end in ENDS if end in true), "")


def expired(end: str) -> FieldChange:
    """Say that a Job is gone because it ended: harmless."""
    word = "failed" if end == "Failed" else "completed"
    note = f"{word}, expired"
    return FieldChange("", FieldVerdict.INFO, ABSENT, ABSENT, info=InfoClass.BOOKKEEPING, note=note)


def _decoded(body: bytes) -> JsonObject:
    try:
        found: JsonObject = msgspec.json.decode(body, type=dict)
    except (msgspec.MsgspecError, RecursionError):
        return {}
    return found
