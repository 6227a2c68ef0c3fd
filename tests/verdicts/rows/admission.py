"""Rows about what admission adds and rewrites: webhooks, LimitRange, tolerations."""

from typing import Final

from tests.verdicts.acts import edit
from tests.verdicts.case import DRIFT, REAL, STUCK, Case
from tests.verdicts.rows.shapes import CONTAINER, deployment

_POD: Final = """
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec: {containers: [{name: web, image: "web:1"}]}
"""


def _labelled(word: str) -> str:
    return f"labels: {{verdicts/webhook: {word}}}"


_SPREAD: Final = """
apiVersion: v1
kind: Pod
metadata: {name: NAME, labels: {app: p, rev: "7"}}
spec:
  containers: [{name: web, image: "web:1"}]
  topologySpreadConstraints:
  - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway,
     labelSelector: {matchLabels: {app: p}}, matchLabelKeys: [rev]}
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - {topologyKey: zone, labelSelector: {matchLabels: {app: p}}, matchLabelKeys: [rev]}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 1
        podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: q}},
          mismatchLabelKeys: [rev]}
"""
_CONSTRAINT: Final = (
    "spec.topologySpreadConstraints[topologyKey=zone,whenUnsatisfiable=ScheduleAnyway]"
)
_INJECTED: Final = {  # of every pod
    "spec.preemptionPolicy": "info injected",
    "spec.priority": "info injected",
    "spec.tolerations": "info injected",
}

CASES: Final = (
    Case(id="FP-33", about="label keys of a bare Pod", git=_SPREAD, shown=_INJECTED, on=REAL),
    Case(
        id="FP-33",
        about="label keys of a bare Pod made by kubectl create",
        made=_SPREAD,
        git=_SPREAD,
        shown=_INJECTED,
        on=REAL,
    ),
    Case(
        id="FP-33",
        about="a bare Pod with label keys spreads by other labels than Git's",
        made=_SPREAD.replace("{app: p}}, matchLabelKeys", "{app: other}}, matchLabelKeys", 1),
        git=_SPREAD,
        verdict="drifted",
        shown={
            **_INJECTED,
            f"{_CONSTRAINT}.labelSelector": STUCK,
        },
        local=("drifted", {**_INJECTED, f"{_CONSTRAINT}.labelSelector": DRIFT}),
        on=REAL,
    ),
    Case(
        id="FP-33",
        about="a sidecar that a webhook adds",
        git=deployment(metadata=_labelled("sidecar")),
        shown={"spec.template.spec.containers[name=proxy]": "info injected"},
        on=REAL,
    ),
    Case(
        id="FP-33",
        about="a toleration that a webhook adds",
        git=deployment(metadata=_labelled("toleration")),
        shown={"spec.template.spec.tolerations": "info injected"},
        on=REAL,
    ),
    Case(
        id="FP-33",
        about="a value that a webhook rewrites",
        git=deployment(metadata=_labelled("rewrite")),
        shown={f"{CONTAINER}.image": "info injected"},
        local=("drifted", {f"{CONTAINER}.image": DRIFT}),
        on=REAL,
    ),
    Case(
        id="FP-33",
        about="tolerations and a priority that every pod gets",
        git=_POD,
        shown=_INJECTED,
    ),
    Case(
        id="FP-33",
        about="a person adds a sidecar",
        git=deployment(),
        acts=(edit("spec: {template: {spec: {containers: [{name: spy, image: 'spy:1'}]}}}"),),
        verdict="drifted",
        shown={"spec.template.spec.containers[name=spy]": DRIFT},
    ),
    Case(
        id="FP-33",
        about="a person changes what a webhook added",
        git=deployment(metadata=_labelled("sidecar")),
        acts=(edit("spec: {template: {spec: {containers: [{name: proxy, image: 'evil:1'}]}}}"),),
        verdict="drifted",
        shown={
            "spec.template.spec.containers[name=proxy]": "info injected",
            "spec.template.spec.containers[name=proxy].image": STUCK,  # there must be one
        },
        local=(
            "drifted",
            {
                "spec.template.spec.containers[name=proxy]": "info injected",
                "spec.template.spec.containers[name=proxy].image": DRIFT,
            },
        ),
        on=REAL,
    ),
    Case(
        id="2.5",
        about="a webhook that takes no dry-run",
        git=deployment(metadata=_labelled("no-dry-run")),
        acts=(edit("spec: {replicas: 7}"),),
        verdict="drifted",
        shown={"spec.replicas": DRIFT},
        confirmed_by="local",
        says="does not support dry run",
        on=REAL,
    ),
)
