"""What a controller shows and tells of one heal, on a real API server."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from core.git import commit_files
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually
from tests.commands import Piped
from tests.controller import Controller
from tests.core.cli.telemetry.told import samples_in
from tests.loop.clusters import MERGE_PATCH, Place, real_place

SETTINGS = """
clusters: {{here: {{}}}}
apps: [{{name: shop, repo: repo, namespace: {namespace}}}]
controller: {{namespace: {namespace}}}
notify: [{{url_env: HOOK, on: [healed], insecure: true}}]
"""
MAP = b"{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {mode: production}}"


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook whose address is a secret, and what it was told."""
    got: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/canary", got
        server.shutdown()


def read(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        text: str = answer.read().decode()
    return text


def page_with(port: int, sample: str) -> str:
    """The page of metrics once it has one of these."""
    assert eventually(lambda: samples_in(read(port, "/metrics")).get(sample), within_s=60) == 1
    return read(port, "/metrics")


@pytest.mark.real
def test_one_heal_is_in_metrics_events_and_a_notification(
    real_server: ApiServer, real_namespace: str, tmp_path: Path
) -> None:
    files = {"map.yaml": MAP}
    commit_files(
        tmp_path / "repo", files, author="A <a@b>", message="m", when=time.time(), init=True
    )
    (tmp_path / "driftdeck.yaml").write_text(SETTINGS.format(namespace=real_namespace))
    with real_place(tmp_path, real_server) as place, receiver() as (hook, told):
        environment = {**place.environment(), "HOOK": hook}
        leases = f"/apis/coordination.k8s.io/v1/namespaces/{real_namespace}/leases"
        place.client.call("POST", leases, {"metadata": {"name": "driftdeck"}})
        words = place.words("--headless", "--autoheal", "--listen", "127.0.0.1:0")
        with Controller(words, environment, Piped) as controller:
            controller.wait(lambda line: line["event"] == "synced")
            drift(place, real_namespace)
            controller.wait(lambda line: line["event"] == "healed")
            port = controller.port()
            heal = 'driftdeck_time_to_heal_seconds_%s{cluster="here"}'
            page = page_with(port, heal % "count")
            assert eventually(lambda: bool(told), within_s=60)
            events = eventually(lambda: healed_events(real_server, real_namespace), within_s=60)
            assert read(port, "/readyz") == read(port, "/livez") == "ok\n"
    found = samples_in(page)
    assert 0 < found[heal % "sum"] < 60
    assert any(name.startswith('driftdeck_heals_total{app="shop"') for name in found)
    assert any('code="200"' in name and "rest_client" in name for name in found)
    assert [each["related"]["name"] for each in events] == ["web"]
    assert told[0]["events"][0]["object"]["name"] == "web"
    records = [json.loads(line) for line in controller.errors]
    assert {"started", "healed"} <= {each["message"].split()[0].strip(":") for each in records}
    assert "canary" not in page + "".join(controller.errors) + json.dumps(controller.seen)


def drift(place: Place, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps/web?fieldManager=kubectl-edit"
    patch = {"data": {"mode": "debug"}}
    assert place.client.call("PATCH", path, patch, content_type=MERGE_PATCH).status == 200


def healed_events(server: ApiServer, namespace: str) -> list[dict[str, Any]]:
    path = f"/apis/events.k8s.io/v1/namespaces/{namespace}/events"
    items = server.client("admin").call("GET", path).json()["items"]
    return [each for each in items if each["reason"] == "Healed"]
