"""The whole object, the rule that hides it, and what of it is copied: no secret, nothing raw."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.model import Drift, Key, ObjectRef, Sides, SidesShown
from core.reconcile.memory.commands import ShowSides
from core.settings.reading import Flags, read_settings
from tests.tui import samples
from tests.tui.standin import Standin
from tui.actions.objects.copying import BYTES_MAX, copied
from tui.actions.objects.ignoring import rule_of
from tui.dialogs.asking import Question
from tui.dialogs.command.line import CommandLine
from tui.model.focus import Pane
from tui.text.changes import as_text
from tui.text.rows import Looks


def on(key: Key, *, field: int = 0) -> Standin:
    made = Standin()
    made.go(made.view.focus.on(Pane.RESOURCES))
    assert made.rows(Pane.RESOURCES).go_to(key)
    made.at = field
    return made


def page(made: Standin) -> str:
    assert made.view.sheet is not None
    return as_text(made.view.sheet.draw(60, Looks()))


def answer(made: Standin, sides: Sides | None) -> None:
    asked = made.commands[-1]
    assert isinstance(asked, ShowSides)
    (key,) = asked.keys
    found = SidesShown({} if sides is None else {key: sides})
    made.view.take(replace(made.view.snapshot, answers={asked.request: found}))


# YAML -------------------------------------------------------------------------------------------


def test_y_shows_the_object_as_it_is_and_then_as_git_would_have_it() -> None:
    made = on(samples.API)
    sides = Sides({"spec": {"replicas": 5, "a": "\x1b[2J"}}, {"spec": {"replicas": 3}})
    made.do("yaml")
    assert page(made) == "reading it"
    answer(made, sides)
    assert page(made).splitlines() == ["spec:", '  a: "\\u001b[2J"', "  replicas: 5"]
    assert made.view.sheet is not None
    assert made.view.sheet.title[0][0] == "- live"
    assert not made.view.hear()  # it is told once: there is nothing to make again
    made.do("yaml")
    answer(made, sides)
    assert page(made).splitlines() == ["spec:", "  replicas: 3"]
    made.do("yaml")
    answer(made, None)
    assert page(made) == "it is not on this side; y shows the other"


# The rule ---------------------------------------------------------------------------------------


PATHS = [None, "spec.replicas", 'data["a.b"]', "spec.containers[name=web].image"]


@pytest.mark.parametrize("path", PATHS)
def test_the_rule_that_is_shown_is_one_that_the_settings_read(
    tmp_path: Path, path: str | None
) -> None:
    row = samples.rows()[samples.API]
    rule = "\n".join(f"      {line}" for line in rule_of(row, path).split("\n"))
    text = f"apps:\n  - name: payments\n    repo: .\n    path: x\n    ignore:\n{rule}\n"
    (tmp_path / "driftdeck.yaml").write_text(text)
    (app,) = read_settings(Flags(), tmp_path).apps
    (found,) = app.ignore
    assert (found.path, found.pointer) == (path, "" if path is None else None)
    assert (found.group, found.kind, found.name) == ("apps", "Deployment", "api")


def test_i_shows_the_rule_of_the_object_or_of_the_field_and_writes_nothing() -> None:
    made = on(samples.API)
    made.do("ignore")
    assert 'pointer: ""' in page(made)
    assert "Nothing was written." in page(made)
    made = on(samples.API)
    made.go(made.view.focus.on(Pane.CHANGES))
    made.do("ignore")
    assert '- path: "spec.replicas"' in page(made)
    assert made.do("copy") == ""
    (question,) = made.dialogs  # several lines
    assert isinstance(question, Question)
    question.confirmed()
    assert made.copied[0].startswith('- path: "spec.replicas"\n  group: "apps"')


# Copying ----------------------------------------------------------------------------------------


def test_c_copies_the_live_value_and_never_a_secret() -> None:
    made = on(samples.API, field=1)
    assert made.do("copy") == ""
    assert made.copied == ["registry.example.com/team/web:1.42.3"]
    absent = on(samples.API, field=2)
    assert absent.do("copy") == "it is not live"
    secret = on(samples.SECRET)
    assert secret.do("copy") == "a secret is not copied"
    assert secret.speak("copy live") == secret.speak("copy git") == "a secret is not copied"
    assert secret.copied == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("path", "spec.replicas"),
        ("live", "5"),
        ("git", "3"),
        ("commit", samples.HEAD),
        ("name", "api"),
        ("place", "clusters/prod/payments/api.yaml:1"),
        ("diff", "driftdeck diff payments"),
        ("kubectl", "kubectl --context prod-eu -n payments get Deployment.v1.apps api -o yaml"),
    ],
)
def test_what_is_copied_is_offered_and_named(what: str, text: str) -> None:
    made = on(samples.API)
    phrase = next(each for each in made.phrases if each.name == "copy")
    assert (what, text) in {(each.text, each.says) for each in phrase.offers(made, "")}
    assert made.speak(f"copy {what}") == ""
    assert made.copied == [text]


def test_a_command_is_quoted_and_what_is_raw_is_harmless() -> None:
    hostile = ObjectRef("", "ConfigMap", "payments", "a; rm -rf /\x1b[2J")
    row: Drift = samples.drift(Key("payments", hostile))
    made = Standin(replace(samples.world(), rows={row.key: row}))
    made.select_app("payments")
    made.go(made.view.focus.on(Pane.RESOURCES))
    made.speak("copy kubectl")
    assert made.copied[0].endswith("get ConfigMap 'a; rm -rf /␛[2J' -o yaml")


def test_several_lines_are_asked_about_and_too_much_is_refused() -> None:
    made = Standin()
    assert copied(made, "a\nb", "it") == ""
    assert made.copied == []
    (question,) = made.dialogs
    assert isinstance(question, Question)
    question.confirmed()
    assert made.copied == ["a\nb"]
    assert "too long" in copied(made, "x" * BYTES_MAX, "it")
    assert "write one of: " in made.speak("copy nothing")


def test_the_menu_is_the_command_line() -> None:
    made = on(samples.API)
    made.do("copy_menu")
    (dialog,) = made.dialogs
    assert isinstance(dialog, CommandLine)
    assert dialog.begun == "copy "
