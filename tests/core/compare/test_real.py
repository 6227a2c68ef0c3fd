"""Against a real API server: what it fills in by itself is never drift, what a person does is.

The objects are created by Update as `kubectl create` does, so the client owns every default: the
table in `core.compare.equality.builtin` must know them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec
import pytest
import yaml

from core.compare import Judgement, Schema, canonical, judge, schemas
from core.model import Desired, Document, JsonObject, KindRef, Live, Resource, Verdict
from tests.apiserver.client import Client
from tests.apiserver.definitions import define
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.core.compare.world import KEY, shown

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

MERGE: Final = "application/merge-patch+json"
FILE: Final = Path(__file__).with_name("minimal.yaml")
MINIMAL: Final[list[JsonObject]] = list(yaml.safe_load_all(FILE.read_text(encoding="utf-8")))
IDS: Final = [f"{document['kind']}-{at}" for at, document in enumerate(MINIMAL)]


@dataclass(frozen=True, slots=True)
class Thing:
    """One object as Git states it."""

    resource: Resource
    stated: JsonObject

    @property
    def name(self) -> str:
        metadata = self.stated["metadata"]
        assert isinstance(metadata, dict)
        return str(metadata["name"])


class World:
    """One namespace of a real server."""

    def __init__(self, server: ApiServer, namespace: str) -> None:
        self.client: Client = server.client("admin")
        self.namespace = namespace
        self._schemas: dict[str, Mapping[KindRef, Schema]] = {}

    def thing(self, text: str | JsonObject, name: str) -> Thing:
        """Name one object; discovery says how its kind is served."""
        stated: JsonObject = yaml.safe_load(text) if isinstance(text, str) else text
        kind = KindRef(str(stated["apiVersion"]), str(stated["kind"]))
        served = self.client.call("GET", f"{_root(kind)}").json()["resources"]
        (entry,) = (
            each for each in served if each["kind"] == kind.kind and "/" not in each["name"]
        )
        resource = Resource(kind, entry["name"], entry["namespaced"], has_status=True)
        given = "things.x.io" if kind.kind == "CustomResourceDefinition" else name
        return Thing(resource, {**stated, "metadata": {**_labels(stated), "name": given}})

    def schema(self, kind: KindRef) -> Schema:
        root = _root(kind)
        if root not in self._schemas:
            document = self.client.call("GET", f"/openapi/v3{root}").json()
            self._schemas[root] = schemas(document)
        return self._schemas[root][kind]

    def url(self, resource: Resource) -> str:
        middle = f"/namespaces/{self.namespace}" if resource.namespaced else ""
        return f"{_root(resource.kind)}{middle}/{resource.plural}"

    def create(self, each: Thing, manager: str) -> None:
        url = f"{self.url(each.resource)}?fieldManager={manager}"
        answer = self.client.call("POST", url, each.stated)
        assert answer.status in {HTTPStatus.CREATED, HTTPStatus.CONFLICT}, answer.body

    def patch(self, each: Thing, query: str, patch: JsonObject, *, subresource: str = "") -> None:
        url = f"{self.url(each.resource)}/{each.name}{subresource}?{query}"
        answer = self.client.call("PATCH", url, patch, content_type=MERGE)
        assert answer.status == HTTPStatus.OK, answer.body

    def apply(self, each: Thing, query: str = "") -> bytes:
        url = f"{self.url(each.resource)}/{each.name}?fieldManager=driftdeck&force=true{query}"
        body: JsonObject = msgspec.json.decode(self.desired(each).body)
        answer = self.client.call("PATCH", url, body, content_type="application/apply-patch+yaml")
        assert answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}, answer.body
        return answer.body

    def desired(self, each: Thing) -> Desired:
        kind = each.resource.kind
        document = Document(kind, None, each.name, msgspec.json.encode(each.stated), "a", 1, 0)
        schema = self.schema(kind)
        return canonical(document, each.resource, schema, namespace=self.namespace, digest_key=KEY)

    def judge(self, each: Thing, *, predicted: bytes | None = None) -> Judgement:
        live = self.client.call("GET", f"{self.url(each.resource)}/{each.name}")
        metadata = live.json()["metadata"]
        found = Live(metadata["uid"], metadata["resourceVersion"], live.body)
        schema = self.schema(each.resource.kind)
        return judge(self.desired(each), found, schema, predicted=predicted)


def _labels(stated: JsonObject) -> JsonObject:
    metadata = stated.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _root(kind: KindRef) -> str:
    return f"/apis/{kind.api_version}" if "/" in kind.api_version else f"/api/{kind.api_version}"


@pytest.fixture
def world(real_server: ApiServer, real_namespace: str) -> World:
    return World(real_server, real_namespace)


def counted(judgement: Judgement) -> dict[str, str]:
    return {path: verdict for path, verdict in shown(judgement).items() if verdict != "info"}


@pytest.mark.parametrize(("at", "document"), tuple(enumerate(MINIMAL)), ids=IDS)
def test_an_object_that_a_client_just_created_has_no_drift(
    world: World, at: int, document: JsonObject
) -> None:
    each = world.thing(document, f"created-{at}")
    world.create(each, "kubectl-create")
    judgement = world.judge(each)
    assert counted(judgement) == {}
    assert judgement.verdict is Verdict.IN_SYNC
    assert not judgement.suspect


@pytest.mark.parametrize(("at", "document"), tuple(enumerate(MINIMAL)), ids=IDS)
def test_an_object_that_we_just_applied_has_no_drift(
    world: World, at: int, document: JsonObject
) -> None:
    each = world.thing(document, f"applied-{at}")
    world.apply(each)
    assert counted(world.judge(each)) == {}


DEPLOYMENT: Final = """
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: 2
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: web, image: "a:1"}]}
"""


def test_what_a_person_then_does_is_drift_with_their_client_named(world: World) -> None:
    web = world.thing(DEPLOYMENT, "web")
    world.apply(web)
    spec: JsonObject = {"template": {"spec": {"terminationGracePeriodSeconds": 5}}}
    world.patch(web, "fieldManager=kubectl-edit", {"spec": spec})
    world.patch(web, "fieldManager=kubectl", {"spec": {"replicas": 7}}, subresource="/scale")
    judgement = world.judge(web)
    assert shown(judgement) == {
        "spec.replicas": "drift",
        "spec.template.spec.terminationGracePeriodSeconds": "drift",
    }
    replicas, grace = (change.actor for change in judgement.changes)
    assert replicas is not None
    assert (replicas.manager, replicas.subresource, replicas.time) == ("kubectl", "scale", None)
    assert grace is not None
    assert grace.manager == "kubectl-edit"


def test_a_prediction_confirms_drift_and_an_apply_ends_it(world: World) -> None:
    web = world.thing(DEPLOYMENT, "web")
    world.apply(web)
    world.patch(web, "fieldManager=kubectl-edit", {"spec": {"replicas": 7}})
    predicted = world.apply(web, "&dryRun=All")
    assert shown(world.judge(web, predicted=predicted)) == {"spec.replicas": "drift"}
    world.apply(web)
    assert shown(world.judge(web)) == {}


def test_what_git_drops_is_drift_until_the_next_apply(world: World) -> None:
    world.apply(world.thing(DEPLOYMENT.replace("replicas: 2", "minReadySeconds: 9"), "web"))
    web = world.thing(DEPLOYMENT.replace("replicas: 2", "replicas: 1"), "web")
    assert shown(world.judge(web)) == {"spec.minReadySeconds": "drift"}
    world.apply(web)
    assert shown(world.judge(web)) == {}


def test_a_key_of_a_secret_that_git_drops_is_drift(world: World) -> None:
    secret = "{apiVersion: v1, kind: Secret, stringData: {a: b, gone: c}}"
    world.create(world.thing(secret, "keys"), "kubectl-create")
    left = world.thing(secret.replace(", gone: c", ""), "keys")
    assert shown(world.judge(left)) == {"data.gone": "drift"}


def test_a_service_port_that_a_person_renumbered_is_one_drift(world: World) -> None:
    service = world.thing(
        "{apiVersion: v1, kind: Service, spec: {ports: [{name: h, port: 80}]}}", "ports"
    )
    world.apply(service)
    ports: JsonObject = {"ports": [{"name": "h", "port": 8080, "targetPort": 80}]}
    world.patch(service, "fieldManager=kubectl-edit", {"spec": ports})
    judgement = world.judge(service)
    assert shown(judgement) == {"spec.ports[port=80,protocol=TCP]": "drift"}
    assert "port=8080" in judgement.changes[0].note


WIDGETS: Final = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.compare.example.com}
spec:
  group: compare.example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              count: {type: integer}
              maybe: {type: string, nullable: true}
              port: {anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}
              tags: {type: array, items: {type: string}, x-kubernetes-list-type: set}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              policy: {type: object, default: {}, properties: {limit: {type: integer, default: 5}}}
              backends:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items:
                  type: object
                  required: [name]
                  properties: {name: {type: string}, weight: {type: integer, default: 1}}
"""
WIDGET: Final = """
apiVersion: compare.example.com/v1
kind: Widget
spec: {count: 0, maybe: null, port: "80", tags: [a, b], free: {a: {}}, backends: [{name: b}]}
"""


def test_a_custom_resource_is_compared_by_the_schema_that_its_cluster_publishes(
    world: World,
) -> None:
    define(world.client, yaml.safe_load(WIDGETS))
    widget = world.thing(WIDGET, "web")
    world.create(widget, "kubectl-create")
    assert shown(world.judge(widget)) == {}
    edit: JsonObject = {"count": 1, "tags": ["b", "c"], "backends": [{"name": "b", "weight": 50}]}
    world.patch(widget, "fieldManager=kubectl-edit", {"spec": edit})
    assert shown(world.judge(widget)) == {
        "spec.backends[name=b].weight": "drift",
        "spec.count": "drift",
        "spec.tags[=a]": "drift",
        "spec.tags[=c]": "drift",
    }


LIMITS: Final = """
apiVersion: v1
kind: LimitRange
spec:
  limits: [{type: Container, default: {cpu: 500m}, defaultRequest: {cpu: 250m}}]
"""
POD: Final = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: web, image: 'a:1'}]}}"


def test_what_a_limit_range_gives_a_pod_is_injected_and_a_persons_change_of_it_is_drift(
    world: World,
) -> None:
    world.create(world.thing(LIMITS, "limits"), "kubectl-create")
    pod = world.thing(POD, "web")
    resources = "spec.containers[name=web].resources"

    def limited() -> bool:  # the server learns of a new LimitRange by its own watch
        return b'"cpu":"500m"' in world.apply(pod, "&dryRun=All").replace(b" ", b"")

    assert eventually(limited, within_s=60)
    world.apply(pod)
    found = shown(world.judge(pod))
    assert found[f"{resources}.limits.cpu"] == found[f"{resources}.requests.cpu"] == "info"
    spec: JsonObject = {"containers": [{"name": "web", "resources": {"limits": {"cpu": "1"}}}]}
    url = f"{world.url(pod.resource)}/web/resize?fieldManager=kubectl-edit"
    patch = "application/strategic-merge-patch+json"
    answer = world.client.call("PATCH", url, {"spec": spec}, content_type=patch)
    assert answer.status == HTTPStatus.OK, answer.body
    assert shown(world.judge(pod))[f"{resources}.limits.cpu"] == "drift"
