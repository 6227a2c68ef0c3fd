"""Rows about what the server fills in from what stands beside it, a time of its own among that."""

from typing import Final

from tests.verdicts.acts import edit, merge
from tests.verdicts.case import DRIFT, REAL, STUCK, Case
from tests.verdicts.rows.shapes import CONTAINER, container, deployment, edited_container

_CLAIMS: Final = """
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: {name: NAME}
spec: {spec: {devices: {requests: [
  {name: one, exactly: {deviceClassName: gpu.lab.example,
    tolerations: [{key: lab.example/t, value: x, effect: NoSchedule}]}},
  {name: two, firstAvailable: [{name: a, deviceClassName: gpu.lab.example}]}]}}}
"""
_CLAIM: Final = """
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: NAME}
spec: {devices: {requests: [{name: one, exactly: {deviceClassName: gpu.lab.example}}],
  config: [{opaque: {driver: gpu.lab.example, parameters: {a: null, b: [{c: null}]}}}]}}
"""
_CLASS: Final = """
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: {name: NAME}
spec: {selectors: [{cel: {expression: "true"}}]}
"""
_RULE: Final = """
apiVersion: resource.k8s.io/v1
kind: DeviceTaintRule
metadata: {name: NAME}
spec: {deviceSelector: {driver: d.lab.example}, taint: {key: lab.example/x, effect: NoSchedule}}
"""
_TIMED: Final = _RULE.replace(
    "effect: NoSchedule", 'effect: NoSchedule, timeAdded: "2026-01-01T01:00:00+01:00"'
)
_REQUESTS: Final = "spec.spec.devices.requests"

_LIMITS: Final = """
apiVersion: v1
kind: LimitRange
metadata: {name: NAME}
spec: {limits: [{type: Container, max: {cpu: "2", memory: 1Gi}, default: {cpu: 500m}}]}
"""

CASES: Final = (
    Case(
        id="FP-01",
        about="an image that is no reference has no tag to follow",
        made=deployment(container("").replace("web:1", "ko://shop.example.org/cmd/web")),
        git=deployment(container("").replace("web:1", "ko://shop.example.org/cmd/web")),
        on=REAL,
    ),
    Case(
        id="FP-01",
        about="an image with upper case, applied by us",
        git=deployment(container("").replace("web:1", "Registry.example.org/App")),
        on=REAL,
    ),
    Case(
        id="FP-01",
        about="somebody wants an image that is no reference pulled each time",
        git=deployment(container("").replace("web:1", "${IMAGE}")),
        acts=(edit(edited_container("imagePullPolicy: Always")),),
        verdict="drifted",
        shown={f"{CONTAINER}.imagePullPolicy": DRIFT},
        on=REAL,
    ),
    Case(
        id="2.3",
        about="limits that a LimitRange fills in from its others",
        git=_LIMITS,
        app="owned",
        on=REAL,
    ),
    Case(
        id="2.3",
        about="another default than the one that is filled in",
        git=_LIMITS,
        acts=(
            merge(
                "spec: {limits: [{type: Container, max: {cpu: '2', memory: 1Gi},"
                " default: {cpu: 500m, memory: 512Mi}}]}"
            ),
        ),
        verdict="drifted",
        shown={"spec.limits": DRIFT},
        app="owned",
        on=REAL,
    ),
    Case(id="2.3", about="a claim template applied by us", git=_CLAIMS, on=REAL),
    Case(
        id="2.3",
        about="a claim template made by kubectl create",
        made=_CLAIMS,
        git=_CLAIMS,
        on=REAL,
    ),
    Case(
        id="2.3",
        about="a claim template asks for two devices where Git says nothing",
        made=_CLAIMS.replace("gpu.lab.example,", "gpu.lab.example, count: 2,", 1),
        git=_CLAIMS,
        verdict="drifted",
        shown={_REQUESTS: STUCK},
        local=("drifted", {_REQUESTS: DRIFT}),
        on=REAL,
    ),
    Case(id="2.3", about="a claim applied by us", git=_CLAIM, on=REAL),
    Case(id="2.3", about="a device class", made=_CLASS, git=_CLASS, on=REAL),
    Case(id="2.3", about="the time of a taint, applied by us", git=_RULE, on=REAL),
    Case(
        id="2.3",
        about="the time of a taint, made by kubectl create",
        made=_RULE,
        git=_RULE,
        on=REAL,
    ),
    Case(id="2.3", about="the time of a taint as Git writes it", git=_TIMED, on=REAL),
    Case(
        id="2.3",
        about="another time of a taint than Git's",
        git=_TIMED,
        acts=(merge('spec: {taint: {timeAdded: "2026-01-02T00:00:00Z"}}'),),
        verdict="drifted",
        shown={"spec.taint.timeAdded": DRIFT},
        on=REAL,
    ),
)
