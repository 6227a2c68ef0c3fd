"""What the sentences are about: one field, one object, one plan, and text that means harm."""

from dataclasses import replace

from core.model import (
    Actor,
    Cause,
    Commit,
    Confidence,
    Drift,
    FieldChange,
    FieldVerdict,
    Key,
    KindRef,
    ObjectRef,
    Operation,
    Origin,
    Plan,
    Seen,
    Stamp,
    Step,
    Verb,
    Verdict,
    epoch_of,
)

NOW = epoch_of("2026-07-01T12:10:03Z") or 0.0
HOSTILE = "\x1b[2J\x9b31m\u202egpj"
SHOWN = "␛[2J\\x9b31m<U+202E>gpj"

KUBECTL = Actor(
    "kubectl", Operation.UPDATE, "scale", "2026-07-01T12:00:03Z", None, None, Confidence.OWNED
)
NOBODY = Actor(None, None, None, None, None, None, Confidence.UNKNOWN)
SEEN = Seen(3, 7, "41", "42", "2026-07-01T12:00:05Z")
ORIGIN = Origin(
    "apps/shop/web.yaml",
    8,
    "3f2a1b9" + "0" * 33,
    "Ines Duarte <i@shop.example>",
    "2026-06-30T12:10:03Z",
    "Sale",
)
COMMIT = Commit(ORIGIN.commit, ORIGIN.author, ORIGIN.date, ORIGIN.subject)
REPLICAS = FieldChange("spec.replicas", FieldVerdict.DRIFT, 7, 3, KUBECTL, ORIGIN)
WEB = Key("shop", ObjectRef("apps", "Deployment", "shop", "web"))
DEPLOYMENT = KindRef("apps/v1", "Deployment")


def drift(
    verdict: Verdict = Verdict.DRIFTED, cause: Cause | None = None, **fields: object
) -> Drift:
    row = Drift(WEB, "demo", DEPLOYMENT, verdict, cause=cause, file="apps/shop/web.yaml", line=1)
    return replace(row, **fields)  # type: ignore[arg-type]  # the fields of Drift


def step(verb: Verb = Verb.APPLY, **fields: object) -> Step:
    made = Step(WEB, DEPLOYMENT, verb, Stamp("d1", "123", "u1"))
    return replace(made, **fields)  # type: ignore[arg-type]  # the fields of Step


def plan(*steps: Step) -> Plan:
    return Plan("demo", steps, {"shop": COMMIT.id})
