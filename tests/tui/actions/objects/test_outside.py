"""Other programs: which page a commit has, and both sides in the user's own program."""

import signal
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from core.cli.output.external import VARIABLE
from core.model import Sides, SidesShown
from core.reconcile.memory.commands import ShowSides
from tests.tui import samples
from tests.tui.standin import Standin
from tui.actions.objects.outside import desktop_program, page_of
from tui.dialogs.asking import Question
from tui.model.focus import Pane
from tui.widgets.lending import confirmed_end, interrupts_for_others

SHA = samples.HEAD


@pytest.mark.parametrize(
    ("repo", "page"),
    [
        ("https://github.com/team/config.git", f"https://github.com/team/config/commit/{SHA}"),
        ("https://git.example:8443/a/b", f"https://git.example:8443/a/b/commit/{SHA}"),
        ("git@github.com:team/config.git", f"https://github.com/team/config/commit/{SHA}"),
        ("ssh://git@git.example/a/b.git", f"https://git.example/a/b/commit/{SHA}"),
        ("http://git.example/a/b", ""),
        ("git://git.example/a/b", ""),
        ("https://user:word@git.example/a/b", ""),
        ("javascript://alert", ""),
        ("/srv/git/platform", ""),
    ],
)
def test_only_hosts_that_are_asked_by_https_or_ssh_have_pages(repo: str, page: str) -> None:
    assert page_of(repo, SHA) == page


def test_there_is_no_desktop_over_ssh() -> None:
    assert desktop_program({}) == ""
    assert desktop_program({"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}) == ""


def test_an_address_is_shown_before_anything_happens_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    world = samples.world()
    apps = tuple(
        replace(app, spec=replace(app.spec, repo="https://git.example/a/b")) for app in world.apps
    )
    made = Standin(replace(world, apps=apps))
    made.go(made.view.focus.on(Pane.COMMITS))
    made.rows(Pane.COMMITS).move(2)
    assert made.do("browse") == ""
    (question,) = made.dialogs
    assert isinstance(question, Question)
    assert made.copied == []
    question.confirmed()
    assert made.copied == [f"https://git.example/a/b/commit/{samples.HISTORY[2].id}"]


def test_an_interrupt_is_the_other_programs_while_it_has_the_terminal() -> None:
    def ours(number: int, _: object) -> None:
        raise AssertionError(number)

    before = signal.signal(signal.SIGINT, ours)
    try:
        with interrupts_for_others():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is ours
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_was_printed_can_be_read_before_the_screen_comes_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("\n"))
    assert confirmed_end(lambda: "it failed") == "it failed"
    assert "Enter goes back" in capsys.readouterr().out


@pytest.mark.outside
def test_k9s_gets_the_cluster_and_the_namespace_of_what_is_selected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Standin()
    monkeypatch.setenv("PATH", "")
    assert made.speak("k9s") == "k9s is not installed"
    out, script = tmp_path / "out", tmp_path / "k9s"
    script.write_text(f'#!/bin/sh\necho "$@" > {out}\n')
    script.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert made.speak("k9s") == ""
    assert out.read_text() == "--context prod-eu --namespace payments\n"
    assert made.speak("k9s pods") == "k9s takes nothing"


PROGRAM = """import pathlib, sys
live, git = (next(pathlib.Path(each).iterdir()) for each in sys.argv[1:3])
both = live.read_text() + "--" + git.read_text()
pathlib.Path({out!r}).write_text(both + oct(live.stat().st_mode))
sys.exit({code})
"""


@pytest.mark.parametrize("code", [1, 3])
@pytest.mark.outside
async def test_the_users_program_gets_both_sides_masked_and_its_failure_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    script, out = tmp_path / "show", tmp_path / "out"
    script.write_text(f"#!{sys.executable}\n" + PROGRAM.format(out=str(out), code=code))
    script.chmod(0o700)
    monkeypatch.setenv(VARIABLE, str(script))
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.rows(Pane.RESOURCES).go_to(samples.API)
    assert made.do("external_diff") == ""
    (asked,) = made.commands
    assert isinstance(asked, ShowSides)
    sides = SidesShown({samples.API: Sides({"spec": {"replicas": 5}}, {"spec": {"replicas": 3}})})
    made.session.look(replace(made.world, answers={asked.request: sides}))
    assert made.session.waiting == []
    assert out.read_text() == "spec:\n  replicas: 5\n--spec:\n  replicas: 3\n0o100600"
    assert made.notes == ([] if code == 1 else [f"{VARIABLE}: {script} failed: it ended with 3"])
