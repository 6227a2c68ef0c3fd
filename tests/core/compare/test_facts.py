"""Against a real API server: what managedFields tells and what it does not (verdicts.md 3).

The attribution of drift rests on these facts; should a later server change one, it shows here.
"""

from http import HTTPStatus
from typing import Any, Final

import pytest

from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer
from tests.apiserver.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

MERGE: Final = "application/merge-patch+json"
APPLY: Final = "application/apply-patch+yaml"
LABELS: Final = {"app": "web"}
WEB: Final[dict[str, Any]] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": LABELS},
        "template": {
            "metadata": {"labels": LABELS},
            "spec": {"containers": [{"name": "web", "image": "a:1"}]},
        },
    },
}


class Web:
    """One Deployment that `driftdeck` applied, and what others then do to it."""

    def __init__(self, server: ApiServer, namespace: str) -> None:
        self.client: Client = server.client("admin")
        self.path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
        self.apply("driftdeck", WEB)

    def apply(self, manager: str, stated: dict[str, Any]) -> None:
        self._patch(f"{self.path}?fieldManager={manager}&force=true", stated, APPLY)

    def update(self, manager: str, patch: dict[str, Any], *, subresource: str = "") -> None:
        self._patch(f"{self.path}{subresource}?fieldManager={manager}", patch, MERGE)

    def _patch(self, path: str, body: dict[str, Any], content_type: str) -> None:
        answer = self.client.call("PATCH", path, body, content_type=content_type)
        assert answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}, answer.body

    def read(self) -> dict[str, Any]:
        return self.client.call("GET", self.path).json()

    def entries(self) -> dict[str, dict[str, Any]]:
        """The managedFields by manager, with the subresource where there is one."""
        found = self.read()["metadata"].get("managedFields", [])
        return {"/".join((e["manager"], *filter(None, [e.get("subresource")]))): e for e in found}

    def spec_of(self, manager: str) -> dict[str, Any]:
        """What one manager owns in the spec."""
        fields: dict[str, Any] = self.entries()[manager]["fieldsV1"].get("f:spec", {})
        return fields

    def wait_for_the_next_second(self, manager: str) -> None:
        """Until a write would get another time than the newest of *manager*."""
        before = self.entries()[manager]["time"]
        path = f"{self.path}?fieldManager=clock&dryRun=All"

        def moved() -> bool:
            body = {"metadata": {"labels": {"clock": "x"}}}
            answer = self.client.call("PATCH", path, body, content_type=MERGE).json()
            found = answer["metadata"]["managedFields"]
            return any(e["manager"] == "clock" and e["time"] > before for e in found)

        assert eventually(moved, within_s=60)


@pytest.fixture
def web(real_server: ApiServer, real_namespace: str) -> Web:
    return Web(real_server, real_namespace)


def test_the_time_is_the_entry_s_and_stays_when_another_manager_takes_a_field(web: Web) -> None:
    before = web.entries()["driftdeck"]
    web.wait_for_the_next_second("driftdeck")
    web.update("kubectl-edit", {"spec": {"replicas": 7}})
    after = web.entries()["driftdeck"]
    assert "f:replicas" in before["fieldsV1"]["f:spec"]
    assert "f:replicas" not in after["fieldsV1"]["f:spec"]
    assert after["time"] == before["time"]
    assert web.entries()["kubectl-edit"]["time"] > before["time"]


def test_the_time_moves_for_all_fields_of_an_entry_at_once(web: Web) -> None:
    web.update("kubectl-edit", {"spec": {"replicas": 7}})
    before = web.entries()["kubectl-edit"]["time"]
    web.wait_for_the_next_second("kubectl-edit")
    web.update("kubectl-edit", {"spec": {"minReadySeconds": 9}})
    assert web.entries()["kubectl-edit"]["time"] > before  # replicas did not change then
    assert web.spec_of("kubectl-edit").keys() == {"f:replicas", "f:minReadySeconds"}


def test_a_scale_leaves_an_entry_without_time_and_takes_replicas_away(web: Web) -> None:
    web.update("kubectl", {"spec": {"replicas": 7}}, subresource="/scale")
    entry = web.entries()["kubectl/scale"]
    assert "time" not in entry
    assert entry["fieldsV1"] == {"f:spec": {"f:replicas": {}}}
    assert "f:replicas" not in web.spec_of("driftdeck")


def test_a_second_scale_leaves_no_trace_at_all(web: Web) -> None:
    web.update("kubectl", {"spec": {"replicas": 7}}, subresource="/scale")
    before = web.entries()
    web.update("kubectl", {"spec": {"replicas": 9}}, subresource="/scale")
    assert web.entries() == before


def test_a_removed_field_leaves_no_owner_and_its_remover_no_entry(web: Web) -> None:
    before = web.entries()
    web.update("kubectl-set", {"spec": {"minReadySeconds": 9}})
    assert web.spec_of("kubectl-set") == {"f:minReadySeconds": {}}
    web.wait_for_the_next_second("kubectl-set")
    web.update("kubectl-patch", {"spec": {"minReadySeconds": None}})
    assert web.entries() == before  # all that kubectl-set owned is gone; who removes takes nothing


def test_who_removes_from_several_does_not_move_its_own_time(web: Web) -> None:
    web.update("kubectl-set", {"spec": {"minReadySeconds": 9, "paused": True}})
    before = web.entries()["kubectl-set"]
    web.wait_for_the_next_second("kubectl-set")
    web.update("kubectl-set", {"spec": {"minReadySeconds": None}})
    after = web.entries()["kubectl-set"]
    assert after["time"] == before["time"]
    assert after["fieldsV1"] == {"f:spec": {"f:paused": {}}}


def test_an_apply_that_drops_a_field_moves_its_time(web: Web) -> None:
    stated: dict[str, Any] = {**WEB, "spec": {**WEB["spec"], "minReadySeconds": 9}}
    web.apply("driftdeck", stated)
    before = web.entries()["driftdeck"]
    web.wait_for_the_next_second("driftdeck")
    web.apply("driftdeck", WEB)
    assert web.entries()["driftdeck"]["time"] > before["time"]
    assert web.read()["spec"].get("minReadySeconds") is None


def test_an_empty_entry_wipes_all_owners(web: Web) -> None:
    web.update("kubectl-edit", {"metadata": {"managedFields": [{}]}})
    assert web.entries() == {}


def test_an_update_owns_what_changed_defaults_included_and_an_apply_what_it_sent(
    web: Web,
) -> None:
    assert "f:strategy" not in web.spec_of("driftdeck")
    path = web.path.rpartition("/")[0] + "?fieldManager=kubectl-create"
    made = {**WEB, "metadata": {"name": "made"}}
    answer = web.client.call("POST", path, made).json()
    (entry,) = answer["metadata"]["managedFields"]
    assert "f:strategy" in entry["fieldsV1"]["f:spec"]
    assert "f:revisionHistoryLimit" in entry["fieldsV1"]["f:spec"]


def test_an_apply_owns_zeros_that_the_server_does_not_keep(web: Web) -> None:
    web.apply("someone", {**WEB, "spec": {**WEB["spec"], "minReadySeconds": 0}})
    assert "f:minReadySeconds" in web.spec_of("someone")
    assert "minReadySeconds" not in web.read()["spec"]


def test_what_admission_adds_has_no_owner(web: Web, real_namespace: str) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", "image": "a:1"}]},
    }
    path = f"/api/v1/namespaces/{real_namespace}/pods?fieldManager=kubectl-create"
    made = web.client.call("POST", path, pod).json()
    (entry,) = made["metadata"]["managedFields"]
    assert made["spec"]["tolerations"]  # by the plugin DefaultTolerationSeconds
    assert "f:tolerations" not in entry["fieldsV1"]["f:spec"]
    assert "f:dnsPolicy" in entry["fieldsV1"]["f:spec"]  # a default, which is the creator's


def map_of(client: Client, url: str) -> dict[str, dict[str, Any]]:
    """Who owns what of a ConfigMap's data."""
    found = client.call("GET", url).json()["metadata"]["managedFields"]
    return {entry["manager"]: entry["fieldsV1"].get("f:data") for entry in found}


def test_who_made_a_map_keeps_the_map_as_such_when_others_took_all_that_is_in_it(
    real_server: ApiServer, real_namespace: str
) -> None:
    client = real_server.client("admin")
    url = f"/api/v1/namespaces/{real_namespace}/configmaps"
    made = {"metadata": {"name": "single"}, "data": {"a": "1"}}
    client.call("POST", f"{url}?fieldManager=kubectl-client-side-apply", made)
    body = {"data": {"a": "9"}}
    client.call("PATCH", f"{url}/single?fieldManager=kubectl-patch", body, content_type=MERGE)
    assert map_of(client, f"{url}/single") == {
        "kubectl-client-side-apply": {},
        "kubectl-patch": {"f:a": {}},
    }


def test_an_applied_empty_map_owns_nothing_that_others_put_into_it(web: Web) -> None:
    container: dict[str, Any] = {"name": "web", "image": "a:1", "resources": {}}
    stated: dict[str, Any] = {**WEB, "spec": {**WEB["spec"]}}
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}}
    stated["spec"]["template"] = template
    web.apply("driftdeck", stated)
    filled = {**container, "resources": {"requests": {"cpu": "1"}}}
    patch = {"spec": {"template": {"spec": {"containers": [filled]}}}}
    web.update("vpa-updater", patch)
    web.apply("driftdeck", stated)

    def resources(manager: str) -> Any:
        pod = web.spec_of(manager)["f:template"]["f:spec"]
        return pod["f:containers"]['k:{"name":"web"}'].get("f:resources")

    assert resources("driftdeck") == {}
    assert resources("vpa-updater") == {"f:requests": {".": {}, "f:cpu": {}}}
    (live,) = web.read()["spec"]["template"]["spec"]["containers"]
    assert live["resources"] == {"requests": {"cpu": "1"}}


def test_a_field_that_one_applier_drops_stays_with_another_that_still_states_it(web: Web) -> None:
    stated: dict[str, Any] = {**WEB, "spec": {**WEB["spec"], "minReadySeconds": 9}}
    web.apply("driftdeck", stated)
    web.apply("acme-team", {**stated, "spec": {"minReadySeconds": 9}})
    web.apply("driftdeck", WEB)
    assert web.read()["spec"]["minReadySeconds"] == 9
    assert "f:minReadySeconds" not in web.spec_of("driftdeck")
    assert "f:minReadySeconds" in web.spec_of("acme-team")


def test_a_writer_of_the_status_has_an_entry_of_the_subresource_under_its_name(web: Web) -> None:
    web.update("acme-operator", {"spec": {"paused": True}})
    web.update("acme-operator", {"status": {"observedGeneration": 1}}, subresource="/status")
    assert {"acme-operator", "acme-operator/status"} <= web.entries().keys()
