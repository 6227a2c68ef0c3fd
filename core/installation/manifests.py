"""Everything that is applied, in order: as one stream of YAML, or as a base of kustomize."""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.clean import clean
from core.errors import UnavailableError, UsageError
from core.installation.rights import KEY, Right
from core.installation.roles import roles_of
from core.installation.settings import PodSettings
from core.installation.workload import (
    CONFIG,
    LABELS,
    NAME,
    Pod,
    deployment,
    disruption_budget,
    metadata,
    network_policy,
    service,
)
from core.manifests.plain import dump_plain
from core.model import Json, JsonObject
from core.model.controllers.leads import lease_name
from core.settings.reading import FILE_NAME

_MARK: Final = "# Written by driftdeck install: another run writes it anew."
_SECURITY: Final = {
    f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")
}
_STATED: Final = (
    "Git states this namespace; it is here because rights in it can be given once it exists. To"
    " delete it would delete all that is in it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some objects that stand in one file of a base."""

    file: str
    objects: Sequence[JsonObject]
    about: str = ""


def parts_of(
    pod: Pod, settings: PodSettings, rights: Sequence[Right], stated: Iterable[str]
) -> Sequence[Part]:
    """Make everything.

    Args:
        pod: What was chosen of the pod.
        settings: What it is given.
        rights: What it may do.
        stated: Namespaces that apps state and need rights in.
    """
    own = pod.namespace
    # Two controllers of one cluster must not share what has no namespace of theirs.
    role = NAME if own == NAME else f"{NAME}-{own}"
    account: JsonObject = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(NAME, own),
        "automountServiceAccountToken": False,
    }
    config: JsonObject = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(CONFIG, own),
        "data": {FILE_NAME: settings.text, **settings.public},
    }
    key: JsonObject = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(KEY, own),
        "type": "Opaque",
    }
    labels: JsonObject = {**LABELS, **_SECURITY}
    return [
        Part(file="namespace.yaml", objects=[_namespace({"name": own, "labels": labels})]),
        *(
            Part(file="namespaces.yaml", objects=[_namespace({"name": name})], about=_STATED)
            for name in sorted(set(stated) - {own})
        ),
        Part(file="account.yaml", objects=[account]),
        Part(file="rights.yaml", objects=roles_of(rights, role, (own, NAME), LABELS)),
        Part(file="settings.yaml", objects=[config]),
        Part(
            file="settings.yaml",
            objects=[key],
            about="The controller puts the key of the digests of secrets here, once.",
        ),
        Part(
            file="leases.yaml",
            objects=[_lease(lease_name(i, settings.shards), own) for i in range(settings.shards)],
            about="Held by nobody: where one is missing a pod waits, for it may have a holder.",
        ),
        Part(
            file="workload.yaml",
            objects=[deployment(pod, settings), service(pod, settings), disruption_budget(pod)],
        ),
        Part(file="network.yaml", objects=[network_policy(pod, settings)]),
    ]


def _lease(name: str, namespace: str) -> JsonObject:
    api = "coordination.k8s.io/v1"
    return {"apiVersion": api, "kind": "Lease", "metadata": metadata(name, namespace)}


def _namespace(named: JsonObject) -> JsonObject:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": named}


def stream(parts: Sequence[Part], notes: Iterable[str]) -> str:
    """Write everything as one stream of YAML; what is to be known stands on top of it."""
    return "".join((*_comments(notes), *_documents(parts)))


def _documents(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        for each in part.objects:
            yield "---\n"
            yield from _comments([part.about] if part.about else [])
            yield dump_plain(each, in_order=False)


def _comments(lines: Iterable[str]) -> Iterator[str]:
    return (f"# {clean(line)}\n" for line in lines)


def files_of(parts: Sequence[Part], notes: Iterable[str]) -> Mapping[str, str]:
    """Write everything as files of a base of kustomize, by name."""
    names = tuple(dict.fromkeys(part.file for part in parts))
    listed: list[Json] = [*names]
    base: JsonObject = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": listed,
    }
    top = "".join(_comments(notes))
    files = {"kustomization.yaml": f"{_MARK}\n{top}{dump_plain(base, in_order=False)}"}
    for name in names:
        some = (part for part in parts if part.file == name)
        files[name] = f"{_MARK}\n{''.join(_documents(some))}"
    return files


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Put files into a folder; none, where one of them would take the place of somebody else's.

    Raises:
        UsageError: Somebody else's file is there.
        UnavailableError: The folder cannot be written.
    """
    for name in files:
        path = folder / name
        if os.path.lexists(path) and not _is_ours(path):
            raise UsageError(f"{path} is not driftdeck's: nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            draft = folder / f".{name}.{secrets.token_hex(4)}"
            try:
                draft.write_text(text, encoding="utf-8")
                draft.replace(folder / name)
            finally:
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise UnavailableError(f"{folder} cannot be written: {error.strerror}") from error


def _is_ours(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_MARK)) == _MARK.encode()
    except OSError:
        return False
