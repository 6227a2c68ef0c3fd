"""What a step brings about beside the fields that it changes: pods that start anew."""

from typing import Final

import msgspec

from core.model import JsonObject, Step, Verb, mapping_of

_TEMPLATES: Final = {  # where the kind has what its pods are made from
    ("apps", "Deployment"): ("spec.template",),
    ("apps", "DaemonSet"): ("spec.template",),
    ("apps", "StatefulSet"): ("spec.template",),
    ("argoproj.io", "Rollout"): ("spec.template",),
    ("", "Pod"): ("spec.containers", "spec.initContainers"),
}


def restarts_pods(step: Step, body: bytes) -> bool:
    """Tell whether a step has running pods replaced, or their containers started anew.

    Args:
        step: One step of a plan.
        body: Its object as Git states it: a paused Deployment, and one that waits for its pods to
            be deleted, leave them as they are.
    """
    places = _TEMPLATES.get((step.kind.group, step.kind.kind), ())
    paths = [path for change in step.changes for path in (change.path, change.place) if path]
    touched = any(_meet(path, place) for path in paths for place in places)
    return step.verb in {Verb.APPLY, Verb.UNDO} and touched and not _waits(body)


def _meet(path: str, place: str) -> bool:
    """Tell whether one of two paths is at or inside of the other."""
    short, long = sorted((path, place), key=len)
    return long == short or long.startswith((f"{short}.", f"{short}["))


def _waits(body: bytes) -> bool:
    document: JsonObject = msgspec.json.decode(body, type=dict)
    spec = mapping_of(document.get("spec"))
    on_delete = mapping_of(spec.get("updateStrategy")).get("type") == "OnDelete"
    return on_delete or spec.get("paused") is True
