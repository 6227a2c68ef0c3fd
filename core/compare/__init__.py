"""What counts as drift: equality by the cluster's own schema, ownership, verdicts (verdicts.md).

`canonical` makes what Git states comparable, `judge` compares it with a live object, `detailed` and
`mask` prepare the answer for people.  Everything here is a pure function over values.
"""

from core.compare.canonical import canonical
from core.compare.details import detail, detailed
from core.compare.equality.schema import Schema, schemas
from core.compare.evidence.evidence import Evidence
from core.compare.evidence.extras import NEVER_EXTRA, Find, find
from core.compare.evidence.jobs import end_of, expired, expires
from core.compare.evidence.ownership import NOBODY, Owner, Owners
from core.compare.evidence.past import Earlier, Held, Past
from core.compare.evidence.scaling import ScaleRange, scale_of
from core.compare.evidence.tracking import tracker_of
from core.compare.evidence.transitions import Move, Transition
from core.compare.evidence.writers import MANAGER, OwnerClass, class_of
from core.compare.judge import (
    Beside,
    Judgement,
    is_compared,
    judge,
    not_compared,
)
from core.compare.lives import live_document
from core.compare.masking import is_secret_kind, mask, mask_object, masked_body, masked_text
from core.compare.restating import Unlike, own_namespace, paired, restated, stated, unlike
from core.compare.rules.ignoring import absence, left_whole, presence, spared
from core.compare.rules.selectors import SelectorError, parse_selector
from core.compare.verdicts import Policy

__all__ = [
    "MANAGER",
    "NEVER_EXTRA",
    "NOBODY",
    "Beside",
    "Earlier",
    "Evidence",
    "Find",
    "Held",
    "Judgement",
    "Move",
    "Owner",
    "OwnerClass",
    "Owners",
    "Past",
    "Policy",
    "ScaleRange",
    "Schema",
    "SelectorError",
    "Transition",
    "Unlike",
    "absence",
    "canonical",
    "class_of",
    "detail",
    "detailed",
    "end_of",
    "expired",
    "expires",
    "find",
    "is_compared",
    "is_secret_kind",
    "judge",
    "left_whole",
    "live_document",
    "mask",
    "mask_object",
    "masked_body",
    "masked_text",
    "not_compared",
    "own_namespace",
    "paired",
    "parse_selector",
    "presence",
    "restated",
    "scale_of",
    "schemas",
    "spared",
    "stated",
    "tracker_of",
    "unlike",
]
