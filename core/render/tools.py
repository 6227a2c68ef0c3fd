"""The programs that render: the user's own, found on the PATH, known by file and version."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Final, NamedTuple, TypeAlias

from core.clean import clean
from core.errors import RejectedError, UnavailableError
from core.render.fence import Limits, run

AT_ONCE: Final = 2  # renders, whoever asks for them
LOOK_AGAIN_S: Final = 60.0  # somebody may be installing it
_VERSION_LIMITS: Final = Limits(seconds=10.0, output_bytes=65_536)


class Tool(NamedTuple):
    """One program, and how it is told what to do."""

    program: str
    command: tuple[str, ...]
    version: str
    helm: str = ""  # the program that it may have charts rendered by


_Way: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]  # name, command, for its version
_KUSTOMIZE: Final[tuple[_Way, ...]] = (
    ("kustomize", ("build",), ("version",)),
    ("kubectl", ("kustomize",), ("version", "--client")),
)
_HELM: Final[tuple[_Way, ...]] = (("helm", ("template",), ("version", "--short")),)


class Tools:
    """Finds them.  Threads may share it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Look on the PATH of *environment*."""
        self.path = environment.get("PATH", "")
        self.turns = BoundedSemaphore(AT_ONCE)  # held by whoever renders
        self._versions: dict[tuple[str, int, int, int], str] = {}
        self._lock = Lock()

    def kustomize(self) -> Tool:
        """Return what builds kustomizations.

        Raises:
            UnavailableError: It is not installed.
        """
        advice = "kustomize (kubectl.docs.kubernetes.io/installation) or kubectl"
        return self._found("kustomize", _KUSTOMIZE, advice)

    def kustomize_with_helm(self) -> Tool:
        """Return what builds kustomizations that have charts.

        Raises:
            UnavailableError: One of the two is not installed.
        """
        own, helm = self.kustomize(), self.helm()
        return own._replace(version=f"{own.version} {helm.version}", helm=helm.program)

    def helm(self) -> Tool:
        """Return what templates charts.

        Raises:
            UnavailableError: It is not installed.
        """
        return self._found("helm", _HELM, "helm 3 or 4 (helm.sh/docs/intro/install)")

    def _found(self, what: str, ways: tuple[_Way, ...], advice: str) -> Tool:
        for name, command, asked in ways:
            program = shutil.which(name, path=self.path)
            if program is not None:
                return Tool(program, command, self._version(program, asked))
        reason = f"{what} is not installed: put {advice} on the PATH"
        raise UnavailableError(reason, retry_after_s=LOOK_AGAIN_S)

    def _version(self, program: str, asked: tuple[str, ...]) -> str:
        """Ask a program once for its version; again when it was replaced."""
        try:
            status = Path(program).stat()
        except OSError as error:
            raise UnavailableError(f"{program} went away", retry_after_s=1.0) from error
        key = (program, status.st_ino, status.st_size, status.st_mtime_ns)
        with self._lock:
            if key not in self._versions:
                with tempfile.TemporaryDirectory(prefix="driftdeck-") as folder:
                    try:
                        said = run(program, asked, Path(folder), _VERSION_LIMITS, self.path)
                    except RejectedError as error:
                        reason = f"{program} does not tell its version: {error}"
                        raise UnavailableError(reason, retry_after_s=LOOK_AGAIN_S) from error
                self._versions[key] = f"{key} {clean(said.decode(errors='replace'))}"
            return self._versions[key]
