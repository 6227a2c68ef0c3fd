"""Rows about what admission adds and rewrites: webhooks, LimitRange, tolerations."""

from typing import Final

from tests.verdicts.acts import edit
from tests.verdicts.case import DRIFT, REAL, Case
from tests.verdicts.rows.shapes import CONTAINER, deployment

_POD: Final = """
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec: {containers: [{name: web, image: "web:1"}]}
"""


def _labelled(word: str) -> str:
    return f"labels: {{verdicts/webhook: {word}}}"


CASES: Final = (
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
        shown={
            "spec.preemptionPolicy": "info injected",
            "spec.priority": "info injected",
            "spec.tolerations": "info injected",
        },
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
            "spec.template.spec.containers[name=proxy].image": DRIFT,
        },
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
