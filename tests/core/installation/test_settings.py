"""core.installation.settings: the pod's settings, and none of the user's secrets in them."""

from pathlib import Path

import pytest
import yaml

from core.errors import UsageError
from core.installation.settings import Home, PodSettings, in_pod, secret_words
from core.manifests.plain import load_plain
from core.model import ClusterSpec
from core.model.controllers.controller import Controller
from core.settings.clusters import CLUSTER
from core.settings.document import parse_settings
from core.settings.fields import Field
from core.settings.readers import read_file_name, read_variable
from core.settings.running.controller import CONTROLLER
from core.settings.running.notifying import NOTIFY
from core.settings.sources.remote_table import REPOSITORY, WEBHOOK
from core.settings.sources.signers import read_signers
from core.settings.table import APP, LAYOUT, TOP

PROD = ClusterSpec(name="prod", context="prod-eu", audit_log="/var/log/audit.log")
EU = ClusterSpec(name="eu", context="eu")
CANARY = "canary-of-a-token"
SETTINGS = """\
clusters:
  prod: {context: prod-eu, protected: true, audit_log: /var/log/audit.log}
  eu: {context: eu}
repositories:
  - {url: "https://git.example/Plat_form", token_file: token, ca_file: ca.pem, signed_by: [k.pub]}
  - {url: "git@git.example:x", ssh_key: id, known_hosts: hosts, poll: 5s}
  - {url: "https://charts.example", token_env: CHARTS}
  - {url: ./here, signed_by: [k.pub]}
webhook: {listen: "127.0.0.1:9999", secret_file: hook}
notify: [{url_file: hook, on: [healed]}, {url_env: CHAT}]
apps:
  - {name: shop, repo: "https://git.example/Plat_form/c.git", cluster: prod}
  - {name: far, repo: "git@git.example:x/c.git", cluster: eu, namespace: far}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("token", "id", "hook"):
        (tmp_path / name).write_text(CANARY)
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "hosts").write_text("git.example ssh-ed25519 AAAA\n")
    (tmp_path / "k.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== ann\n")
    return tmp_path


def made(folder: Path, text: str = SETTINGS, **home: object) -> PodSettings:
    said = {
        "cluster": PROD,
        "namespace": "ops",
        "controller": Controller(shards=3),
        "namespaces": {"prod": "shop"},
    }
    where = Home(**{**said, **home})  # type: ignore[arg-type]
    return in_pod(load_plain("driftdeck.yaml", text.encode()), folder, where, [PROD, EU])


def test_the_cluster_of_the_controller_is_its_own_and_others_stand_in_secrets(folder: Path) -> None:
    found = made(folder)
    value = yaml.safe_load(found.text)
    assert value["clusters"] == {
        "prod": {"protected": True, "in_cluster": True},
        "eu": {"secret": {"name": "driftdeck-cluster-eu", "key": "kubeconfig"}},
    }
    assert value["controller"] == {
        "namespace": "ops",
        "cluster": "prod",
        "shards": 3,
        "listen": "0.0.0.0:8080",
    }
    assert [app["namespace"] for app in value["apps"]] == ["shop", "far"]
    assert found.notes == [
        "cluster prod: a pod cannot read its audit_log",
        "notify: another port than 443 has to be added to the NetworkPolicy",
    ]


def test_a_controller_whose_apps_are_all_elsewhere_knows_the_cluster_that_it_lives_in(
    folder: Path,
) -> None:
    text = SETTINGS.replace("cluster: prod}", "cluster: eu}")
    where = Home(cluster=PROD, namespace="ops", controller=Controller(), namespaces={})
    found = in_pod(load_plain("driftdeck.yaml", text.encode()), folder, where, [EU])
    value = yaml.safe_load(found.text)
    assert value["clusters"]["prod"] == {"protected": True, "in_cluster": True}
    assert (value["controller"]["cluster"], [*found.clusters]) == ("prod", ["driftdeck-cluster-eu"])


def test_credentials_are_keys_of_a_secret_and_what_is_public_comes_along(folder: Path) -> None:
    found = made(folder)
    first, second, third = yaml.safe_load(found.text)["repositories"]
    assert first["token_file"] == "/etc/driftdeck-credentials/git.example-plat-form.token_file"
    assert first["ca_file"] == "/etc/driftdeck/git.example-plat-form.ca_file"
    assert first["signed_by"] == ["/etc/driftdeck/git.example-plat-form.key-0"]
    assert second["ssh_key"] == "/etc/driftdeck-credentials/git-git.example-x.ssh_key"
    assert third == {"url": "https://charts.example", "token_env": "CHARTS"}
    assert found.files["git.example-plat-form.token_file"] == str(folder / "token")
    assert found.public["git-git.example-x.known_hosts"].startswith("git.example ssh-ed25519")
    assert (found.variables, found.webhook_port) == (["CHARTS", "CHAT"], 9999)
    file, variable = yaml.safe_load(found.text)["notify"]
    assert file["url_file"] == "/etc/driftdeck-credentials/notify-0.url_file"
    assert (variable, file["on"]) == ({"url_env": "CHAT"}, ["healed"])
    assert CANARY not in repr(found)


def test_the_user_is_told_which_secrets_to_make_and_no_value_stands_there(folder: Path) -> None:
    one, two, three = secret_words(made(folder), "ops")
    assert one.startswith("kubectl -n ops create secret generic driftdeck-credentials --from-file=")
    assert f"webhook.secret_file={folder}/hook" in one
    assert one.endswith('--from-literal=CHARTS="$CHARTS" --from-literal=CHAT="$CHAT"')
    assert two.endswith("generic driftdeck-cluster-eu --from-file=kubeconfig=FILE")
    assert "exec, auth-provider, proxy-url and names of files are refused" in three
    assert CANARY not in one


def test_what_is_made_is_read_by_the_pod(folder: Path) -> None:
    found = made(folder)
    for place in ("/etc/driftdeck-credentials", "/etc/driftdeck"):
        found.text = found.text.replace(f"{place}/", f"{folder}/pod/")
    (folder / "pod").mkdir()
    for name, text in found.public.items():
        (folder / "pod" / name).write_text(text)
    stated = parse_settings("driftdeck.yaml", found.text.encode(), folder)
    assert [cluster.secret for cluster in stated.clusters] == [
        None,
        ("driftdeck-cluster-eu", "kubeconfig"),
    ]
    assert stated.controller.listen == ("0.0.0.0", 8080)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            '"https://git.example/Plat_form/c.git"',
            "../config",
            "driftdeck.yaml:12:24: ../config is",
        ),
        ("ca_file: ca.pem", "ca_file: id", "id is too large, or holds a private key"),
        ("ca_file: ca.pem", "ca_file: none", "driftdeck.yaml:5:"),
        ("127.0.0.1:9999", "127.0.0.1:8080", "driftdeck.yaml:9:19: in a pod 8080 is the port of"),
    ],
)
def test_what_no_pod_can_have_is_an_error_at_its_place(
    folder: Path, old: str, new: str, words: str
) -> None:
    (folder / "id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----")
    with pytest.raises(UsageError) as error:
        made(folder, SETTINGS.replace(old, new))
    assert words in str(error.value)
    assert "PRIVATE KEY---" not in str(error.value)


def test_two_clusters_do_not_share_a_secret_unsaid(folder: Path) -> None:
    again = ClusterSpec(name="EU", context="other")
    text = load_plain("d.yaml", SETTINGS.encode())
    where = Home(cluster=PROD, namespace="ops", controller=Controller(), namespaces={})
    with pytest.raises(UsageError, match="two clusters have the Secret driftdeck-cluster-eu"):
        in_pod(text, folder, where, [PROD, EU, again])


def test_every_setting_that_names_a_file_or_a_variable_is_thought_of() -> None:
    known = {
        "kubeconfig",
        "audit_log",
        "token_file",
        "token_env",
        "ssh_key",
        "known_hosts",
        "ca_file",
        "signed_by",
        "secret_file",
        "url_file",
        "url_env",
    }
    tables = (TOP, CLUSTER, CONTROLLER, REPOSITORY, WEBHOOK, NOTIFY, APP, LAYOUT)
    named = {field.name for table in tables for field in table if of_machine(field)}
    assert named <= known


def of_machine(field: Field) -> bool:
    """Whether a setting is about this machine: its reader, or its name, says so."""
    readers = (read_file_name, read_variable, read_signers)
    return field.read in readers or field.name.endswith(("_file", "_env"))
