"""Admission webhooks over TLS on loopback, each for the objects that carry its label.

The label `verdicts/webhook: sidecar` on a pod or Deployment asks for one of `MUTATIONS`.
"""

import base64
import json
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.apiserver.client import Client, Json
from tests.apiserver.waiting import eventually
from tests.githost.certificate import write_certificate

LABEL: Final = "verdicts/webhook"
_URL: Final = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
_RULE: Final = {
    "operations": ["CREATE", "UPDATE"],
    "apiGroups": ["", "apps"],
    "apiVersions": ["v1"],
    "resources": ["pods", "deployments", "configmaps"],
}


def _pod(found: Json) -> str:
    return "/spec" if found["kind"] == "Pod" else "/spec/template/spec"


def _sidecar(found: Json) -> list[Json]:
    spec = found["spec"] if found["kind"] == "Pod" else found["spec"]["template"]["spec"]
    if any(each["name"] == "proxy" for each in spec["containers"]):
        return []
    proxy = {"name": "proxy", "image": "mesh:1", "args": ["run"]}
    return [{"op": "add", "path": f"{_pod(found)}/containers/-", "value": proxy}]


def _toleration(found: Json) -> list[Json]:
    value = [{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}]
    return [{"op": "add", "path": f"{_pod(found)}/tolerations", "value": value}]


def _rewrite(found: Json) -> list[Json]:
    path = f"{_pod(found)}/containers/0/image"
    return [{"op": "replace", "path": path, "value": "mirror.example/web:1"}]


def _nothing(_found: Json) -> list[Json]:
    return []


MUTATIONS: Final[Mapping[str, Callable[[Json], list[Json]]]] = {
    "sidecar": _sidecar,
    "toleration": _toleration,
    "rewrite": _rewrite,
    "no-dry-run": _nothing,  # denies every dry-run: see `_denied`
}


@contextmanager
def webhooks(client: Client, namespace: str) -> Iterator[None]:
    """Serve the webhooks and register them for *namespace*, which must be labelled."""
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (url, ca):
        bodies = [_configuration(word, url, ca) for word in MUTATIONS]
        for body in bodies:
            answer = client.call("POST", _URL, body)
            assert answer.status == 201, answer.body
        for word in MUTATIONS:
            assert eventually(lambda w=word: _works(client, namespace, w), within_s=60)  # type: ignore[misc]
        yield
        for body in bodies:
            client.call("DELETE", f"{_URL}/{body['metadata']['name']}")


def _configuration(word: str, url: str, ca: bytes) -> Json:
    webhook = {
        "name": f"{word}.rows.driftdeck.test",
        "clientConfig": {"url": f"{url}/{word}", "caBundle": base64.b64encode(ca).decode()},
        "rules": [_RULE],
        "namespaceSelector": {"matchLabels": {"verdicts": "here"}},
        "objectSelector": {"matchLabels": {LABEL: word}},
        "sideEffects": "None",  # v1 takes nothing that would exclude dry-runs
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 5,
    }
    metadata = {"name": f"{word}.rows.driftdeck.test"}
    return {"metadata": metadata, "webhooks": [webhook]}


def _works(client: Client, namespace: str, word: str) -> bool:
    """Ask by a dry-run: the server learns of a webhook a moment after it was registered."""
    metadata = {"name": "probe", "labels": {LABEL: word}}
    pod = {"metadata": metadata, "spec": {"containers": [{"name": "a", "image": "a:1"}]}}
    answer = client.call("POST", f"/api/v1/namespaces/{namespace}/pods?dryRun=All", pod)
    if word == "no-dry-run":
        return b"does not support dry run" in answer.body
    spec = answer.json().get("spec", {})
    marks = {"sidecar": b"mesh:1", "toleration": b"spot", "rewrite": b"mirror.example"}
    return marks[word] in json.dumps(spec).encode()


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, bytes]]:
    certificate = write_certificate(folder / "key.pem", folder / "cert.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="webhooks", daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}", certificate
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = review["request"]
        word = urlsplit(self.path).path.strip("/")
        patch = MUTATIONS[word](request["object"])
        response: Json = {"uid": request["uid"], "allowed": True}
        if word == "no-dry-run" and request["dryRun"]:
            words = "this webhook does not support dry run"
            response |= {"allowed": False, "status": {"code": 400, "message": words}}
        elif patch:
            response |= {
                "patchType": "JSONPatch",
                "patch": base64.b64encode(json.dumps(patch).encode()).decode(),
            }
        answer = {
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "response": response,
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
