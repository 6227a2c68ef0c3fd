"""Defaults of built-in kinds that depend on other fields (verdicts.md 2.3).

Each is a function of the *live* object that holds the field, and of the whole live object.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeAlias

from core.compare.equality.images import tag_of
from core.compare.equality.scalars import instant
from core.model import ABSENT, Absent, Json, JsonObject, mappings_of, within

Computed: TypeAlias = Callable[[JsonObject, JsonObject], Json | Absent]
Default: TypeAlias = Json | Computed

RBAC: Final = "rbac.authorization.k8s.io"
_MOMENT: Final = timedelta(seconds=1)  # servers keep seconds, and take the time twice


def pull_policy(image: str) -> Computed:
    """Pull always what may move, by the reference in the field *image*."""

    def default(holder: JsonObject, _root: JsonObject) -> Json | Absent:
        latest = tag_of(str(holder.get(image, ""))) == "latest"
        return "Always" if latest else "IfNotPresent"

    return default


def same_as(sibling: str) -> Computed:
    """Default to a neighbour."""

    def default(holder: JsonObject, _root: JsonObject) -> Json | Absent:
        return holder.get(sibling, ABSENT)

    return default


def when_written(field: str) -> Computed:
    """Default to the moment of a write that left *field* out."""

    def default(holder: JsonObject, root: JsonObject) -> Json | Absent:
        moment, managed = instant(holder.get(field)), within(root, "metadata", "managedFields")
        writes = [entry.get("time") for entry in mappings_of(managed)]
        times = map(instant, (within(root, "metadata", "creationTimestamp"), *writes))
        near = any(moment and time and abs(moment - time) <= _MOMENT for time in times)
        return holder[field] if near else ABSENT

    return default


def host_port(holder: JsonObject, root: JsonObject) -> Json | Absent:
    """On the host's network a container port is also the host's; in a template it stays open."""
    on_host = root.get("kind") == "Pod" and within(root, "spec", "hostNetwork") is True
    return holder.get("containerPort", ABSENT) if on_host else ABSENT


def requests(holder: JsonObject, root: JsonObject) -> Json | Absent:
    """A Pod requests what it is limited to; a template says nothing of it."""
    return holder.get("limits", ABSENT) if root.get("kind") == "Pod" else ABSENT


def service_links(_holder: JsonObject, root: JsonObject) -> Json | Absent:
    """A Pod has them; a template says nothing of it."""
    return True if root.get("kind") == "Pod" else ABSENT


def template_labels(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Select what the template makes."""
    return within(holder, "template", "metadata", "labels") or ABSENT


def empty_dir(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """A volume that names no source is an empty folder."""
    return {} if holder.keys() == {"name", "emptyDir"} else ABSENT


def policy_types(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Rule what comes in, and what goes out where there are rules for that."""
    return ["Ingress", "Egress"] if holder.get("egress") else ["Ingress"]


def affinity(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Without affinity the server drops what says how long it lasts: an empty one asks for none."""
    lasting: JsonObject = (
        {"timeoutSeconds": 10800} if holder.get("sessionAffinity") == "ClientIP" else {}
    )
    return {"clientIP": lasting}


def rolling(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Say how to roll; gone from where the kind of update is named, it does not come back."""
    return {} if "rollingUpdate" in holder else ABSENT


def unavailable(holder: JsonObject, root: JsonObject) -> Json | Absent:
    """Of a DaemonSet; where nothing rolls by itself it reads 0, or 1 from when something did."""
    rolls = within(root, "spec", "updateStrategy", "type") != "OnDelete"
    return 1 if rolls or holder.get("maxUnavailable") == 1 else 0


def in_job(default: Default) -> Computed:
    """Fill in a Job; in the template of one (a CronJob's) the server leaves it out."""

    def filled(holder: JsonObject, root: JsonObject) -> Json | Absent:
        if root.get("kind") != "Job":
            return ABSENT
        return default(holder, root) if callable(default) else default

    return filled


def own_selector(holder: JsonObject, root: JsonObject) -> Json | Absent:
    """A Job selects by its own uid, whoever sent what; the server refuses any other selector."""
    if holder.get("manualSelector") is True:
        return ABSENT
    return {"matchLabels": {"batch.kubernetes.io/controller-uid": within(root, "metadata", "uid")}}


def completions(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """One Pod at a time is one Pod in all."""
    return 1 if holder.get("parallelism", 1) == 1 else ABSENT


def backoff_limit(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """As good as none where each index has its own."""
    return 2147483647 if "backoffLimitPerIndex" in holder else 6


def pod_replacement(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """A policy for failures needs Pods that have failed."""
    return "Failed" if "podFailurePolicy" in holder else "TerminatingOrFailed"


def limit(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Containers are limited to the most that they may be."""
    return holder.get("max", ABSENT) if holder.get("type") == "Container" else ABSENT


def limit_request(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Containers request what they are limited to, or the least that they may."""
    if holder.get("type") != "Container":
        return ABSENT
    least, limit = within(holder, "min"), within(holder, "default")
    return {
        **(least if isinstance(least, dict) else {}),
        **(limit if isinstance(limit, dict) else {}),
    }


def subject_group(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Users and groups are of the API of rights, ServiceAccounts of none."""
    return RBAC if holder.get("kind") in {"User", "Group"} else ABSENT


def singular(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """One of the kind."""
    return str(holder.get("kind", "")).lower()


def list_kind(holder: JsonObject, _root: JsonObject) -> Json | Absent:
    """Many of the kind."""
    return f"{holder.get('kind', '')}List"
