"""One API server and one namespace, over one connection: these trials are thousands of requests."""

import http.client
import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from typing_extensions import override

from core.compare import Schema, canonical, schemas
from core.model import Desired, Document, JsonObject, KindRef, Live, Resource
from core.model.requests import Apply, Edit
from core.remedy import json_patch
from tests.apiserver.client import Answer, Client
from tests.apiserver.definitions import define
from tests.apiserver.server import ApiServer
from tests.core.compare.oracle.shapes import Shapes
from tests.core.compare.world import KEY

HERE: Final = Path(__file__).parent
JSON_PATCH: Final = "application/json-patch+json"
APPLY: Final = "application/apply-patch+yaml"
_FORCED: Final = "fieldManager=driftdeck&force=true&fieldValidation=Warn"


class KeptClient(Client):
    """A client that keeps its connection; one thread only."""

    def __init__(self, server: ApiServer) -> None:
        """Speak as the administrator."""
        super().__init__(server.url, server.ca_file, server.tokens["admin"])
        self._kept = self._connect(30.0)
        self.requests = 0

    def close(self) -> None:
        """Let go of the connection."""
        self._kept.close()

    @override
    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout_s: float = 30.0,
    ) -> Answer:
        self.requests += 1
        content = None if body is None else json.dumps(body).encode()
        headers = self._headers(content_type, accept)
        try:
            self._kept.request(method, path, content, headers)
            response = self._kept.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for too long
            self._kept.close()
            self._kept.request(method, path, content, headers)
            response = self._kept.getresponse()
        return Answer(response.status, response.read())


class Session:
    """What the trials ask of the server, in the payloads that driftdeck sends."""

    def __init__(self, server: ApiServer) -> None:
        """Make a namespace and the two custom kinds, where they are not there yet."""
        self.client = KeptClient(server)
        self.namespace = f"t-{secrets.token_hex(5)}"
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        answer = self.client.call("POST", "/api/v1/namespaces", body)
        assert answer.status == HTTPStatus.CREATED, answer.body
        self._resources: dict[KindRef, Resource] = {}
        self._documents: dict[str, tuple[Shapes, Mapping[KindRef, Schema]]] = {}
        self._define()

    def _define(self) -> None:
        for definition in yaml.safe_load_all((HERE / "crds.yaml").read_text(encoding="utf-8")):
            define(self.client, definition)

    def resource(self, kind: KindRef) -> Resource:
        """Ask discovery how *kind* is served."""
        if kind not in self._resources:
            for each in self.client.call("GET", root_of(kind)).json()["resources"]:
                if each["kind"] == kind.kind and "/" not in each["name"]:
                    found = Resource(kind, each["name"], each["namespaced"], has_status=True)
                    self._resources[kind] = found
        return self._resources[kind]

    def shapes(self, kind: KindRef) -> Shapes:
        """The OpenAPI document of *kind*, to grow objects from."""
        return self._document(kind)[0]

    def schema(self, kind: KindRef) -> Schema:
        """What driftdeck makes of the same document."""
        return self._document(kind)[1][kind]

    def _document(self, kind: KindRef) -> tuple[Shapes, Mapping[KindRef, Schema]]:
        root = root_of(kind)
        if root not in self._documents:
            document = self.client.call("GET", f"/openapi/v3{root}").json()
            self._documents[root] = Shapes(document), schemas(document)
        return self._documents[root]

    def desired(self, stated: JsonObject) -> Desired:
        """Git's side of *stated*."""
        kind = kind_of(stated)
        resource = self.resource(kind)
        content = msgspec.json.encode(stated)
        document = Document(kind, None, name_of(stated), content, "a.yaml", 1, 0)
        schema = self.schema(kind)
        return canonical(document, resource, schema, namespace=self.namespace, digest_key=KEY)

    def url(self, stated: JsonObject, *, named: bool = True) -> str:
        """Where the object is, or the collection it is created in."""
        resource = self.resource(kind_of(stated))
        middle = f"/namespaces/{self.namespace}" if resource.namespaced else ""
        end = f"/{name_of(stated)}" if named else ""
        return f"{root_of(resource.kind)}{middle}/{resource.plural}{end}"

    def create(self, stated: JsonObject, manager: str, *, dry: bool = False) -> Answer:
        """Create by Update, as `kubectl create` does."""
        query = f"fieldManager={manager}&fieldValidation=Strict{'&dryRun=All' if dry else ''}"
        body = msgspec.json.decode(self.desired(stated).body)
        return self.client.call("POST", f"{self.url(stated, named=False)}?{query}", body)

    def apply(self, stated: JsonObject, live: Live | None, *, dry: bool = False) -> Answer:
        """Apply as driftdeck does."""
        body: JsonObject = msgspec.json.decode(self.desired(stated).body)
        metadata = body["metadata"]
        assert isinstance(metadata, dict)
        if live is not None:
            metadata |= {"uid": live.uid, "resourceVersion": live.resource_version}
        query = f"{_FORCED}{'&dryRun=All' if dry else ''}"
        return self.client.call("PATCH", f"{self.url(stated)}?{query}", body, content_type=APPLY)

    def change(self, stated: JsonObject, query: str, content_type: str, body: Any) -> Answer:
        """Send any other write; `PUT` where *content_type* is plain JSON."""
        method = "PUT" if content_type == "application/json" else "PATCH"
        url = f"{self.url(stated)}?{query}"
        return self.client.call(method, url, body, content_type=content_type)

    def perform(
        self, stated: JsonObject, request: Apply | Edit, live: Live, *, dry: bool = False
    ) -> Answer | None:
        """Send one request as driftdeck does; None if *live* needs none."""
        dry_run = "&dryRun=All" if dry else ""
        named: JsonObject = {"uid": live.uid, "resourceVersion": live.resource_version}
        if isinstance(request, Apply):
            body: JsonObject = msgspec.json.decode(request.body)
            metadata = body["metadata"]
            assert isinstance(metadata, dict)
            merged: JsonObject = {**body, "metadata": {**metadata, **named}}
            return self.change(stated, f"{_FORCED}{dry_run}", APPLY, merged)
        operations = json_patch(request, live)
        if not operations:
            return None
        tests = [{"op": "add", "path": f"/metadata/{k}", "value": v} for k, v in named.items()]
        query = f"fieldManager=driftdeck{dry_run}"
        return self.change(stated, query, JSON_PATCH, [*tests, *operations])

    def forget(self, stated: JsonObject) -> None:
        """Delete it; with a finalizer it stays, and nobody minds."""
        self.client.call("DELETE", self.url(stated))


def live_of(answer: Answer) -> Live:
    """The live object in an answer."""
    assert answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}, answer.body
    metadata = answer.json()["metadata"]
    return Live(metadata["uid"], metadata["resourceVersion"], answer.body)


def root_of(kind: KindRef) -> str:
    """The path of a group and version."""
    return f"/apis/{kind.api_version}" if "/" in kind.api_version else f"/api/{kind.api_version}"


def kind_of(stated: JsonObject) -> KindRef:
    """The kind of an object."""
    return KindRef(str(stated["apiVersion"]), str(stated["kind"]))


def name_of(stated: JsonObject) -> str:
    """The name of an object."""
    metadata = stated["metadata"]
    assert isinstance(metadata, dict)
    return str(metadata["name"])
