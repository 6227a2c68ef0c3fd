"""What a user installs: two packages, their files, and a command that finds them anywhere."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, folder: Path) -> str:
    # A PYTHONPATH from outside would hide what the wheel lacks.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(  # noqa: S603 - our own programs
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    run(*build, folder=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment that borrows its dependencies from this one."""
    folder = tmp_path_factory.mktemp("installed")
    environment = folder / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment, folder=folder)
    python = environment / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--no-deps", "--no-index", "--quiet", wheel, folder=folder)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def test_the_wheel_holds_core_and_tui_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "core",
        "tui",
        "driftdeck",  # its dist-info
    }


def test_the_wheel_holds_the_files_beside_the_modules(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith(".py")}
    beside = {
        str(path.relative_to(ROOT))
        for package in ("core", "tui")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert beside <= packed
    assert {"core/py.typed", "tui/py.typed", "core/sandbox/types/openapi.json.gz"} <= packed
    assert any(name.endswith("app.tcss") for name in packed)


def test_the_command_works_in_a_folder_that_has_a_core_of_its_own(
    scripts: Path, tmp_path: Path
) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("raise RuntimeError('the wrong core')\n")
    for name in ("driftdeck", "kubectl-drift"):
        assert run(scripts / name, "--version", folder=tmp_path) == "driftdeck 0.1.0\n"
        assert "Usage: " + name in run(scripts / name, "--help", folder=tmp_path)


def test_the_commands_use_the_installed_files(scripts: Path, tmp_path: Path) -> None:
    code = "import core.engine, core.sandbox, core.cli.commands.demo; print(core.engine.__file__)"
    where = run(scripts / "python", "-P", "-c", code, folder=tmp_path)
    assert where.startswith(str(scripts.parent))


def test_ci_runs_what_the_readme_tells_people_to_type() -> None:
    readme = (ROOT / "README.md").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    (command,) = (line for line in readme.splitlines() if ".venv/bin/pytest" in line)
    for part in command.split(" && "):
        program, _, arguments = part.partition(" ")
        if program.startswith(".venv/bin/"):
            assert f'"$fresh/{program}" {arguments}' in ci
