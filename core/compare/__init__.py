"""What counts as drift: equality by the cluster's own schema, ownership, verdicts (verdicts.md).

`canonical` makes what Git states comparable, `judge` compares it with a live object, `explain` and
`mask` prepare the answer for people.  Everything here is a pure function over values.
"""

from core.compare.canonical import canonical
from core.compare.explain import detail, explain
from core.compare.judge import Judgement, judge
from core.compare.masking import is_secret_kind, mask, masked_object
from core.compare.ownership import MANAGER, Owner, OwnerClass, Owners, class_of
from core.compare.paths import (
    Element,
    Member,
    Part,
    Parts,
    PathError,
    format_path,
    parse_path,
)
from core.compare.removing import removals
from core.compare.schema import Schema, schemas
from core.compare.steps import Move, Step
from core.compare.verdicts import Policy

__all__ = [
    "MANAGER",
    "Element",
    "Judgement",
    "Member",
    "Move",
    "Owner",
    "OwnerClass",
    "Owners",
    "Part",
    "Parts",
    "PathError",
    "Policy",
    "Schema",
    "Step",
    "canonical",
    "class_of",
    "detail",
    "explain",
    "format_path",
    "is_secret_kind",
    "judge",
    "mask",
    "masked_object",
    "parse_path",
    "removals",
    "schemas",
]
