"""core.settings.running.notifying: who is told of what, without an address in the file."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model import EventName
from core.model.controllers.controller import Notify
from core.settings.document import parse_settings

APPS = "apps: [{name: a, repo: .}]\n"


def told(text: str, folder: Path) -> tuple[Notify, ...]:
    return parse_settings("d.yaml", f"{APPS}notify: {text}\n".encode(), folder).notify


def test_what_is_left_out_is_drift_fights_and_blocked_prunes_of_all_apps(tmp_path: Path) -> None:
    usual = {EventName.DRIFT_DETECTED, EventName.FIGHTING, EventName.PRUNE_BLOCKED}
    assert told("[{url_env: HOOK}]", tmp_path) == (Notify(url_env="HOOK", on=frozenset(usual)),)


def test_what_is_said_is_read(tmp_path: Path) -> None:
    said = "[{url_file: ./hook, on: [healed], apps: [a], insecure: true}]"
    (found,) = told(said, tmp_path)
    assert found == Notify(
        url_file=str(tmp_path / "hook"),
        on=frozenset({EventName.HEALED}),
        apps=frozenset({"a"}),
        insecure=True,
    )
    assert found.called == str(tmp_path / "hook")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("[{}]", "d.yaml:2:10: its address stands in a variable"),
        ("[{url_env: A, url_file: b}]", "d.yaml:2:10: its address stands in a variable"),
        ("[{url_env: 'https://x/y'}]", "d.yaml:2:20: url_env names a variable"),
        ("[{url_env: A, on: [drift]}]", "d.yaml:2:28: "),
        ("[{url_env: A, on: []}]", "d.yaml:2:27: name at least one event"),
        ("[{url: 'https://x/y'}]", 'd.yaml:2:11: unknown key "url"'),
        ("{url_env: A}", "d.yaml:2:9: notify must be a list"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(said: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        told(said, tmp_path)
    assert str(refused.value).startswith(words)
    assert "https" not in str(refused.value)
