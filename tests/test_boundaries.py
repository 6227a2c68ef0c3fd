"""What importing really loads, and what names promise; import-linter sees only the static graph."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXTUAL = ("textual", "rich", "tui.run")
TERMINAL = (*TEXTUAL, "tui")
MAIN = "from tui.main import main; main()"
HEAVY = (*TEXTUAL, "aiohttp", "asyncio", "deepdiff", "dulwich", "kubernetes", "yaml")


def loaded_after(code: str, suspects: Iterable[str], *arguments: str) -> set[str]:
    """Run *code* in a new interpreter; return which of *suspects* it imported."""
    report = (
        "import atexit, sys\n"
        f"suspects = {sorted(suspects)!r}\n"
        "atexit.register(lambda: print('loaded:', *[s for s in suspects if s in sys.modules]))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", report + code, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.splitlines()[-1]
    assert last.startswith("loaded:"), done.stderr
    assert "Traceback" not in done.stderr
    return set(last.split()[1:])


def modules_of(package: str) -> list[str]:
    paths = sorted((ROOT / package).rglob("*.py"))
    dotted = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    return [name.removesuffix(".__init__") for name in dotted]


def test_all_of_core_together_loads_no_user_interface() -> None:
    names = [name for name in modules_of("core") if not name.endswith("__main__")]
    assert "core.cli.commands.terminal" in names
    code = f"import importlib\nfor name in {names!r}:\n    importlib.import_module(name)"
    assert loaded_after(code, (*TERMINAL, names[-1])) == {names[-1]}  # it came to the end


@pytest.mark.parametrize(
    "arguments",
    [["diff"], ["sync"], ["revert", "x"], ["--headless"], ["demo", "--headless", "--ascii"]],
)
def test_a_command_that_ends_early_loads_no_user_interface(arguments: list[str]) -> None:
    assert loaded_after(MAIN, TEXTUAL, *arguments, "--config", "no/such/file") == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["diff", "--help"], ["--typo"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_after(MAIN, HEAVY, *arguments) == set()


def test_connecting_loads_of_the_official_client_what_is_used() -> None:
    heavy = ("pydantic", "dateutil", "kubernetes.client", "kubernetes.aio.client.models")
    used = "kubernetes.aio.config.kube_config"
    assert loaded_after("import core.cluster.login.official", (*heavy, used)) == {used}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("core.manifests.apart.process", ("subprocess", "core.model.judgement")),
        ("core.git.remotes.child", ("core.manifests", "core.git.repositories", "core.git.edits")),
    ],
)
def test_a_process_beside_ours_loads_what_it_needs(module: str, heavy: tuple[str, ...]) -> None:
    """Every command starts some: all the rest was half of their start."""
    assert loaded_after(f"import {module}", (*heavy, "core.model.plans", module)) == {module}


def test_the_command_line_alone_has_no_terminal_and_says_who_has() -> None:
    code = "from core.cli.jobs import terminal; from core.cli.options import Options\n"
    code += "from core.cli.ending import exit_code_of\n"
    code += "assert exit_code_of(lambda: terminal(Options(), None)) == 2"
    assert loaded_after(code, (*TERMINAL, "asyncio")) == set()


def test_imports_are_written_as_imports_so_that_the_contracts_see_them() -> None:
    """A function may import late; a name in a string would hide where the arrow points."""
    strays = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in ("core", "tui")
        for path in (ROOT / package).rglob("*.py")
        for line in path.read_text().splitlines()
        if re.search(r"\bimport_module\b|\b__import__\b|find_spec\((?!\"kubernetes[\".])", line)
    ]
    assert strays == []


def test_every_name_says_what_it_owns() -> None:
    modules = [path.stem for root in ("core", "tui") for path in (ROOT / root).rglob("*.py")]
    vague = re.compile(r"(manager|helper|util|misc|common|base|data|info|handler)s?$")
    assert [name for name in modules if vague.search(name)] == []


def test_the_two_packages_begin_with_nothing_but_a_sentence() -> None:
    for package in ("core", "tui"):
        text = (ROOT / package / "__init__.py").read_text()
        assert re.fullmatch(r'"""[^"]+"""\n', text)


def test_every_path_that_the_readme_and_the_rules_name_exists() -> None:
    pages = [page for folder in ("core", "tui", "tests") for page in (ROOT / folder).rglob("*.md")]
    named = {
        path
        for page in (ROOT / "README.md", *pages)
        for path in re.findall(r"(?<![\w./-])(?:core|tui|tests)/[\w./-]*\w", page.read_text())
    }
    assert {"core/compare/verdicts.md", "tests/apiserver"} <= named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
