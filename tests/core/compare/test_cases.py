"""The table of cases in verdicts.md section 5: every row, and its twin that must be drift."""

import pytest

from core.model import Verdict
from tests.core.compare.world import By, judged, shown

DEFAULTED_POD = """
      restartPolicy: Always
      terminationGracePeriodSeconds: 30
      dnsPolicy: ClusterFirst
      securityContext: {}
      schedulerName: default-scheduler
"""
DEPLOYMENT = """
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "a:1"}]
"""
DEFAULTED_DEPLOYMENT = f"""
metadata: {{annotations: {{deployment.kubernetes.io/revision: "3"}}}}
spec:
  replicas: 1
  revisionHistoryLimit: 10
  progressDeadlineSeconds: 600
  strategy: {{type: RollingUpdate, rollingUpdate: {{maxSurge: 25%, maxUnavailable: 25%}}}}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}, creationTimestamp: null}}
    spec:
      containers:
      - name: web
        image: "a:1"
        imagePullPolicy: IfNotPresent
        resources: {{}}
        terminationMessagePath: /dev/termination-log
        terminationMessagePolicy: File
{DEFAULTED_POD}
status: {{observedGeneration: 3}}
"""
EVERYTHING = "spec.replicas spec.strategy.type spec.template.spec.dnsPolicy"

CLEAN = [
    pytest.param("Deployment", DEPLOYMENT, DEFAULTED_DEPLOYMENT, {"kubectl-create": EVERYTHING},
        id="FP-01 defaults, although the client that created the object owns them"),
    pytest.param("DaemonSet", "spec: {}",
        "spec: {revisionHistoryLimit: 10, updateStrategy: {type: RollingUpdate,"
        " rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}}",
        {"kubectl-create": "spec.updateStrategy.type spec.updateStrategy.rollingUpdate.maxSurge"},
        id="FP-01 defaults of a DaemonSet"),
    pytest.param("Job", "spec: {template: {spec: {containers: [{name: a, image: b}]}}}",
        "metadata: {labels: {job-name: web}}\n"
        "spec: {backoffLimit: 6, completions: 1, parallelism: 1, completionMode: NonIndexed,"
        " suspend: false, manualSelector: false, podReplacementPolicy: TerminatingOrFailed,"
        " selector: {matchLabels: {batch.kubernetes.io/controller-uid: x}},"
        " template: {metadata: {labels: {controller-uid: x, job-name: web}},"
        " spec: {containers: [{name: a, image: b, imagePullPolicy: Always}]}}}",
        {"kubectl-create": "spec.backoffLimit spec.suspend metadata.labels.x"},
        id="FP-39 selector and labels that the server gives a Job"),
    pytest.param("CronJob", "spec: {schedule: '* * * * *'}",
        "spec: {schedule: '* * * * *', concurrencyPolicy: Allow, suspend: false,"
        " successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1}",
        {"kubectl-create": "spec.concurrencyPolicy spec.suspend"}, id="FP-01 a CronJob"),
    pytest.param("Namespace", "",
        "metadata: {labels: {kubernetes.io/metadata.name: web}}\nspec: {finalizers: [kubernetes]}",
        {"kubectl-create": 'metadata.labels["kubernetes.io/metadata.name"]'},
        id="FP-01 the label of a Namespace"),
    pytest.param("HorizontalPodAutoscaler", "spec: {maxReplicas: 5, behavior: {scaleUp: {}}}",
        "spec: {maxReplicas: 5, minReplicas: 1, metrics: [{type: Resource, resource: {name: cpu,"
        " target: {type: Utilization, averageUtilization: 80}}}], behavior: {scaleUp:"
        " {stabilizationWindowSeconds: 0, selectPolicy: Max, policies: [{type: Pods, value: 4,"
        " periodSeconds: 15}, {type: Percent, value: 100, periodSeconds: 15}]}, scaleDown:"
        " {selectPolicy: Max, policies: [{type: Percent, value: 100, periodSeconds: 15}]}}}",
        {"kubectl-create": "spec.minReplicas spec.metrics"}, id="FP-01 an autoscaler"),
    pytest.param("NetworkPolicy", "spec: {podSelector: {}, egress: [{}]}",
        "spec: {podSelector: {}, egress: [{}], policyTypes: [Ingress, Egress]}",
        {"kubectl-create": "spec.policyTypes"}, id="FP-01 policy types follow the rules"),
    pytest.param("ValidatingWebhookConfiguration",
        "webhooks: [{name: a.b.c, clientConfig: {service: {name: s, namespace: n}},"
        " rules: [{operations: [CREATE], apiGroups: [''], resources: [pods]}]}]",
        "webhooks: [{name: a.b.c, clientConfig: {service: {name: s, namespace: n, port: 443},"
        " caBundle: QQ==}, rules: [{operations: [CREATE], apiGroups: [''], resources: [pods],"
        " scope: '*'}], failurePolicy: Fail, matchPolicy: Equivalent, namespaceSelector: {},"
        " objectSelector: {}, timeoutSeconds: 10}]",
        {"kubectl-create": "webhooks[name=a.b.c].failurePolicy webhooks[name=a.b.c].rules",
         "cainjector": "webhooks[name=a.b.c].clientConfig.caBundle"},
        id="FP-30 defaults of a webhook, and its CA injected"),
    pytest.param("Service", "spec: {ports: [{port: 80, name: http}]}",
        "spec: {type: ClusterIP, clusterIP: 10.0.0.7, clusterIPs: [10.0.0.7], ipFamilies: [IPv4],"
        " ipFamilyPolicy: SingleStack, sessionAffinity: None, internalTrafficPolicy: Cluster,"
        " ports: [{port: 80, name: http, protocol: TCP, targetPort: 80, nodePort: 31000}]}",
        {"kubectl-create": "spec.sessionAffinity spec.type"}, id="FP-02 allocated by the server"),
    pytest.param("Service", "spec: {clusterIP: '', ports: [{port: 80, nodePort: 0}]}",
        "spec: {clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 31000, targetPort: 80}]}", {},
        id="FP-03 an empty address asks for any"),
    pytest.param("Pod",
        "spec: {containers: [{name: a, resources: {limits: {cpu: 1000m, memory: 1024Mi,"
        " x.io/a: 0.5, x.io/b: 1000M, x.io/c: 1e3}}}]}",
        "spec: {containers: [{name: a, resources: {limits: {cpu: '1', memory: 1Gi,"
        " x.io/a: 500m, x.io/b: 1G, x.io/c: 1k}}}]}", {}, id="FP-05 quantities"),
    pytest.param("Pod",
        "spec: {hostNetwork: false, containers: [{name: a, readinessProbe:"
        " {initialDelaySeconds: 0, tcpSocket: {port: 80}}, env: [{name: A, value: ''}]}]}",
        "spec: {containers: [{name: a, readinessProbe: {tcpSocket: {port: 80}},"
        " env: [{name: A}]}]}", {}, id="FP-08 zeros that Go leaves out"),
    pytest.param("Pod",
        "metadata: {annotations: null}\n"
        "spec: {nodeSelector: null, containers: [{name: a, resources: null}]}",
        "spec: {containers: [{name: a}]}", {}, id="FP-09 null is absent"),
    pytest.param("Widget", "spec: {maybe: null, count: 1}", "spec: {count: 1}", {},
        id="FP-09 a null asks for nothing where nothing is"),
    pytest.param("Widget", "spec: {maybe: null, free: {a: null, l: [null, {b: null}]}}",
        "spec: {maybe: null, free: {a: null, l: [null, {b: null}]}}",
        {"kubectl-create": "spec.maybe spec.free.a"}, id="FP-09 null is null"),
    pytest.param("Widget", "spec: {template: {metadata: {creationTimestamp: null, name: a}}}",
        "spec: {template: {metadata: {name: a}}}", {}, id="FP-12 no time, embedded"),
    pytest.param("Widget", "spec: {template: {metadata: {creationTimestamp: null, name: a}}}",
        "spec: {template: {metadata: {name: a, creationTimestamp: null}}}",
        {"kubectl-create": "spec.template.metadata.creationTimestamp"},
        id="FP-12 null as a time, embedded"),
    pytest.param("Widget", "spec: {free: {metadata: {creationTimestamp: x}}}",
        "spec: {free: {metadata: {creationTimestamp: x}}}", {}, id="FP-12 a time of one's own"),
    pytest.param("CustomResourceDefinition",
        "spec: {versions: [{name: v1, schema: {openAPIV3Schema: {maximum: 9223372036854775807,"
        " minimum: -9223372036854775807}}}]}",
        "spec: {versions: [{name: v1, schema: {openAPIV3Schema: {maximum: 9.223372036854776e+18,"
        " minimum: -9223372036854776000}}}]}", {}, id="2.2 what the server keeps as a float"),
    pytest.param("Service",
        "metadata: {annotations: {}}\nspec: {loadBalancerSourceRanges: [], ports: [{port: 80}]}",
        "spec: {ports: [{port: 80, targetPort: 80}]}", {}, id="FP-10 empty lists and maps"),
    pytest.param("Widget", "spec: {categories: []}", "spec: {}", {},
        id="FP-10 an empty list of a custom resource"),
    pytest.param("Deployment",
        "metadata: {creationTimestamp: null}\n"
        "spec: {template: {metadata: {creationTimestamp: null, labels: {a: b}}}}",
        "spec: {template: {metadata: {labels: {a: b}}}}", {}, id="FP-12 creationTimestamp"),
    pytest.param("Deployment", "spec: {replicas: 2}\nstatus: {replicas: 9}",
        "spec: {replicas: 2}\nstatus: {replicas: 2}", {}, id="FP-13 a status in Git"),
    pytest.param("Widget",
        "spec: {data: [{secretKey: a, remoteRef: {key: k}}], backends: [{name: b}], policy: {}}",
        "spec: {data: [{secretKey: a, remoteRef: {key: k, conversionStrategy: Default}}],"
        " backends: [{name: b, group: '', kind: Service, weight: 1}], policy: {limit: 5}}",
        {"kubectl-create": "spec.data spec.backends[name=b].weight"},
        id="FP-15 schema defaults inside list entries"),
    pytest.param("Widget", "spec: {}", "spec: {policy: {mode: soft, limit: 5}}",
        {"kubectl-create": "spec.policy.mode spec.policy.limit"}, id="FP-15 default of an object"),
    pytest.param("Deployment",
        "spec: {strategy: {rollingUpdate: {maxUnavailable: 25%, maxSurge: '8080'}}, template:"
        " {spec: {volumes: [{name: v, secret: {secretName: s, defaultMode: 0644}}]}}}",
        "spec: {strategy: {rollingUpdate: {maxUnavailable: 25%, maxSurge: 8080}}, template:"
        " {spec: {volumes: [{name: v, secret: {secretName: s, defaultMode: 420}}]}}}", {},
        id="FP-17 integers or texts, and file modes"),
    pytest.param("Secret", "stringData: {a: hello}\ndata: {b: aGVsbG8gd29ybGQhCg==}",
        'type: Opaque\ndata: {a: aGVsbG8=, b: "aGVsbG8g\\nd29ybGQh\\nCg=="}',
        {"driftdeck:Apply": "data.a data.b"}, id="FP-18 stringData, and base64 wrapped otherwise"),
    pytest.param("StatefulSet",
        "spec: {serviceName: s, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes:"
        " [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}}]}",
        "spec: {serviceName: s, replicas: 1, podManagementPolicy: OrderedReady,"
        " revisionHistoryLimit: 10, updateStrategy: {type: RollingUpdate, rollingUpdate:"
        " {partition: 0, maxUnavailable: 1}}, persistentVolumeClaimRetentionPolicy:"
        " {whenDeleted: Retain, whenScaled: Retain}, volumeClaimTemplates: [{apiVersion: v1,"
        " kind: PersistentVolumeClaim, metadata: {name: d, creationTimestamp: null}, spec:"
        " {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}},"
        " volumeMode: Filesystem}, status: {phase: Pending}}]}",
        {"kubectl-create": "spec.volumeClaimTemplates spec.podManagementPolicy"},
        id="FP-20 claim templates of a StatefulSet"),
    pytest.param("Pod", "spec: {serviceAccountName: s}",
        "spec: {serviceAccountName: s, serviceAccount: s}",
        {"kubectl-create": "spec.serviceAccount"}, id="FP-21 the old name of serviceAccountName"),
    pytest.param("Pod",
        "spec: {initContainers: [{name: i, ports: [{containerPort: 1}]}],"
        " containers: [{name: a, ports: [{containerPort: 80}]}]}",
        "spec: {initContainers: [{name: i, ports: [{containerPort: 1, protocol: TCP}]}],"
        " containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}]}]}",
        {"kubectl-create": "spec.containers[name=a].ports[containerPort=80,protocol=TCP].protocol"},
        id="FP-23 ports without a protocol"),
    pytest.param("Service",
        "spec: {ports: [{name: t, port: 53}, {name: u, port: 53, protocol: UDP}]}",
        "spec: {ports: [{name: t, port: 53, protocol: TCP, targetPort: 53},"
        " {name: u, port: 53, protocol: UDP, targetPort: 53}]}", {},
        id="FP-24 one number for TCP and UDP"),
    pytest.param("CustomResourceDefinition",
        "spec: {conversion: {strategy: Webhook, webhook: {clientConfig: {}}}}",
        "spec: {conversion: {strategy: Webhook, webhook: {clientConfig: {caBundle: QQ==}}}}",
        {"cainjector": "spec.conversion.webhook.clientConfig.caBundle"},
        id="FP-30 a CA bundle of a conversion that nobody stated"),
    pytest.param("Role", "rules: []", "rules: null", {}, id="FP-32 no rules"),
    pytest.param("ClusterRole", "aggregationRule: {clusterRoleSelectors: [{}]}\nrules: []",
        "aggregationRule: {clusterRoleSelectors: [{}]}\nrules: [{apiGroups: ['*'], verbs: [get],"
        " resources: [pods]}]", {"clusterrole-aggregation-controller:Apply": "rules"},
        id="FP-32 aggregated rules"),
    pytest.param("PersistentVolumeClaim", "spec: {}",
        "metadata: {annotations: {pv.kubernetes.io/bind-completed: 'yes', kubectl.kubernetes.io"
        "/last-applied-configuration: '{}'}}\nspec: {volumeMode: Filesystem}",
        {"kube-controller-manager":
         'metadata.annotations["pv.kubernetes.io/bind-completed"]'},
        id="FP-34 annotations of servers"),
    pytest.param("Deployment", DEPLOYMENT, DEFAULTED_DEPLOYMENT, None,
        id="X-04 the generation, on an object without managedFields"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "git", "live", "by"), CLEAN)
def test_noise_is_not_shown(kind: str, git: str, live: str, by: By | None) -> None:
    judgement = judged(kind, git, live, by)
    assert shown(judgement) == {}
    assert judgement.verdict is Verdict.IN_SYNC
    assert not judgement.suspect


HUMAN: By = {"kubectl-edit": ""}
DRIFT = [
    pytest.param("Pod", "spec: {}", "spec: {terminationGracePeriodSeconds: 5}",
        {"kubectl-edit": "spec.terminationGracePeriodSeconds"},
        "spec.terminationGracePeriodSeconds", id="FP-01 a person sets what Git omits"),
    pytest.param("Service", "spec: {ports: [{port: 80, nodePort: 30080}]}",
        "spec: {ports: [{port: 80, nodePort: 31000, targetPort: 80}]}", {},
        "spec.ports[port=80,protocol=TCP].nodePort", id="FP-02 another node port than Git's"),
    pytest.param("Service", "spec: {clusterIP: None}", "spec: {clusterIP: 10.0.0.7}", {},
        "spec.clusterIP", id="FP-03 an address where Git wants none"),
    pytest.param("Service", "spec: {}", "spec: {clusterIP: 10.0.0.9}",
        {"kubectl-edit": "spec.clusterIP"}, "spec.clusterIP",
        id="FP-03 an address that a person chose"),
    pytest.param("Pod", "spec: {containers: [{name: a, resources: {limits: {x.io/a: 1000M}}}]}",
        "spec: {containers: [{name: a, resources: {limits: {x.io/a: 1000Mi}}}]}", {},
        'spec.containers[name=a].resources.limits["x.io/a"]', id="FP-05 M is not Mi"),
    pytest.param("Pod", "spec: {containers: [{name: a, resources: {limits: {cpu: 1}}}]}",
        "spec: {containers: [{name: a, resources: {limits: {cpu: 1m}}}]}", {},
        "spec.containers[name=a].resources.limits.cpu", id="FP-05 a thousandth"),
    pytest.param("Deployment", "spec: {replicas: 0}", "spec: {replicas: 1}", {}, "spec.replicas",
        id="FP-08 zero replicas are not one"),
    pytest.param("Pod", "spec: {containers: [{name: a, env: [{name: A, value: ''}]}]}",
        "spec: {containers: [{name: a, env: [{name: A, value: x}]}]}", {},
        "spec.containers[name=a].env[name=A].value", id="FP-08 an empty variable got a value"),
    pytest.param("Pod", "metadata: {labels: {canary: ''}}", "metadata: {}", {}, "metadata.labels",
        id="FP-08 an empty label is there"),
    pytest.param("Pod", "spec: {securityContext: {runAsUser: 0}}", "spec: {securityContext: {}}",
        {}, "spec.securityContext.runAsUser", id="FP-08 a zero that is stored"),
    pytest.param("Widget", "spec: {count: 0}", "spec: {}", {}, "spec.count",
        id="FP-08 custom resources keep zeros"),
    pytest.param("ResourceClaim",
        "spec: {devices: {config: [{opaque: {parameters: {a: [], b: null}}}]}}",
        "spec: {devices: {config: [{opaque: {parameters: {b: null}}}]}}", {},
        "spec.devices.config", id="FP-10 an empty list of what a driver defines"),
    pytest.param("Widget", "spec: {free: {a: null}}", "spec: {free: {}}", {}, "spec.free.a",
        id="FP-09 a null among free values is gone"),
    pytest.param("Widget", "spec: {free: {l: [{a: null}]}}", "spec: {free: {l: [{}]}}", {},
        "spec.free.l", id="FP-09 a null in a free list is gone"),
    pytest.param("Widget", "spec: {free: {a: null}}", "spec: {free: {a: x}}", {}, "spec.free.a",
        id="FP-09 a null among free values got a value"),
    pytest.param("Widget", "spec: {free: {metadata: {creationTimestamp: x}}}",
        "spec: {free: {metadata: {}}}", {}, "spec.free.metadata.creationTimestamp",
        id="FP-12 a time that is not of the object is gone"),
    pytest.param("Widget", "spec: {maybe: null}", "spec: {maybe: x}", {}, "spec.maybe",
        id="FP-09 a stated null got a value"),
    pytest.param("NetworkPolicy", "spec: {podSelector: {}, ingress: []}",
        "spec: {podSelector: {}, ingress: [{}], policyTypes: [Ingress]}",
        {"kubectl-edit": "spec.ingress"}, "spec.ingress", id="FP-10 nothing is not everything"),
    pytest.param("PodDisruptionBudget", "spec: {selector: {}}", "spec: {}", {}, "spec.selector",
        id="FP-10 all is not none"),
    pytest.param("Pod", "spec: {volumes: [{name: v, emptyDir: {}}]}",
        "spec: {volumes: [{name: v}]}", {}, "spec.volumes[name=v].emptyDir",
        id="FP-10 the kind of a volume is gone"),
    pytest.param("Widget", "spec: {backends: [{name: b, weight: 1}]}",
        "spec: {backends: [{name: b, group: '', kind: Service, weight: 50}]}", {},
        "spec.backends[name=b].weight", id="FP-15 not the default"),
    pytest.param("Widget", "spec: {data: [{remoteRef: {key: k}}]}",
        "spec: {data: [{remoteRef: {key: k, conversionStrategy: Unicode}}]}", {}, "spec.data",
        id="FP-15 not the default, in a list without keys"),
    pytest.param("Deployment", "spec: {strategy: {rollingUpdate: {maxUnavailable: 25%}}}",
        "spec: {strategy: {rollingUpdate: {maxUnavailable: 25}}}", {},
        "spec.strategy.rollingUpdate.maxUnavailable", id="FP-17 a percentage is not a number"),
    pytest.param("Pod", "spec: {volumes: [{name: v, secret: {defaultMode: 644}}]}",
        "spec: {volumes: [{name: v, secret: {defaultMode: 420}}]}", {},
        "spec.volumes[name=v].secret.defaultMode", id="FP-17 decimal 644 is not 0644"),
    pytest.param("Secret", "stringData: {a: hello}", "data: {a: aGVsbG8=, b: Yg==}",
        {"driftdeck:Apply": "data.a"}, "data.b", id="FP-18 a dropped key that nobody owns"),
    pytest.param("Secret", "stringData: {a: hello}", "data: {a: aGVsbG8=, b: Yg==}",
        {"driftdeck:Apply": "data.a stringData.b"}, "data.b",
        id="FP-18 a dropped key that was applied as stringData"),
    pytest.param("Secret", "data: {a: aGVsbG8=}", "data: {a: aGVsbG8K}", {}, "data.a",
        id="FP-18 one newline more"),
    pytest.param("StatefulSet",
        "spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests:"
        " {storage: 1Gi}}}}]}",
        "spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests:"
        " {storage: 2Gi}}}}]}", {}, "spec.volumeClaimTemplates", id="FP-20 the requested storage"),
    pytest.param("Pod", "spec: {serviceAccountName: new}",
        "spec: {serviceAccountName: old, serviceAccount: old}", {}, "spec.serviceAccountName",
        id="FP-21 Git changes the service account"),
    pytest.param("Pod", "spec: {containers: [{name: a, ports: [{containerPort: 53}]}]}",
        "spec: {containers: [{name: a, ports: [{containerPort: 53, protocol: UDP}]}]}", {},
        "spec.containers[name=a].ports[containerPort=53,protocol=TCP]", id="FP-23 TCP became UDP"),
    pytest.param("Service",
        "spec: {ports: [{name: t, port: 53}, {name: u, port: 53, protocol: UDP}]}",
        "spec: {ports: [{name: t, port: 53, protocol: TCP, targetPort: 53}]}", {},
        "spec.ports[port=53,protocol=UDP]", id="FP-24 the UDP entry is gone"),
    pytest.param("Service", "spec: {ports: [{name: h, port: 80}]}",
        "spec: {ports: [{name: h, port: 8080, protocol: TCP, targetPort: 80}]}",
        {"kubectl-edit": "spec.ports[port=8080,protocol=TCP]"},
        "spec.ports[port=80,protocol=TCP]", id="FP-26 the key itself changed"),
    pytest.param("Pod",
        "spec: {containers: [{name: a, env: [{name: A, value: x}, {name: B, value: y}]}]}",
        "spec: {containers: [{name: a, env: [{name: C, value: x}, {name: B, value: y}]}]}", {},
        "spec.containers[name=a].env[name=A]", id="FP-26 a variable was renamed"),
    pytest.param("Pod", "spec: {containers: [{name: a, args: [x, y]}]}",
        "spec: {containers: [{name: a, args: [y, x]}]}", {}, "spec.containers[name=a].args",
        id="FP-27 the order of arguments"),
    pytest.param("ValidatingWebhookConfiguration",
        "webhooks: [{name: a, rules: [{operations: [CREATE]}, {operations: [DELETE]}]}]",
        "webhooks: [{name: a, rules: [{operations: [DELETE]}, {operations: [CREATE]}]}]", {},
        "webhooks[name=a].rules", id="FP-27 the order of webhook rules"),
    pytest.param("Pod", "spec: {initContainers: [{name: a}, {name: b}]}",
        "spec: {initContainers: [{name: b}, {name: a}]}", {}, "spec.initContainers",
        id="FP-27 the order of init containers"),
    pytest.param("Deployment", "spec: {replicas: 3}", "spec: {replicas: 7}",
        {"kubectl:Update:scale": "spec.replicas"}, "spec.replicas", id="FP-29 kubectl scale"),
    pytest.param("ValidatingWebhookConfiguration",
        "webhooks: [{name: a, clientConfig: {url: 'https://a'}}]",
        "webhooks: [{name: a, clientConfig: {url: 'https://evil'}}]",
        {"cainjector": "webhooks[name=a].clientConfig.url"},
        "webhooks[name=a].clientConfig.url", id="FP-30 a webhook was redirected"),
    pytest.param("ClusterRole", "rules: [{apiGroups: [''], verbs: [get], resources: [pods]}]",
        "rules: [{apiGroups: ['*'], verbs: ['*'], resources: ['*']}]",
        {"keda-operator": "rules"}, "rules", id="FP-32 a role got more rules"),
    pytest.param("Pod", "spec: {containers: [{name: a}]}",
        "spec: {containers: [{name: a}, {name: spy, image: x}]}",
        {"kubectl-edit": "spec.containers[name=spy]"}, "spec.containers[name=spy]",
        id="FP-33 a person added a sidecar"),
    pytest.param("Deployment", "spec: {template: {}}",
        "spec: {template: {metadata: {annotations: {a.b/c: x}}}}",
        {"kubectl-annotate": 'spec.template.metadata.annotations["a.b/c"]'},
        'spec.template.metadata.annotations["a.b/c"]', id="FP-34 any other annotation"),
    pytest.param("ConfigMap",
        "metadata: {ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: u}]}",
        "metadata: {}", {}, "metadata.ownerReferences", id="FP-37 ownerReferences are compared"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "git", "live", "by", "path"), DRIFT)
def test_what_resembles_noise_is_still_drift(
    kind: str, git: str, live: str, by: By, path: str
) -> None:
    judgement = judged(kind, git, live, by)
    assert shown(judgement) == {path: "drift"}
    assert judgement.verdict is Verdict.DRIFTED
    assert judgement.suspect


INFO = [
    pytest.param("Pod", "spec: {containers: [{name: a, env: [{name: A}, {name: B}]}]}",
        "spec: {containers: [{name: a, env: [{name: B}, {name: A}]}]}", {},
        "spec.containers[name=a].env", "order", id="FP-27 the order of variables"),
    pytest.param("Pod", "spec: {containers: [{name: a}, {name: b}]}",
        "spec: {containers: [{name: b}, {name: a}]}", {},
        "spec.containers", "order", id="FP-27 the order of containers"),
    pytest.param("Widget", "spec: {tags: [a, b]}", "spec: {tags: [b, a]}", {},
        "spec.tags", "order", id="FP-27 the order of a set"),
    pytest.param("Pod", "spec: {containers: [{name: a}]}",
        "spec: {containers: [{name: a}, {name: proxy, image: x}]}",
        {"driftdeck:Apply": "spec.containers[name=a].name"},
        "spec.containers[name=proxy]", "injected", id="FP-33 a sidecar added by admission"),
    pytest.param("Pod", "spec: {}", "spec: {tolerations: [{operator: Exists}]}", {},
        "spec.tolerations", "injected", id="FP-33 default tolerations"),
    pytest.param("Deployment", "spec: {template: {}}",
        "spec: {template: {metadata: {annotations: {kubectl.kubernetes.io/restartedAt: T}}}}",
        {"kubectl-rollout":
         'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]'},
        'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]',
        "bookkeeping: restarted at T by kubectl-rollout", id="FP-34 a restart"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "git", "live", "by", "path", "note"), INFO)
def test_harmless_differences_have_a_class_and_do_not_count(
    kind: str, git: str, live: str, by: By, path: str, note: str
) -> None:
    judgement = judged(kind, git, live, by)
    assert shown(judgement) == {path: "info"}
    (change,) = judgement.changes
    assert ": ".join(filter(None, (change.info, change.note))) == note
    assert judgement.verdict is Verdict.IN_SYNC
    assert not judgement.suspect


def test_fp_27_an_order_that_values_rely_on_is_a_warning() -> None:
    judgement = judged(
        "Pod",
        "spec: {containers: [{name: a, env: [{name: A, value: x}, {name: B, value: $(A)/y}]}]}",
        "spec: {containers: [{name: a, env: [{name: B, value: $(A)/y}, {name: A, value: x}]}]}",
    )
    assert shown(judgement) == {"spec.containers[name=a].env": "warn"}
    assert judgement.verdict is Verdict.IN_SYNC


def test_fp_29_replicas_moved_by_an_autoscaler_are_contested() -> None:
    judgement = judged(
        "Deployment",
        "spec: {replicas: 2}",
        "spec: {replicas: 5}",
        {"kube-controller-manager:Update:scale": "spec.replicas"},
    )
    assert shown(judgement) == {"spec.replicas": "contested"}
    assert judgement.verdict is Verdict.CONTESTED
    assert "kube-controller-manager" in judgement.changes[0].note


def test_fp_30_a_placeholder_that_a_controller_filled_is_contested() -> None:
    judgement = judged(
        "ValidatingWebhookConfiguration",
        "webhooks: [{name: a, clientConfig: {caBundle: Cg==}}]",
        "webhooks: [{name: a, clientConfig: {caBundle: QQ==}}]",
        {"cainjector": "webhooks[name=a].clientConfig.caBundle"},
    )
    assert shown(judgement) == {"webhooks[name=a].clientConfig.caBundle": "contested"}


def test_fp_26_a_renamed_entry_says_which_live_entry_it_replaces() -> None:
    judgement = judged(
        "Service",
        "spec: {ports: [{port: 80}]}",
        "spec: {ports: [{port: 8080, protocol: TCP, targetPort: 80}]}",
    )
    (change,) = judgement.changes
    assert change.note == "replaces spec.ports[port=8080,protocol=TCP]"


def test_a_removed_container_and_an_injected_one_are_not_a_renamed_one() -> None:
    judgement = judged(
        "Pod",
        "spec: {containers: [{name: web, image: a}]}",
        "spec: {containers: [{name: proxy, image: b}]}",
        {"driftdeck:Apply": "spec.dnsPolicy"},
    )
    assert shown(judgement) == {
        "spec.containers[name=web]": "drift",
        "spec.containers[name=proxy]": "info",
    }
