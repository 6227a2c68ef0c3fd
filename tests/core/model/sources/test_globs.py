"""core.model.sources.globs: patterns of file names, as in a .gitignore."""

import re
import subprocess
from pathlib import Path

import pytest

from core.model.sources.globs import chosen, matches

PATHS = (
    "values.yaml",
    "a/values.yaml",
    "a/b/values.yaml",
    "dashboards/d.json",
    "dashboards/x/d.json",
    "a/dashboards/d.json",
    "values-prod.yaml",
    "a/b/c.yml",
)
PATTERNS = (
    "values.yaml",
    "values*.yaml",
    "/values.yaml",
    "dashboards",
    "dashboards/",
    "/dashboards",
    "dashboards/*.json",
    "dashboards/**",
    "**/dashboards",
    "**/values.yaml",
    "a/**/values.yaml",
    "a/*/values.yaml",
    "*.yml",
    "?alues.yaml",
    "values[-.]*",
    "values[!.]*",
    "values.yaml/",
    "a/b",
    "**",
    "*",
    "a.b",
)


@pytest.mark.outside
def test_a_pattern_names_what_git_ignores_by_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "core.excludesFile=/dev/null", *arguments]
        done = subprocess.run(  # noqa: S603  git, with arguments of our own
            command, cwd=tmp_path, check=False, capture_output=True, text=True
        )
        return done.stdout

    git("init", "-q")
    for path in PATHS:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    for pattern in PATTERNS:
        (tmp_path / ".gitignore").write_text(f"{pattern}\n")
        ignored = set(git("check-ignore", *PATHS).split())
        assert {path for path in PATHS if matches(pattern, path)} == ignored, pattern


def test_what_is_excluded_is_out_though_it_is_included() -> None:
    assert chosen("a.yaml", (), ())
    assert chosen("a.yaml", ("*.yaml",), ())
    assert not chosen("a.json", ("*.yaml",), ())
    assert not chosen("x/values.yaml", ("*.yaml",), ("values.yaml",))
    assert not chosen("a.yaml", (), ("*",))


def test_a_range_that_is_none_is_an_error() -> None:
    with pytest.raises(re.error):
        matches("[z-a]", "x")
