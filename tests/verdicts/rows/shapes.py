"""Objects that several rows need, as short as the API server takes them."""

WEB = 'containers: [{name: web, image: "web:1"}]'


def deployment(
    pod: str = WEB, spec: str = "replicas: 2", metadata: str = "", more: str = ""
) -> str:
    """Write a Deployment; *pod* goes into its pod spec."""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: NAME, {metadata}}}
spec:
  {{selector: {{matchLabels: {{app: NAME}}}}, template: {{metadata: {{labels: {{app: NAME}}}},
   spec: {{{pod}}}}}, {spec}}}
{more}
"""


def stateful_set(storage: str = "1Gi") -> str:
    """Write a StatefulSet with a claim of its own."""
    return f"""
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: NAME}}
spec:
  {{serviceName: web, selector: {{matchLabels: {{app: NAME}}}},
   template: {{metadata: {{labels: {{app: NAME}}}}, spec: {{{WEB}}}}},
   volumeClaimTemplates: [{{metadata: {{name: d}}, spec: {{accessModes: [ReadWriteOnce],
   resources: {{requests: {{storage: {storage}}}}}}}}}]}}
"""


def service(ports: str = "[{port: 80}]", spec: str = "") -> str:
    """Write a Service."""
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: NAME}}
spec: {{selector: {{app: web}}, ports: {ports}, {spec}}}
"""


def widget(spec: str, more: str = "") -> str:
    """Write a custom resource of `definitions.yaml`."""
    return f"""
apiVersion: rows.driftdeck.test/v1
kind: Widget
metadata: {{name: NAME}}
spec: {{{spec}}}
{more}
"""


def config_map(data: str = "a: b", metadata: str = "") -> str:
    """Write a ConfigMap."""
    return f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: NAME, {metadata}}}
data: {{{data}}}
"""


def validating(webhook: str, client: str = "service: {name: hook, namespace: hooks}") -> str:
    """Write a webhook configuration that no object of the tests is sent to."""
    return f"""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{name: NAME}}
webhooks:
- {{name: a.example.com, sideEffects: None, admissionReviewVersions: [v1],
   namespaceSelector: {{matchLabels: {{nobody: has}}}}, clientConfig: {{{client}}}, {webhook}}}
"""


RULES = 'rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]'
CONTAINER = "spec.template.spec.containers[name=web]"


def container(more: str) -> str:
    """Write the one container of a pod with more in it."""
    return f'containers: [{{name: web, image: "web:1", {more}}}]'


def edited_container(more: str) -> str:
    """Write a change of the one container, for a strategic merge."""
    return f"spec: {{template: {{spec: {{containers: [{{name: web, {more}}}]}}}}}}"
