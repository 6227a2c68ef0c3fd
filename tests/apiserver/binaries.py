"""Where Kubernetes' programs, helm and sops come from: an explicit folder, the PATH, a Go build.

Upstream publishes no archive that package registries carry, but it does publish Go modules.  So
the last resort is to compile the pinned version (about five minutes on two cores, once), and to
keep the result outside the repository, where `git clean` and other checkouts do not lose it.
"""

import fcntl
import hashlib
import logging
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from typing_extensions import override

KUBERNETES = "v1.37.2"
GO_MIN = (1, 26)  # what the `go` line of both modules asks for
ADVICE = (
    "Set KUBEBUILDER_ASSETS to a folder that holds it, put it on the PATH, "
    f"or install Go {GO_MIN[0]}.{GO_MIN[1]} or later"
)
MODULES = Path(__file__).parent / "modules"
ProgramName: TypeAlias = Literal[
    "etcd", "kube-apiserver", "kubectl", "kube-controller-manager", "helm", "sops", "age-keygen"
]

_log = logging.getLogger(__name__)


class UnavailableError(Exception):
    """A program is neither installed nor can it be built here."""

    def __init__(self, name: str, reason: str) -> None:
        """Say which program is missing and why building did not help."""
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    @override
    def __str__(self) -> str:
        return f"no {self.name}: {self.reason}. {ADVICE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How to recognise an installed program, and how to build it."""

    module: str  # folder below `modules/`
    package: str
    accepts: str | None  # what `--version` must print to be taken from the PATH; None: any will do


_SAME_MINOR = r"^Kubernetes v1\.37\."
PROGRAMS: dict[ProgramName, Program] = {
    "etcd": Program(
        module="etcd", package=".", accepts=r"^etcd Version: 3\.([6-9]|\d\d)\."
    ),  # 3.6: the oldest line that still gets fixes
    "kube-apiserver": Program(
        module="apiserver", package="k8s.io/kubernetes/cmd/kube-apiserver", accepts=_SAME_MINOR
    ),
    "kube-controller-manager": Program(
        module="apiserver",
        package="k8s.io/kubernetes/cmd/kube-controller-manager",
        accepts=_SAME_MINOR,
    ),
    "kubectl": Program(module="apiserver", package="k8s.io/kubernetes/cmd/kubectl", accepts=None),
    "helm": Program(module="helm", package="helm.sh/helm/v4/cmd/helm", accepts=None),
    "sops": Program(module="sops", package="github.com/getsops/sops/v3/cmd/sops", accepts=None),
    "age-keygen": Program(module="sops", package="filippo.io/age/cmd/age-keygen", accepts=None),
}


def binary(name: ProgramName) -> Path:
    """The program *name*, built first if need be.

    Raises:
        UnavailableError: It is not installed, and Go is missing, too old, or failed.
    """
    return installed(name) or _build(name)


def installed(name: ProgramName) -> Path | None:
    """The program *name* if it can run at once, without a build."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets and (Path(assets) / name).is_file():
        return Path(assets) / name  # named on purpose, so whatever its version
    found = shutil.which(name)
    if found and _acceptable(Path(found), PROGRAMS[name].accepts):
        return Path(found)
    built = _place(name)
    return built if built.is_file() else None


def _acceptable(program: Path, accepts: str | None) -> bool:
    if accepts is None:
        return True
    answer = subprocess.run(  # noqa: S603 - a program from the user's own PATH
        [program, "--version"], capture_output=True, text=True, timeout=10, check=False
    )
    return re.search(accepts, answer.stdout) is not None


def _place(name: ProgramName) -> Path:
    """Where a build of *name* is kept: another pin, system or processor is another folder."""
    module = MODULES / PROGRAMS[name].module
    pins = hashlib.sha256(b"".join((module / file).read_bytes() for file in ("go.mod", "go.sum")))
    key = f"{pins.hexdigest()[:16]}-{platform.system()}-{platform.machine()}".lower()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "driftdeck" / "apiserver" / key / name


def _build(name: ProgramName) -> Path:
    program, place = PROGRAMS[name], _place(name)
    go = _go(name, MODULES / program.module)
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_name(f"{name}.lock")):
        if place.is_file():  # another test worker built it while we waited
            return place
        _log.warning("building %s, which takes minutes, once", name)
        unfinished = place.with_name(f"{name}.unfinished")
        _compile(name, go, unfinished)
        unfinished.replace(place)
    return place


def _compile(name: ProgramName, go: str, target: Path) -> None:
    program = PROGRAMS[name]
    # Without the version stamp /version answers v0.0.0-master, and kubectl warns about the skew.
    link = f"-s -w -X k8s.io/component-base/version.gitVersion={KUBERNETES}"
    options = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", link]
    result = subprocess.run(  # noqa: S603 - every word is ours
        [go, "build", *options, "-o", target, program.package],
        cwd=MODULES / program.module,
        env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise UnavailableError(name, f"go build failed:\n{result.stderr[-4000:]}\n")


def _go(name: ProgramName, module: Path) -> str:
    """The Go command, asked inside *module*: there it may fetch the toolchain `go.mod` names."""
    go = shutil.which("go")
    if go is None:
        raise UnavailableError(name, "it is not installed, and neither is Go to build it")
    answer = subprocess.run(  # noqa: S603 - a program from the user's own PATH
        [go, "env", "GOVERSION"], cwd=module, capture_output=True, text=True, check=False
    )
    version = re.match(r"go(\d+)\.(\d+)", answer.stdout)
    if version is None or (int(version[1]), int(version[2])) < GO_MIN:
        raise UnavailableError(name, f"Go is too old: {answer.stdout or answer.stderr}".strip())
    return go


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes out; the system lets go of the lock when we die."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
