"""Read kubeconfig files as kubectl does, and find one context in them.

Kubectl's rules: files that do not exist are passed over, of two definitions of one name the first
counts as a whole, and of `current-context` the first that is not empty.  The official client is
asked for its YAML parser alone: it takes the last current context, and what it does with a user's
credentials is not used either (kubernetes.md section 8).
"""

import os
import stat
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, Final, Protocol, TypeVar

import msgspec
from msgspec.structs import asdict

from core.cluster.login.config import ClusterEntry, ContextEntry, File, UserEntry, shown
from core.errors import UsageError
from core.model import ClusterSpec

DEFAULT_PATH: Final = "~/.kube/config"
FILE_BYTES_MAX: Final = 16 * 1024 * 1024
DEPTH_MAX: Final = 100  # the parser in C ends the process in a text of some ten thousand brackets
FILES_KEPT: Final = 8
_REFUSED_OF_USER: Final = (
    "exec",
    "auth-provider",
    "tokenFile",
    "client-certificate",
    "client-key",
)
_REFUSED_OF_CLUSTER: Final = ("certificate-authority", "proxy-url")
_ONE_READS: Final = Lock()  # clusters of one file connect at one moment, and it is parsed for all


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Entry = TypeVar("_Entry", bound=_Named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One context with what it names; none of it shows a credential."""

    name: str
    namespace: str
    user_name: str
    cluster: ClusterEntry
    user: UserEntry
    cluster_folder: str  # where relative names of files start
    user_folder: str


def paths_of(spec: ClusterSpec, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the files to read, in order; the first one wins where two disagree."""
    text = spec.kubeconfig or environ.get("KUBECONFIG") or DEFAULT_PATH
    paths = [os.path.expanduser(part) for part in text.split(os.pathsep) if part]  # noqa: PTH111
    return tuple(paths)


def stamps_of(paths: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Return what changes when one of the files does."""
    return tuple(_stamp(path) for path in paths)


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def find_context(paths: tuple[str, ...], context: str) -> Entry:
    """Return one context.

    Args:
        paths: From `paths_of`.
        context: Its name; "" means the current one.

    Raises:
        UsageError: No file, no such context, or a file that cannot be read.
    """
    with _ONE_READS:
        files = [(path, _file(path, _version(path))) for path in paths]
    there = [(path, file) for path, file in files if file is not None]
    if not there:
        raise UsageError(f"no kubeconfig: {', '.join(paths)} does not exist")
    return _find(there, context)


def context_in(content: bytes, what: str) -> Entry:
    """Return the current context of a kubeconfig that is no file of the user's.

    It may not name files: whoever can write it must not make us run a program, read a file or go
    through a proxy (safety.md section 7).

    Args:
        content: The kubeconfig.
        what: How errors name it.

    Raises:
        UsageError: It is none, or has what it may not have.
    """
    entry = _find([(what, _parsed(what, content))], "")
    refused = [name for name in _REFUSED_OF_USER if _stated(entry.user, name)]
    refused += [name for name in _REFUSED_OF_CLUSTER if _stated(entry.cluster, name)]
    if refused:
        names = ", ".join(refused)
        raise UsageError(f"kubeconfig {what}: {names} is refused there; state data and a token")
    return entry


def _stated(section: ClusterEntry | UserEntry, name: str) -> bool:
    return bool(asdict(section).get(name.replace("-", "_").replace("tokenFile", "token_file")))


def _version(path: str) -> tuple[int, ...]:
    """Return what changes whenever somebody writes a file, or puts another one in its place."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=FILES_KEPT)
def _file(path: str, version: tuple[int, ...]) -> File | None:  # noqa: ARG001 - tells one text from the next
    content = _content(path)
    return None if content is None else _parsed(path, content)


def _content(path: str) -> bytes | None:
    """Return what a file holds, None where there is none; a pipe would make us wait."""
    try:
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"kubeconfig {path} is no file")
        if found.st_size > FILE_BYTES_MAX:
            raise UsageError(f"kubeconfig {path} is larger than {FILE_BYTES_MAX} bytes")
        return Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"kubeconfig {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"kubeconfig {path!r} is no name of a file") from error


def _parsed(path: str, content: bytes) -> File:
    from core.cluster.login import official  # noqa: PLC0415 - lazily: 0.15 s

    yaml = official.kube_config.yaml
    try:
        value = _value(yaml, content)
        file = msgspec.convert({} if value is None else value, type=File)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, LookupError) as error:
        if isinstance(error, msgspec.ValidationError):  # names a place and types, never a value
            raise UsageError(f"kubeconfig {path}: {error}") from error
        # The parser's own words quote the line, which may hold a token.
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark is not None else ""
        raise UsageError(f"kubeconfig {path} is no YAML{line}") from error
    if (file.api_version or "v1", file.kind or "Config") != ("v1", "Config"):
        raise UsageError(f"kubeconfig {path} is of another kind: no v1 Config")
    for section in ("contexts", "clusters", "users"):
        names = Counter(entry.name for entry in getattr(file, section) or ())
        twice = next((name for name, count in names.items() if count > 1), None)
        if twice is not None:
            raise UsageError(f"kubeconfig {path}: {section} has {twice!r} twice")
    return file


def _value(yaml: ModuleType, content: bytes) -> Any:  # noqa: ANN401 - whatever a text holds
    """Parse YAML in C where that is built: 500 contexts take 0.1 s, and in Python 1.2 s.

    What that refuses the other one may take, half a character in an escape for one.

    Raises:
        yaml.YAMLError: It is none.
        ValueError: It is nested deeper than any kubeconfig.
    """
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_depth(yaml, content, fast)
        return yaml.load(content, Loader=fast)
    except yaml.YAMLError:
        return yaml.safe_load(content)


def _check_depth(yaml: ModuleType, content: bytes, loader: object) -> None:
    depth = 0
    for event in yaml.parse(content, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MAX:
            raise ValueError("too deep")


def _find(files: Sequence[tuple[str, File]], context: str) -> Entry:
    current = (file.current_context for _, file in files if file.current_context)
    name = context or next(current, "")
    if not name:
        raise UsageError("the kubeconfig names no current context: choose one with --context")
    _, found = _first(name, [(path, file.contexts or ()) for path, file in files])
    if found is None:
        names = {each.name for _, file in files for each in file.contexts or ()}
        known = ", ".join(map(shown, sorted(names)))
        raise UsageError(f"no context {name!r} in the kubeconfig; there is: {known or 'none'}")
    entry = found.context or ContextEntry()
    path, cluster = _first(
        entry.cluster or "", [(path, file.clusters or ()) for path, file in files]
    )
    if cluster is None or cluster.cluster is None or not cluster.cluster.server:
        raise UsageError(f"context {name!r} names no cluster with a server")
    user_path, user = _first(entry.user or "", [(path, file.users or ()) for path, file in files])
    if user is None and entry.user:
        # Never as anonymous in the name of somebody.
        raise UsageError(f"context {name!r}: the kubeconfig has no user {entry.user!r}")
    return Entry(
        name=name,
        namespace=entry.namespace or "",
        user_name=entry.user or "",
        cluster=cluster.cluster,
        user=(user.user if user else None) or UserEntry(),
        cluster_folder=_folder(path),
        user_folder=_folder(user_path),
    )


def _first(
    name: str, sections: Sequence[tuple[str, Sequence[_Entry]]]
) -> tuple[str, _Entry | None]:
    """Return the first definition of a name, with the file that holds it."""
    for path, entries in sections:
        for entry in entries:
            if entry.name == name:
                return path, entry
    return "", None


def _folder(path: str) -> str:
    return str(Path(path).absolute().parent)
