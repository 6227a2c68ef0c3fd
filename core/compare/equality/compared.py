"""What of an object is compared at all: neither the server's bookkeeping nor evidence."""

from core.compare.equality.builtin import LAST_APPLIED, SERVER_METADATA
from core.compare.equality.merged import without_merged
from core.model import JsonObject


def compared(git: JsonObject, live: JsonObject, *, built_in: bool) -> tuple[JsonObject, JsonObject]:
    """Return both sides without what is never compared.

    A status that Git does not state is the cluster's own affair, whoever wrote it; so are the rules
    of an aggregated role.
    """
    left = {"apiVersion", "kind"}
    if "status" not in git:
        left.add("status")
    if git.get("kind") == "ClusterRole" and git.get("aggregationRule"):
        left.add("rules")
    wanted, found = (_without(side, left) for side in (git, live))
    if built_in and git.get("kind") == "Pod":
        return without_merged(wanted), without_merged(found)
    return wanted, found


def _without(document: JsonObject, left: set[str]) -> JsonObject:
    kept = {key: value for key, value in document.items() if key not in left}
    metadata = kept.get("metadata")
    if isinstance(metadata, dict):
        kept["metadata"] = metadata = metadata.copy()
        for key in SERVER_METADATA:
            metadata.pop(key, None)
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict) and LAST_APPLIED in annotations:
            metadata["annotations"] = annotations = annotations.copy()
            del annotations[LAST_APPLIED]
    return kept
