"""core.installation.manifests and workload: what is printed, and the files of a base."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import UnavailableError, UsageError
from core.installation.manifests import Part, files_of, parts_of, stream, write_files
from core.installation.rights import Own, rights_of
from core.installation.settings import PodSettings
from core.installation.workload import Pod
from tests.core.installation.stating import NAMESPACE, WEB, a_document, an_app, kinds_of, used

SETTINGS = PodSettings(text="apps: []\n", public={"hosts": "x"}, files={"token": "/home/ann/t"})


def parts(namespace: str = "driftdeck", settings: PodSettings = SETTINGS) -> list[Part]:
    app = used(an_app(), a_document(NAMESPACE, "shop"), a_document(WEB))
    rights = rights_of([app], kinds_of(), Own(namespace=namespace))
    pod = Pod(namespace=namespace, image="x:1", replicas=2, ports=frozenset({443, 22}))
    return [*parts_of(pod, settings, rights, app.stated)]


def objects(some: list[Part]) -> dict[tuple[str, str], dict[str, Any]]:
    found = yaml.safe_load_all(stream(some, ["about it"]))
    return {(one["kind"], one["metadata"].get("namespace", "")): one for one in found}


def test_the_stream_has_everything_in_the_order_in_which_it_is_applied() -> None:
    text = stream(parts(), ["about it\nand more"])
    assert text.startswith("# about it")
    kinds = [one["kind"] for one in yaml.safe_load_all(text)]
    roles = ["ClusterRole", "ClusterRoleBinding", *["Role", "RoleBinding"] * 2]
    rest = ["Lease", "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"]
    first = ["Namespace", "Namespace", "ServiceAccount"]
    assert kinds == [*first, *roles, "ConfigMap", "Secret", *rest]
    assert text == stream(parts(), ["about it\nand more"])


def test_the_namespace_is_restricted_and_one_that_git_states_is_left_as_it_is() -> None:
    own, shop = (
        one for one in yaml.safe_load_all(stream(parts(), [])) if one["kind"] == "Namespace"
    )
    assert own["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert shop["metadata"] == {"name": "shop"}
    assert "# Git states this namespace" in stream(parts(), [])


def test_the_pod_is_restricted_and_writes_to_its_own_folders_alone() -> None:
    spec = objects(parts())["Deployment", "driftdeck"]["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert spec["replicas"] == 2
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert (pod["enableServiceLinks"], pod["serviceAccountName"]) == (False, "driftdeck")
    writable = [one["mountPath"] for one in container["volumeMounts"] if "readOnly" not in one]
    assert writable == ["/var/lib/driftdeck", "/var/cache/driftdeck", "/tmp"]  # noqa: S108 - the pod's
    assert container["args"][:2] == ["--headless", "--autoheal"]
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "metrics"}
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert {"requests", "limits"} == container["resources"].keys()


def test_the_leases_are_there_and_nobody_holds_them() -> None:
    text = stream(parts(settings=PodSettings(text="", shards=2)), [])
    leases = [one for one in yaml.safe_load_all(text) if one["kind"] == "Lease"]
    names = [one["metadata"]["name"] for one in leases]
    assert names == ["driftdeck-shard-0", "driftdeck-shard-1"]
    assert all("spec" not in one for one in leases)  # so that applying it again takes none away


def test_new_settings_are_taken_by_the_pods_that_run() -> None:
    other = PodSettings(text="apps: [x]\n", public={"hosts": "y"}, files=SETTINGS.files)
    one, another = (objects(parts(settings=each)) for each in (SETTINGS, other))
    assert one["Deployment", "driftdeck"] == another["Deployment", "driftdeck"]
    assert one["ConfigMap", "driftdeck"] != another["ConfigMap", "driftdeck"]


def test_credentials_come_from_a_secret_that_is_not_printed() -> None:
    settings = PodSettings(text="", files={"t": "/home/ann/t"}, variables=["CHARTS"])
    found = objects(parts(settings=settings))
    pod = found["Deployment", "driftdeck"]["spec"]["template"]["spec"]
    assert pod["volumes"][-1]["secret"]["secretName"] == "driftdeck-credentials"
    assert pod["containers"][0]["env"][-1] == {
        "name": "CHARTS",
        "valueFrom": {"secretKeyRef": {"name": "driftdeck-credentials", "key": "CHARTS"}},
    }
    assert "/home/ann" not in stream(parts(settings=settings), [])
    assert "data" not in found["Secret", "driftdeck"]


def test_the_network_is_open_to_servers_and_repositories_alone() -> None:
    settings = PodSettings(text="", webhook_port=9292)
    policy = objects(parts(settings=settings))["NetworkPolicy", "driftdeck"]["spec"]
    names, servers = policy["egress"]
    assert [one["port"] for one in names["ports"]] == [53, 53]
    assert [one["port"] for one in servers["ports"]] == [22, 443]
    assert [one["port"] for one in policy["ingress"][0]["ports"]] == [8080, 9292]


def test_a_controller_in_another_namespace_has_roles_of_another_name() -> None:
    found = objects(parts("ops"))
    assert found["ClusterRole", ""]["metadata"]["name"] == "driftdeck-ops"
    assert found["RoleBinding", "shop"]["subjects"][0]["namespace"] == "ops"


# A base of kustomize ------------------------------------------------------------------------------


def test_a_base_names_its_files_and_is_written_anew(tmp_path: Path) -> None:
    files = files_of(parts(), ["about it"])
    for _ in range(2):
        write_files(tmp_path / "base", files)
    written = {path.name: path.read_text() for path in (tmp_path / "base").iterdir()}
    assert written == files
    listed = yaml.safe_load(files["kustomization.yaml"])["resources"]
    assert {*listed, "kustomization.yaml"} == files.keys()
    kinds = [one["kind"] for name in listed for one in yaml.safe_load_all(files[name]) if one]
    assert len(kinds) == len([*yaml.safe_load_all(stream(parts(), []))])


@pytest.mark.parametrize("link", [False, True])
def test_somebody_elses_file_stays_and_nothing_is_written(tmp_path: Path, link: bool) -> None:
    theirs = tmp_path / "rights.yaml"
    if link:
        theirs.symlink_to(tmp_path / "elsewhere")
    else:
        theirs.write_text("kind: Role\n")
    with pytest.raises(UsageError, match=r"rights.yaml is not driftdeck's: nothing was written"):
        write_files(tmp_path, files_of(parts(), []))
    assert [path.name for path in tmp_path.iterdir()] == ["rights.yaml"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match=r"base cannot be written: "):
        write_files(tmp_path / "file" / "base", files_of(parts(), []))
