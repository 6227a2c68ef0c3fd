"""The nouns: what a Kubernetes object, a revision, a drift and a plan are to this product.

Everything here is immutable, holds plain values and knows nothing about where it came from.
Objects travel as JSON bytes and are parsed where they are needed: 10,000 parsed objects cost
120 MB and a slow garbage collection, their bytes a tenth of that, and nobody can change a shared
one by mistake.
"""

from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.model.answers.comparisons import Answer
    from core.model.apps import (
        OWN_KEYS,
        UNNAMED,
        AppSpec,
        ClusterName,
        ClusterSpec,
        Contested,
        Extras,
        HealWindow,
        IgnoreRule,
        KeyKind,
        Render,
    )
    from core.model.health import Health, Healths, HealthState
    from core.model.judgement import (
        DELETIONS,
        DRIFT_VERDICTS,
        Actor,
        AuditEvent,
        Cause,
        Confidence,
        ConfirmedBy,
        Drift,
        FieldChange,
        FieldVerdict,
        Fight,
        Held,
        HeldBy,
        InfoClass,
        Operation,
        Origin,
        Pause,
        Seen,
        Stamp,
        Verdict,
        cause_words,
        fields_of,
    )
    from core.model.plans import (
        Coming,
        CommitShown,
        Plan,
        Restated,
        RevertPlan,
        Run,
        Sides,
        SidesShown,
        Step,
        Verb,
    )
    from core.model.problems import (
        Allowed,
        Blocked,
        Clearance,
        Guard,
        Problem,
        Remedy,
        error_of,
        one_server_words,
        problem_of,
        stopping,
        worst_of,
    )
    from core.model.sides import SEALED, Commit, Desired, Live, stamp_of
    from core.model.snapshots import AppView, ClusterView, Event, EventName, Snapshot, newer
    from core.model.sources.documents import Document, Made, refusal_of
    from core.model.sources.homes import NOWHERE, Claim, Home
    from core.model.values import (
        ABSENT,
        Absent,
        Json,
        JsonObject,
        Key,
        KindRef,
        Masked,
        ObjectRef,
        Resource,
        Value,
        as_json,
        epoch_of,
        mapping_of,
        mappings_of,
        within,
    )

__all__ = [
    "ABSENT",
    "DELETIONS",
    "DRIFT_VERDICTS",
    "NOWHERE",
    "OWN_KEYS",
    "SEALED",
    "UNNAMED",
    "Absent",
    "Actor",
    "Allowed",
    "Answer",
    "AppSpec",
    "AppView",
    "AuditEvent",
    "Blocked",
    "Cause",
    "Claim",
    "Clearance",
    "ClusterName",
    "ClusterSpec",
    "ClusterView",
    "Coming",
    "Commit",
    "CommitShown",
    "Confidence",
    "ConfirmedBy",
    "Contested",
    "Desired",
    "Document",
    "Drift",
    "Event",
    "EventName",
    "Extras",
    "FieldChange",
    "FieldVerdict",
    "Fight",
    "Guard",
    "HealWindow",
    "Health",
    "HealthState",
    "Healths",
    "Held",
    "HeldBy",
    "Home",
    "IgnoreRule",
    "InfoClass",
    "Json",
    "JsonObject",
    "Key",
    "KeyKind",
    "KindRef",
    "Live",
    "Made",
    "Masked",
    "ObjectRef",
    "Operation",
    "Origin",
    "Pause",
    "Plan",
    "Problem",
    "Remedy",
    "Render",
    "Resource",
    "Restated",
    "RevertPlan",
    "Run",
    "Seen",
    "Sides",
    "SidesShown",
    "Snapshot",
    "Stamp",
    "Step",
    "Value",
    "Verb",
    "Verdict",
    "as_json",
    "cause_words",
    "epoch_of",
    "error_of",
    "fields_of",
    "mapping_of",
    "mappings_of",
    "newer",
    "one_server_words",
    "problem_of",
    "refusal_of",
    "stamp_of",
    "stopping",
    "within",
    "worst_of",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a noun when it is first wanted.

        The process that parses needs seven of them; to make them all was half of what it takes to
        start it, and every command starts one.
        """
        for module in _modules() if name in __all__ else ():
            if name in vars(module):
                return vars(module)[name]
        raise AttributeError(name)


def _modules() -> Iterator[ModuleType]:
    """Give the modules of the nouns, each when it is asked for: first those that load little."""
    from core.model import values  # noqa: PLC0415 - lazily, see above

    yield values
    from core.model.sources import documents  # noqa: PLC0415 - as above

    yield documents
    from core.model import problems  # noqa: PLC0415 - as above

    yield problems
    from core.model import judgement, sides  # noqa: PLC0415 - as above

    yield from (judgement, sides)
    from core.model import apps, health, plans, snapshots  # noqa: PLC0415 - as above
    from core.model.answers import comparisons  # noqa: PLC0415 - as above
    from core.model.sources import homes  # noqa: PLC0415 - as above

    yield from (apps, health, homes, plans, comparisons, snapshots)
