"""`driftdeck doctor`: what is found here, and what that means for the exit code."""

from pathlib import Path

import pytest

from core.cli.commands.looking.doctor import folders, line_of, run, tools, versions
from core.cli.options import Options
from core.installation.examining import Finding
from core.model import Problem, Remedy
from core.telling.spans import plain


def test_programs_are_looked_for_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "kubectl").touch(mode=0o755)
    found = {one.about: one for one in tools({"PATH": str(tmp_path)})}
    assert found["kustomize or kubectl"].words == f"{tmp_path}/kubectl, for kustomizations"
    assert found["helm"].words == "not installed; it is for charts alone"
    assert all(one.problem is None for one in found.values())


def test_folders_that_cannot_be_kept_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cached = str(tmp_path / "file" / "b")
    kept = {"XDG_STATE_HOME": str(tmp_path / "a" / "b"), "XDG_CACHE_HOME": cached}
    state, cache = folders(kept)
    assert (state.words, state.problem) == (str(tmp_path / "a" / "b" / "driftdeck"), None)
    assert cache.problem is not None
    assert cache.words == f"{cached}/driftdeck cannot be written"


def test_a_line_says_first_whether_it_is_as_it_should_be() -> None:
    assert plain(line_of(Finding("app a", "3 rights\x1b[2J"))).startswith("ok    app a  ")
    wrong = Finding("app a", "may not", Problem(Remedy.GRANT, "may not"))
    assert plain(line_of(wrong)).startswith("FAIL  app a  ")
    assert "\x1b" not in plain(line_of(Finding("app a", "\x1b[2J")))


def test_versions_are_said() -> None:
    (found,) = versions()
    assert "Python 3." in found.words
    assert "dulwich 1." in found.words


async def test_without_settings_the_rest_is_said_and_the_code_is_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await run(Options()) == 2
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith("FAIL  settings             there is no driftdeck.yaml here")
