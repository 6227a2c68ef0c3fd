"""The nouns: what a Kubernetes object, a revision, a drift and a plan are to this product.

Everything here is immutable, holds plain values and knows nothing about where it came from.
Objects travel as JSON bytes and are parsed where they are needed: 10,000 parsed objects cost
120 MB and a slow garbage collection, their bytes a tenth of that, and nobody can change a shared
one by mistake.
"""

from core.model.apps import (
    UNNAMED,
    AppSpec,
    ClusterName,
    ClusterSpec,
    Contested,
    Extras,
    IgnoreRule,
)
from core.model.audit import DELETIONS, AuditEvent
from core.model.homes import NOWHERE, Home
from core.model.judgement import (
    DRIFT_VERDICTS,
    Actor,
    Cause,
    Confidence,
    ConfirmedBy,
    Drift,
    FieldChange,
    FieldVerdict,
    InfoClass,
    Operation,
    Origin,
    Seen,
    Stamp,
    Verdict,
    cause_words,
    fields_of,
)
from core.model.plans import Answer, Coming, Plan, Restated, RevertPlan, Run, Step, Verb
from core.model.problems import Problem, Remedy, problem_of, worst_of
from core.model.sides import Commit, Desired, Document, Live, refusal_of, stamp_of
from core.model.snapshots import AppView, ClusterView, Event, EventName, Snapshot
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
)

__all__ = [
    "ABSENT",
    "DELETIONS",
    "DRIFT_VERDICTS",
    "NOWHERE",
    "UNNAMED",
    "Absent",
    "Actor",
    "Answer",
    "AppSpec",
    "AppView",
    "AuditEvent",
    "Cause",
    "ClusterName",
    "ClusterSpec",
    "ClusterView",
    "Coming",
    "Commit",
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
    "Home",
    "IgnoreRule",
    "InfoClass",
    "Json",
    "JsonObject",
    "Key",
    "KindRef",
    "Live",
    "Masked",
    "ObjectRef",
    "Operation",
    "Origin",
    "Plan",
    "Problem",
    "Remedy",
    "Resource",
    "Restated",
    "RevertPlan",
    "Run",
    "Seen",
    "Snapshot",
    "Stamp",
    "Step",
    "Value",
    "Verb",
    "Verdict",
    "as_json",
    "cause_words",
    "fields_of",
    "problem_of",
    "refusal_of",
    "stamp_of",
    "worst_of",
]
