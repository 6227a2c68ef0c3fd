"""The settings that the pod reads: the user's own, with what only his machine has taken out.

Files that hold credentials become keys of a Secret that the user makes himself: what they hold is
neither read here nor printed.  Public ones, as known hosts and authorities are, come along.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import UsageError
from core.manifests.plain import PlainDocument, dump_plain
from core.model import UNNAMED, ClusterSpec, Json, JsonObject, mapping_of, mappings_of
from core.model.controllers.controller import Controller
from core.model.sources.remotes import is_address
from core.settings.fields import Place
from core.settings.readers import read_file_name, read_listen
from core.settings.sources.signers import is_key

FOLDER: Final = "/etc/driftdeck"
CREDENTIALS: Final = "driftdeck-credentials"
CREDENTIALS_FOLDER: Final = "/etc/driftdeck-credentials"  # a folder in a ConfigMap takes none
METRICS_PORT: Final = 8080
KUBECONFIG: Final = "kubeconfig"  # the key of Secrets that hold one
_PRIVATE: Final = ("token_file", "ssh_key")
_PUBLIC: Final = ("known_hosts", "ca_file")
_PUBLIC_BYTES_MAX: Final = 256 * 1024
_ODD: Final = re.compile(r"[^A-Za-z0-9.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the controller is to live."""

    cluster: ClusterSpec
    namespace: str
    controller: Controller
    namespaces: Mapping[str, str]  # of objects that name none, by cluster


@dataclass(slots=True)
class PodSettings:
    """What the pod is given; grows while the user's settings are gone through."""

    text: str = ""
    public: dict[str, str] = field(default_factory=dict)  # files beside them
    files: dict[str, str] = field(default_factory=dict)  # key of the Secret -> the user's file
    variables: list[str] = field(default_factory=list)  # of the environment, keys of it, too
    clusters: dict[str, ClusterSpec] = field(default_factory=dict)  # Secret -> whose kubeconfig
    webhook_port: int | None = None
    shards: int = 1
    notes: list[str] = field(default_factory=list)


def in_pod(
    document: PlainDocument, folder: Path, home: Home, used: Sequence[ClusterSpec]
) -> PodSettings:
    """Turn a settings file into the one of the pod.

    Args:
        document: The file.
        folder: Where its relative names start.
        home: Where the controller is to live.
        used: The clusters that apps are meant for.

    Raises:
        UsageError: Something in it cannot be had in a pod; the message says where it stands.
    """
    top = Place(document=document, at=(), folder=folder)
    found = PodSettings(shards=home.controller.shards)
    value = dict(mapping_of(document.value))
    value["clusters"] = _clusters(value.get("clusters"), home, used, found)
    value["controller"] = _controller(home)
    if "repositories" in value:
        value["repositories"] = _repositories(top.inside("repositories"), value, found)
    if "webhook" in value:
        value["webhook"] = _webhook(top.inside("webhook"), value, found)
    if "notify" in value:
        value["notify"] = _notify(top.inside("notify"), value, found)
    value["apps"] = _apps(top.inside("apps"), value, home)
    found.text = dump_plain({name: item for name, item in value.items() if item}, in_order=False)
    return found


def _clusters(
    stated: Json, home: Home, used: Sequence[ClusterSpec], found: PodSettings
) -> JsonObject:
    said, made = mapping_of(stated), JsonObject()
    at_home = any(spec.name == home.cluster.name for spec in used)
    for spec in used if at_home else (home.cluster, *used):  # all of its apps may be elsewhere
        entry = dict(mapping_of(said.get(spec.name)))
        for name in ("context", "kubeconfig", "audit_log"):
            entry.pop(name, None)
        if spec.audit_log:
            found.notes.append(f"cluster {spec.name}: a pod cannot read its audit_log")
        if spec.name == home.cluster.name:
            entry["in_cluster"] = True
        else:
            secret = spec.secret or (f"driftdeck-cluster-{_slug(spec.name)}", KUBECONFIG)
            entry["secret"] = {"name": secret[0], "key": secret[1]}
            if secret[0] in found.clusters:
                raise UsageError(f"cluster {spec.name}: two clusters have the Secret {secret[0]}")
            found.clusters[secret[0]] = spec
        made[spec.name or UNNAMED] = entry
    return made


def _controller(home: Home) -> JsonObject:
    said: JsonObject = {"namespace": home.namespace, "cluster": home.cluster.name}
    if home.controller.shards > 1:
        said["shards"] = home.controller.shards
    return {**said, "listen": f"0.0.0.0:{METRICS_PORT}"}


def _repositories(place: Place, value: JsonObject, found: PodSettings) -> Json:
    made: list[Json] = []
    for i, stated in enumerate(mappings_of(value.get("repositories"))):
        entry, url = dict(stated), str(stated.get("url", ""))
        if url[:1] in {".", "/", "~"}:
            continue  # no app of the pod has one of this machine
        inside, slug = place.inside(i), _slug(url.partition("://")[2] or url)
        for name in _PRIVATE:
            if entry.get(name):
                entry[name] = _private(inside.inside(name), entry[name], f"{slug}.{name}", found)
        if entry.get("token_env"):
            found.variables.append(str(entry["token_env"]))
        for name in _PUBLIC:
            if entry.get(name):
                entry[name] = _public(inside.inside(name), entry[name], f"{slug}.{name}", found)
        signers = entry.get("signed_by")
        if isinstance(signers, list):
            entry["signed_by"] = [
                key
                if is_key(str(key))
                else _public(inside.inside("signed_by").inside(n), key, f"{slug}.key-{n}", found)
                for n, key in enumerate(signers)
            ]
        made.append(entry)
    return made


def _private(place: Place, name: Json, key: str, found: PodSettings) -> str:
    """Leave a file to the user, who makes a key of a Secret of it; it is not even opened."""
    found.files[key] = read_file_name(name, place)
    return f"{CREDENTIALS_FOLDER}/{key}"


def _public(place: Place, name: Json, key: str, found: PodSettings) -> str:
    """Take a file along that holds nothing secret."""
    path = Path(read_file_name(name, place))
    try:
        with path.open("rb") as stream:
            text = stream.read(_PUBLIC_BYTES_MAX + 1).decode("utf-8")
    except (OSError, ValueError) as error:
        raise place.error(f"{path} cannot be read: {error}") from error
    if len(text) > _PUBLIC_BYTES_MAX or "PRIVATE KEY" in text:
        raise place.error(f"{path} is too large, or holds a private key: it would be printed")
    found.public[key] = text
    return f"{FOLDER}/{key}"


def _webhook(place: Place, value: JsonObject, found: PodSettings) -> Json:
    entry = dict(mapping_of(value.get("webhook")))
    listen = entry.get("listen", "127.0.0.1:9292")
    _, found.webhook_port = read_listen(listen, place.inside("listen"))
    if found.webhook_port == METRICS_PORT:
        reason = f"in a pod {METRICS_PORT} is the port of metrics and health; name another one"
        raise place.inside("listen").error(reason)
    entry["listen"] = f"0.0.0.0:{found.webhook_port}"
    secret = place.inside("secret_file")
    entry["secret_file"] = _private(secret, entry["secret_file"], "webhook.secret_file", found)
    return entry


def _notify(place: Place, value: JsonObject, found: PodSettings) -> Json:
    made: list[Json] = []
    for i, stated in enumerate(mappings_of(value.get("notify"))):
        entry, file = dict(stated), place.inside(i).inside("url_file")
        if entry.get("url_file"):
            entry["url_file"] = _private(file, entry["url_file"], f"notify-{i}.url_file", found)
        if entry.get("url_env"):
            found.variables.append(str(entry["url_env"]))
        made.append(entry)
    found.notes.append("notify: another port than 443 has to be added to the NetworkPolicy")
    return made


def _apps(place: Place, value: JsonObject, home: Home) -> Json:
    made: list[Json] = []
    for i, stated in enumerate(mappings_of(value.get("apps"))):
        entry, inside = dict(stated), place.inside(i)
        repo = str(entry.get("repo", ""))
        if not is_address(repo):
            raise inside.inside("repo").error(_unreachable(repo))
        if not entry.get("namespace"):
            cluster = str(entry.get("cluster") or home.cluster.name)
            entry["namespace"] = home.namespaces.get(cluster, "default")
        made.append(entry)
    return made


def _unreachable(repo: str) -> str:
    return (
        f"{repo} is on this machine, where no pod can read it; a controller needs an address, like"
        " the one that `git remote get-url origin` says"
    )


def secret_words(found: PodSettings, namespace: str) -> tuple[str, ...]:
    """Say which Secrets the user makes himself, as commands; no value stands in them."""
    words: list[str] = []
    if found.files or found.variables:
        files = sorted(found.files.items())
        sources = [f"--from-file={key}={shlex.quote(path)}" for key, path in files]
        sources += [f'--from-literal={name}="${name}"' for name in sorted(found.variables)]
        words.append(_create(namespace, CREDENTIALS, sources))
    for name, spec in sorted(found.clusters.items()):
        key = spec.secret[1] if spec.secret else KUBECONFIG
        words.append(_create(namespace, name, [f"--from-file={key}=FILE"]))
        words.append(
            f"where FILE is a kubeconfig of cluster {spec.name} with a token and authorities in it:"
            " exec, auth-provider, proxy-url and names of files are refused"
        )
    return tuple(words)


def _create(namespace: str, name: str, sources: list[str]) -> str:
    return f"kubectl -n {namespace} create secret generic {name} {' '.join(sources)}"


def _slug(text: str) -> str:
    slug = _ODD.sub("-", text).strip("-.").lower()
    if not slug:
        raise UsageError(f'"{text}" gives no name')
    return slug
