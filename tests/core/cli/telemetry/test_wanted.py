"""What is shown and told is what settings and flags say, and nothing of it by itself."""

from dataclasses import replace

import pytest

from core.cli.options import Options
from core.cli.telemetry.messages.notifying import Notifier
from core.cli.telemetry.messages.recording import Recorder
from core.cli.telemetry.telemetry import Telemetry
from core.cli.telemetry.wanted import telemetry_for
from core.errors import UsageError
from core.model import ClusterSpec, EventName
from core.model.controllers.controller import Controller, Notify
from core.settings.reading import Settings
from tests.core.cli.scripted import SPEC

PLAIN = Settings(apps=(SPEC,), clusters=(ClusterSpec(name="demo"),))
STATED = replace(PLAIN, controller=Controller(stated=True, listen=("127.0.0.1", 0)))
HOOK = Notify(url_env="HOOK", on=frozenset({EventName.HEALED}))


def wanted(settings: Settings, **flags: object) -> Telemetry:
    return telemetry_for(settings, Options(**flags), 2)  # type: ignore[arg-type]  # as they are


def tellers(telemetry: Telemetry) -> list[type]:
    return [type(each) for each in telemetry.tellers]


def test_on_a_laptop_nothing_listens_and_nobody_is_told() -> None:
    telemetry = wanted(PLAIN)
    assert telemetry.where is None
    assert tellers(telemetry) == []


def test_a_flag_or_a_stated_controller_listens() -> None:
    assert wanted(PLAIN, listen="127.0.0.1:0").where == ("127.0.0.1", 0)
    assert wanted(PLAIN, listen="[::1]:8080").where == ("::1", 8080)
    assert wanted(STATED).where == ("127.0.0.1", 0)
    assert wanted(STATED, listen="127.0.0.1:9000").where == ("127.0.0.1", 9_000)


@pytest.mark.parametrize("said", ["8080", "localhost:80", "127.0.0.1:99999", "", "[::1]"])
def test_a_flag_that_is_no_address_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="--listen is written like"):
        wanted(PLAIN, listen=said)


def test_a_stated_controller_writes_events_unless_nothing_may_be_written() -> None:
    assert tellers(wanted(STATED)) == [Recorder]
    assert tellers(wanted(STATED, read_only=True)) == []
    locked = replace(STATED, clusters=(ClusterSpec(name="demo", read_only=True),))
    assert tellers(wanted(locked)) == []


def test_of_several_clusters_it_has_to_be_said_which_it_lives_in() -> None:
    clusters = (ClusterSpec(name="demo"), ClusterSpec(name="lab"))
    with pytest.raises(UsageError, match="say in which cluster the controller lives"):
        wanted(replace(STATED, clusters=clusters))


def test_events_lie_in_the_cluster_of_the_leases_where_a_flag_names_another_one() -> None:
    named = (ClusterSpec(name="prod"), ClusterSpec(name="lab"))
    assert tellers(wanted(replace(STATED, named=named))) == [Recorder]


def test_a_receiver_is_told_where_its_address_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(PLAIN, notify=(HOOK,))
    with pytest.raises(UsageError, match="notify: HOOK does not hold an address"):
        wanted(settings)
    monkeypatch.setenv("HOOK", "https://hooks.example/x")
    assert tellers(wanted(settings)) == [Notifier]
