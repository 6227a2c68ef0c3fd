"""The rows of the journal: canonical JSON, each with a hash over itself and the row before."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Final

from core.model import Absent, FieldChange, Json, JsonObject, KindRef, ObjectRef, as_json
from core.model.journal import Intent, Outcome

FIRST: Final = "0" * 64  # what stands for the hash before the first row


@dataclass(frozen=True, slots=True)
class Entry:
    """An intent with its outcome, as it is read."""

    number: int
    at: float  # seconds since the epoch
    intent: JsonObject
    outcome: JsonObject | None = None  # None: it never got one
    ended_at: float | None = None


def record_of(intent: Intent, writer: JsonObject) -> JsonObject:
    """Put an intent into the form of a row; *writer* says which process of whom wrote it.

    Values of Secrets are hashes here already: differences leave the comparison so.
    """
    ref, kind = intent.ref, intent.kind
    return {
        "deed": intent.deed.value,
        "app": intent.app,
        "auto": intent.auto,
        "cluster": intent.cluster or None,
        "cluster_uid": intent.cluster_uid or None,
        "revision": intent.revision or None,
        "object": None
        if ref is None or kind is None
        else {
            "api_version": kind.api_version,
            "kind": kind.kind,
            "namespace": ref.namespace or None,
            "name": ref.name,
            "uid": intent.uid,
            "version": intent.version,
        },
        "aim": None if intent.aim is None else asdict(intent.aim),
        "sends": list(intent.sends),
        "changes": [_evidence(change) for change in intent.changes],
        "run": intent.run,
        "undoes": intent.undoes,
        "confirmed": intent.confirmed,
        "writer": writer,
    }


def object_in(row: JsonObject) -> tuple[KindRef, ObjectRef] | None:
    """Read back which object the row of an intent is about; None: it is a commit."""
    about = row["object"]
    if not isinstance(about, dict):
        return None
    kind = KindRef(str(about["api_version"]), str(about["kind"]))
    namespace, name = str(about["namespace"] or ""), str(about["name"])
    return kind, ObjectRef(kind.group, kind.kind, namespace, name)


def outcome_of(number: int, outcome: Outcome) -> JsonObject:
    """Put the outcome of an intent into the form of a row."""
    return {
        "intent": number,
        "ending": outcome.ending.value,
        "version": outcome.version,
        "words": outcome.words or None,
    }


def _evidence(change: FieldChange) -> Json:
    form: JsonObject = {"path": change.path}
    for name, value in (("live", change.live), ("git", change.git)):
        if not isinstance(value, Absent):
            form[name] = as_json(value)
    if change.actor is not None:
        actor = change.actor
        form["by"] = {
            "manager": actor.manager,
            "operation": actor.operation.value if actor.operation is not None else None,
            "user": actor.user,
            "time": actor.time,
            "confidence": actor.confidence.value,
        }
    if change.origin is not None and change.origin.commit:
        form["commit"] = change.origin.commit
    return form


def canonical(row: JsonObject) -> str:
    """Write a row in the one way that is hashed."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(before: str, at: float, text: str) -> str:
    """Return the hash of a row: over the hash before it, its time and its text."""
    said = f"{before}\n{at!r}\n{text}"
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()
