"""Where programs come from, without running any real one."""

from pathlib import Path

import pytest

from tests.apiserver import binaries


def script(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def _nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_assets_named_on_purpose_win_over_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path / "path", "kube-apiserver", "Kubernetes v1.37.2")
    chosen = script(tmp_path / "assets", "kube-apiserver", "Kubernetes v1.30.0")
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(chosen.parent))
    assert binaries.binary("kube-apiserver") == chosen


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("kube-apiserver", "Kubernetes v1.37.0"),
        ("etcd", "etcd Version: 3.7.3"),
        ("kubectl", "anything"),
    ],
)
def test_a_program_of_the_right_version_is_taken_from_the_path(
    tmp_path: Path, name: binaries.ProgramName, says: str
) -> None:
    program = script(tmp_path / "path", name, says)
    assert binaries.installed(name) == program


@pytest.mark.parametrize(
    ("name", "says"),
    [("kube-apiserver", "Kubernetes v1.36.9"), ("etcd", "etcd Version: 3.4.30")],
)
def test_a_program_of_another_version_is_not(
    tmp_path: Path, name: binaries.ProgramName, says: str
) -> None:
    script(tmp_path / "path", name, says)
    assert binaries.installed(name) is None


def test_without_go_the_error_says_what_would_help() -> None:
    with pytest.raises(binaries.UnavailableError, match=r"neither is Go.*KUBEBUILDER_ASSETS"):
        binaries.binary("etcd")


def test_an_old_go_is_refused_before_it_fails_in_the_middle(tmp_path: Path) -> None:
    script(tmp_path / "path", "go", "go1.25.9")
    with pytest.raises(binaries.UnavailableError, match=r"too old: go1\.25\.9"):
        binaries.binary("etcd")


def test_a_build_is_kept_and_found_again(tmp_path: Path) -> None:
    go = script(tmp_path / "path", "go", "go1.26.8")
    out = 'while [ "$1" != -o ]; do shift; done; echo built > "$2"'
    go.write_text(f'#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; else {out}; fi\n')
    built = binaries.binary("etcd")
    assert built.read_text() == "built\n"
    assert built.is_relative_to(tmp_path / "cache" / "driftdeck" / "apiserver")
    assert binaries.installed("etcd") == built


def test_a_failed_build_shows_the_compilers_words_and_keeps_nothing(tmp_path: Path) -> None:
    go = script(tmp_path / "path", "go", "go1.26.8")
    go.write_text('#!/bin/sh\n[ "$1" = env ] && echo go1.26.8 && exit\necho broken >&2\nexit 1\n')
    with pytest.raises(binaries.UnavailableError, match="broken"):
        binaries.binary("etcd")
    assert binaries.installed("etcd") is None
