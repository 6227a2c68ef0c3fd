"""Rows about pods and what makes them."""

from typing import Final

from tests.verdicts.acts import awaited, create, edit, merge, scale
from tests.verdicts.case import DRIFT, STUCK, Case
from tests.verdicts.rows.shapes import (
    CONTAINER,
    WEB,
    container,
    deployment,
    edited_container,
    stateful_set,
)

_POD: Final = "spec.template.spec"
_LIMITS: Final = f"{CONTAINER}.resources.limits"
_ENV: Final = f"{CONTAINER}.env"

_AUTOSCALER: Final = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: NAME}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: NAME},
  minReplicas: %d, maxReplicas: %d}
"""

CASES: Final = (
    Case(
        id="FP-01",
        about="defaults, owned by the client that created the object",
        made=deployment(spec=""),
        git=deployment(spec=""),
    ),
    Case(id="FP-01", about="defaults, after our own apply", git=deployment()),
    Case(
        id="FP-01",
        about="defaults of a DaemonSet",
        made=deployment(spec="").replace("Deployment", "DaemonSet"),
        git=deployment(spec="").replace("Deployment", "DaemonSet"),
    ),
    Case(
        id="FP-01",
        about="a person sets what Git omits",
        git=deployment(),
        acts=(edit("spec: {template: {spec: {terminationGracePeriodSeconds: 5}}}"),),
        verdict="drifted",
        shown={f"{_POD}.terminationGracePeriodSeconds": DRIFT},
    ),
    Case(
        id="2.4",
        about="Git moves the image, and with it how kubectl create had it pulled",
        made=deployment('containers: [{name: web, image: "web"}]'),
        git=deployment(),
        verdict="drifted",
        shown={f"{CONTAINER}.image": DRIFT, f"{CONTAINER}.imagePullPolicy": DRIFT},
    ),
    Case(
        id="2.4",
        about="Git moves the image, and how it is pulled stays as we had it",
        before=deployment('containers: [{name: web, image: "web"}]'),
        git=deployment(),
        verdict="drifted",
        shown={f"{CONTAINER}.image": DRIFT},
    ),
    Case(
        id="FP-05",
        about="the same quantities written otherwise",
        made=deployment(container("resources: {limits: {cpu: 1, memory: 1Gi}}")),
        git=deployment(container("resources: {limits: {cpu: 1000m, memory: 1024Mi}}")),
    ),
    Case(
        id="FP-05",
        about="the same quantities written otherwise, applied by us",
        git=deployment(container("resources: {limits: {cpu: 0.5, memory: 1000M}}")),
    ),
    Case(
        id="FP-05",
        about="M is not Mi",
        git=deployment(container("resources: {limits: {memory: 1000M}}")),
        acts=(edit(edited_container("resources: {limits: {memory: 1000Mi}}")),),
        verdict="drifted",
        shown={f"{_LIMITS}.memory": DRIFT},
    ),
    Case(
        id="FP-05",
        about="a thousandth",
        git=deployment(container("resources: {limits: {cpu: 1}}")),
        acts=(edit(edited_container("resources: {limits: {cpu: 1m}}")),),
        verdict="drifted",
        shown={f"{_LIMITS}.cpu": DRIFT},
    ),
    Case(
        id="FP-08",
        about="zeros that the server leaves out",
        git=deployment(
            container(
                'env: [{name: A, value: ""}],'
                " readinessProbe: {initialDelaySeconds: 0, tcpSocket: {port: 80}}"
            )
            + ", hostNetwork: false"
        ),
    ),
    Case(
        id="FP-08",
        about="zero replicas are not one",
        git=deployment(spec="replicas: 0"),
        acts=(scale(1),),
        verdict="drifted",
        shown={"spec.replicas": DRIFT},
    ),
    Case(
        id="FP-08",
        about="an empty variable got a value",
        git=deployment(container('env: [{name: A, value: ""}]')),
        acts=(edit(edited_container("env: [{name: A, value: x}]")),),
        verdict="drifted",
        shown={f"{_ENV}[name=A].value": DRIFT},
    ),
    Case(
        id="FP-09",
        about="null is absent",
        git=deployment(
            container("resources: null") + ", nodeSelector: null", metadata="annotations: null"
        ),
    ),
    Case(
        id="FP-10",
        about="an empty list and an empty map",
        git=deployment(container("env: []"), metadata="annotations: {}"),
    ),
    Case(
        id="FP-10",
        about="the kind of a volume is gone",
        git=deployment(WEB + ", volumes: [{name: v, emptyDir: {}}]"),
        acts=(
            edit(
                "spec: {template: {spec: {volumes:"
                " [{name: v, emptyDir: null, configMap: {name: x}}]}}}"
            ),
        ),
        verdict="drifted",
        shown={
            f"{_POD}.volumes[name=v].emptyDir": DRIFT,
            f"{_POD}.volumes[name=v].configMap.name": DRIFT,
        },
    ),
    Case(
        id="FP-12",
        about="creationTimestamp, on top and in the template",
        git=deployment(metadata="creationTimestamp: null").replace(
            "template: {metadata: {", "template: {metadata: {creationTimestamp: null, "
        ),
    ),
    Case(
        id="FP-13",
        about="a status in Git",
        git=deployment(more="status: {replicas: 9, observedGeneration: 99}"),
    ),
    Case(
        id="FP-17",
        about="a percentage, and an octal file mode",
        git=deployment(
            WEB + ", volumes: [{name: v, secret: {secretName: s, defaultMode: 0644}}]",
            spec="strategy: {rollingUpdate: {maxUnavailable: 25%}}",
        ),
    ),
    Case(
        id="FP-17",
        about="a percentage is not a number",
        git=deployment(spec="strategy: {rollingUpdate: {maxUnavailable: 25%}}"),
        acts=(edit("spec: {strategy: {rollingUpdate: {maxUnavailable: 25}}}"),),
        verdict="drifted",
        shown={"spec.strategy.rollingUpdate.maxUnavailable": DRIFT},
    ),
    Case(
        id="FP-17",
        about="decimal 644 is not 0644",
        before=deployment(
            WEB + ", volumes: [{name: v, secret: {secretName: s, defaultMode: 0644}}]"
        ),
        git=deployment(WEB + ", volumes: [{name: v, secret: {secretName: s, defaultMode: 644}}]"),
        verdict="drifted",
        shown={f"{_POD}.volumes[name=v].secret.defaultMode": STUCK},
        local=("drifted", {f"{_POD}.volumes[name=v].secret.defaultMode": DRIFT}),
    ),
    Case(
        id="FP-20",
        about="what claim templates gain",
        made=stateful_set(),
        git=stateful_set("1024Mi"),
    ),
    Case(
        id="FP-20",
        about="the requested storage",
        before=stateful_set(),
        git=stateful_set("2Gi"),
        verdict="drifted",
        shown={"spec.volumeClaimTemplates": STUCK},
        local=("drifted", {"spec.volumeClaimTemplates": DRIFT}),
    ),
    Case(
        id="FP-21",
        about="the old name of serviceAccountName",
        made=deployment(WEB + ", serviceAccountName: robot"),
        git=deployment(WEB + ", serviceAccountName: robot"),
    ),
    Case(
        id="FP-21",
        about="Git changes the service account",
        before=deployment(WEB + ", serviceAccountName: robot"),
        git=deployment(WEB + ", serviceAccountName: other"),
        verdict="drifted",
        shown={f"{_POD}.serviceAccountName": DRIFT},
    ),
    Case(
        id="FP-23",
        about="ports without a protocol, also of init containers",
        made=deployment(
            container("ports: [{containerPort: 80}]")
            + ', initContainers: [{name: i, image: "i:1", ports: [{containerPort: 81}]}]'
        ),
        git=deployment(
            container("ports: [{containerPort: 80}]")
            + ', initContainers: [{name: i, image: "i:1", ports: [{containerPort: 81}]}]'
        ),
    ),
    Case(
        id="FP-23",
        about="TCP became UDP",
        git=deployment(container("ports: [{containerPort: 80}]")),
        acts=(
            merge(
                "spec: {template: {spec: {containers:"
                ' [{name: web, image: "web:1", ports: [{containerPort: 80, protocol: UDP}]}]}}}'
            ),
        ),
        verdict="drifted",
        shown={f"{CONTAINER}.ports[containerPort=80,protocol=TCP]": DRIFT},
    ),
    Case(
        id="FP-26",
        about="a variable was renamed",
        git=deployment(container("env: [{name: A, value: x}, {name: B, value: z}]")),
        acts=(
            merge(
                "spec: {template: {spec: {containers: [{name: web, image: 'web:1',"
                " env: [{name: C, value: x}, {name: B, value: z}]}]}}}"
            ),
        ),
        verdict="drifted",
        shown={f"{_ENV}[name=A]": DRIFT},
        says="replaces",
    ),
    Case(
        id="FP-27",
        about="the order of variables",
        git=deployment(container("env: [{name: A, value: x}, {name: B, value: z}]")),
        acts=(
            merge(
                "spec: {template: {spec: {containers: [{name: web, image: 'web:1',"
                " env: [{name: B, value: z}, {name: A, value: x}]}]}}}"
            ),
        ),
        shown={_ENV: "info order"},
    ),
    Case(
        id="FP-27",
        about="the order of containers and of volumes",
        git=deployment(
            "containers: [{name: web, image: 'web:1'}, {name: log, image: 'log:1'}],"
            " volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}]"
        ),
        acts=(
            merge(
                "spec: {template: {spec: {"
                "containers: [{name: log, image: 'log:1'}, {name: web, image: 'web:1'}],"
                " volumes: [{name: w, emptyDir: {}}, {name: v, emptyDir: {}}]}}}"
            ),
        ),
        shown={f"{_POD}.containers": "info order", f"{_POD}.volumes": "info order"},
    ),
    Case(
        id="FP-27",
        about="an order that a value relies on",
        git=deployment(container("env: [{name: A, value: x}, {name: B, value: $(A)}]")),
        acts=(
            merge(
                "spec: {template: {spec: {containers: [{name: web, image: 'web:1',"
                " env: [{name: B, value: $(A)}, {name: A, value: x}]}]}}}"
            ),
        ),
        shown={_ENV: "warn"},
    ),
    Case(
        id="FP-27",
        about="the order of arguments",
        git=deployment(container("args: [x, z], command: [a, b]")),
        acts=(edit(edited_container("args: [z, x]")),),
        verdict="drifted",
        shown={f"{CONTAINER}.args": DRIFT},
    ),
    Case(
        id="FP-27",
        about="the order of init containers",
        git=deployment(
            WEB + ", initContainers: [{name: i, image: 'i:1'}, {name: j, image: 'j:1'}]"
        ),
        acts=(
            merge(
                "spec: {template: {spec: {initContainers:"
                " [{name: j, image: 'j:1'}, {name: i, image: 'i:1'}]}}}"
            ),
        ),
        verdict="drifted",
        shown={f"{_POD}.initContainers": DRIFT},
    ),
    Case(
        id="FP-29",
        about="an autoscaler in its range",
        git=deployment(),
        acts=(
            create(_AUTOSCALER % (5, 8)),
            awaited(
                lambda live: live["spec"]["replicas"] == 5,
                otherwise=scale(5, "kube-controller-manager"),
            ),
        ),
        shown={"spec.replicas": "info bookkeeping"},
        says="within 5..8",
    ),
    Case(
        id="FP-29",
        about="a controller scales, and no autoscaler can be read",
        git=deployment(),
        acts=(scale(5, "kube-controller-manager"),),
        verdict="contested",
        shown={"spec.replicas": "contested"},
        says="kube-controller-manager",
    ),
    Case(
        id="FP-29",
        about="replicas outside the autoscaler's range",
        git=deployment(),
        acts=(scale(0), create(_AUTOSCALER % (2, 6))),  # at zero the real one is switched off
        verdict="drifted",
        shown={"spec.replicas": DRIFT},
    ),
    Case(
        id="FP-29",
        about="kubectl scale without an autoscaler",
        git=deployment(spec="replicas: 3"),
        acts=(scale(7),),
        verdict="drifted",
        shown={"spec.replicas": DRIFT},
    ),
    Case(
        id="FP-34",
        about="a restart",
        git=deployment(),
        acts=(
            edit(
                "spec: {template: {metadata: {annotations:"
                ' {kubectl.kubernetes.io/restartedAt: "2026-01-02T03:04:05Z"}}}}',
                "kubectl-rollout",
            ),
        ),
        shown={
            'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]': (
                "info bookkeeping"
            )
        },
        says="restarted at 2026-01-02T03:04:05Z by kubectl-rollout",
    ),
    Case(
        id="FP-34",
        about="the revision of a Deployment",
        git=deployment(),
        acts=(
            awaited(
                lambda live: (
                    "deployment.kubernetes.io/revision" in live["metadata"].get("annotations", {})
                ),
                otherwise=edit(
                    'metadata: {annotations: {deployment.kubernetes.io/revision: "1"}}',
                    "kube-controller-manager",
                ),
            ),
        ),
    ),
    Case(
        id="FP-34",
        about="any other annotation of the pods",
        git=deployment(),
        acts=(edit("spec: {template: {metadata: {annotations: {a.b/c: x}}}}", "kubectl-annotate"),),
        verdict="drifted",
        shown={'spec.template.metadata.annotations["a.b/c"]': DRIFT},
    ),
    Case(
        id="X-04",
        about="the generation moves, and nothing else stays",
        git=deployment(),
        acts=(scale(5), scale(2)),
    ),
)
