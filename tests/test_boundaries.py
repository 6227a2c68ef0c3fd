"""What importing really loads, and what names promise; import-linter sees only the static graph."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TERMINAL = ("textual", "rich", "tui")
HEAVY = (*TERMINAL, "aiohttp", "asyncio", "deepdiff", "dulwich", "kubernetes", "yaml")


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
    assert "core.cli.terminal" in names
    code = f"import importlib\nfor name in {names!r}:\n    importlib.import_module(name)"
    assert loaded_after(code, (*TERMINAL, names[-1])) == {names[-1]}  # it came to the end


@pytest.mark.parametrize(
    "arguments",
    [["diff"], ["sync"], ["revert", "x"], ["--headless"], ["demo", "--headless", "--ascii"]],
)
def test_a_command_that_ends_early_loads_no_user_interface(arguments: list[str]) -> None:
    code = "from core.cli import main; main()"
    assert loaded_after(code, TERMINAL, *arguments, "--config", "no/such/file") == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["diff", "--help"], ["--typo"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_after("from core.cli import main; main()", HEAVY, *arguments) == set()


def test_a_lazy_import_goes_through_the_same_door() -> None:
    doors = {
        "textual": "tui/",
        "rich": "tui/",
        "tui": "core/cli/terminal.py",
        "kubernetes": "core/cluster/",
        "dulwich": "core/git/",
        "deepdiff": "core/compare/",
        "yaml": "core/manifests/",
    }
    lazy = re.compile(r'"(' + "|".join(doors) + r')(?:\.[a-z_.]+)?"')
    strays = [
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("core", "tui")
        for path in (ROOT / package).rglob("*.py")
        for line in path.read_text().splitlines()
        if "import_module" in line
        for name in lazy.findall(line)
        if not str(path.relative_to(ROOT)).startswith(doors[name])
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
