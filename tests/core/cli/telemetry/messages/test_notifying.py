"""A receiver is told what it asked for: seldom, in vain for a while, without its address."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from core.cli.telemetry.messages.letters import SHOWN_MAX, Bucket, Letters
from core.cli.telemetry.messages.notifying import TRIES, Notifier, address_of
from core.cli.telemetry.metrics.families import Families
from core.clock import Clock
from core.errors import UsageError
from core.model import ABSENT, EventName, FieldChange, FieldVerdict
from core.model.controllers.controller import Notify
from tests.core.cli.telemetry.told import event

DRIFT = event(1, EventName.DRIFT_DETECTED)
SPEC = Notify(url_env="HOOK", on=frozenset({EventName.DRIFT_DETECTED}), insecure=True)


# Letters ------------------------------------------------------------------------------------------


def letter(*names: EventName) -> dict[str, Any]:
    letters = Letters()
    for number, name in enumerate(names):
        letters.add(event(number, name))
    told: dict[str, Any] = json.loads(json.dumps(letters.take()))
    return told


def test_a_letter_is_text_for_slack_with_what_programs_read_beside_it() -> None:
    told = letter(EventName.DRIFT_DETECTED)
    assert told["text"] == (
        "driftdeck: drift_detected shop Deployment/shop/web:"
        " spec.replicas is 7 (kubectl), Git says 3; changed in the cluster"
    )
    (said,) = told["events"]
    assert (said["event"], said["app"], said["cluster"]) == ("drift_detected", "shop", "demo")
    assert said["fields"] == ["spec.replicas"]
    assert said["object"]["name"] == "web"


def test_a_letter_tells_ten_and_counts_the_others() -> None:
    told = letter(*[EventName.DRIFT_DETECTED] * 47)
    assert told["text"].splitlines()[-1] == "and 37 more"
    assert (len(told["events"]), told["more"]) == (SHOWN_MAX, 37)


def test_what_was_told_is_not_told_again() -> None:
    letters = Letters()
    letters.add(DRIFT)
    letters.take()
    assert len(letters) == 0
    assert letters.take()["events"] == []


def test_names_of_others_cannot_call_a_channel_or_fill_a_page() -> None:
    letters = Letters()
    letters.add(replace(DRIFT, message="<!channel> & \x1b[2J\n" + "x" * 100_000))
    text = letters.take()["text"]
    assert isinstance(text, str)
    assert len(text) < 500
    assert "&lt;!channel&gt; &amp; ␛[2J␊x" in text


def test_values_stand_in_no_field_of_a_letter() -> None:
    change = FieldChange("data.key", FieldVerdict.DRIFT, "canary-live", ABSENT)
    letters = Letters()
    letters.add(replace(DRIFT, changes=(change,)))
    assert "canary" not in json.dumps(letters.take()["events"])


def test_a_bucket_lets_a_few_through_and_then_one_at_a_time() -> None:
    bucket = Bucket(burst=3, every_s=10.0)
    assert [bucket.wait_s(0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.wait_s(0.0) == 10.0
    assert bucket.wait_s(10.0) == 10.0
    assert bucket.wait_s(1_000.0) == 0.0


# Addresses ----------------------------------------------------------------------------------------


def test_an_address_comes_from_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "hook"
    file.write_text("https://hooks.example/canary\n")
    of_file = Notify(url_file=str(file), on=frozenset())
    assert address_of(of_file, {}) == "https://hooks.example/canary"
    assert address_of(SPEC, {"HOOK": " http://hooks.example/c "}) == "http://hooks.example/c"


@pytest.mark.parametrize(
    "text",
    ["", "http://hooks.example/canary", "ftp://h/canary", "canary", "https:///canary", "https://["],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    spec = replace(SPEC, insecure=False)
    with pytest.raises(UsageError, match="HOOK does not hold an address") as refused:
        address_of(spec, {"HOOK": text})
    assert "canary" not in str(refused.value)


def test_a_file_that_is_not_there_is_said_by_name(tmp_path: Path) -> None:
    spec = Notify(url_file=str(tmp_path / "hook"), on=frozenset())
    with pytest.raises(UsageError, match="hook is no file"):
        address_of(spec, {})


# Sending ------------------------------------------------------------------------------------------


@dataclass
class Receiver:
    """A webhook on this machine, and the notifier that is to tell it."""

    answers: list[int]  # statuses, the last one for all that follow
    got: list[dict[str, Any]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    families: Families = field(default_factory=Families)
    notifier: Notifier = field(init=False)

    def __post_init__(self) -> None:
        clock = Clock(monotonic=lambda: sum(self.slept), sleep=self.sleep, random=lambda: 0.0)
        sent = self.families.counter("sent", "-")
        dropped = self.families.counter("dropped", "-", "reason")
        self.notifier = Notifier(SPEC, clock, sent, dropped)

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)
        await asyncio.sleep(0)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        headers = {"Retry-After": "7"} if status == 429 else {"Location": "https://canary/"}
        return web.Response(status=status, headers=headers)

    def told(self, *names: EventName) -> None:
        found = [event(number, name) for number, name in enumerate(names)]
        self.notifier.take(found)

    async def until(self, name: str, value: float, **labels: str) -> None:
        async with asyncio.timeout(60):
            for _ in iter(lambda: self.families.registry.get_sample_value(name, labels), value):
                await asyncio.sleep(0)


@asynccontextmanager
async def receiving(monkeypatch: pytest.MonkeyPatch, *answers: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(answers))
    app = web.Application()
    app.router.add_post("/canary", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("HOOK", f"http://127.0.0.1:{runner.addresses[0][1]}/canary")
    telling = asyncio.create_task(receiver.notifier.run())
    yield receiver
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    await runner.cleanup()


async def test_what_was_asked_for_is_told_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(monkeypatch, 200) as receiver:
        receiver.told(EventName.HEALED, EventName.DRIFT_DETECTED, EventName.DRIFT_DETECTED)
        await receiver.until("sent_total", 2)
    assert [len(each["events"]) for each in receiver.got] == [2]


async def test_a_storm_is_few_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(monkeypatch, 200) as receiver:
        for number in range(1, 13):
            receiver.told(*[EventName.DRIFT_DETECTED] * 10)
            await receiver.until("sent_total", number * 10)
    assert len(receiver.got) == 12
    assert sum(receiver.slept) == 7 * 10.0  # five at once, then one in ten seconds


async def test_who_is_busy_is_told_later_and_as_late_as_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with receiving(monkeypatch, 503, 429, 200) as receiver:
        receiver.told(EventName.DRIFT_DETECTED)
        await receiver.until("sent_total", 1)
    assert receiver.slept == [1.0, 7.0]


@pytest.mark.parametrize(
    ("status", "tries", "reason"),
    [(404, 1, "refused"), (302, 1, "refused"), (500, TRIES, "unavailable")],
)
async def test_who_does_not_take_it_is_given_up_and_counted_without_its_address(
    status: int,
    tries: int,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with receiving(monkeypatch, status) as receiver:
        with caplog.at_level(logging.WARNING):
            receiver.told(EventName.DRIFT_DETECTED)
            await receiver.until("dropped_total", 1, reason=reason)
    assert len(receiver.got) == tries
    assert f"notify (HOOK): 1 events were not told: {reason} (HTTP {status})" in caplog.text
    assert "canary" not in caplog.text


async def test_an_address_that_went_away_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(monkeypatch, 200) as receiver:
        with monkeypatch.context() as gone:
            gone.delenv("HOOK")
            receiver.told(EventName.DRIFT_DETECTED)
            await receiver.until("dropped_total", 1, reason="unreadable")
        receiver.told(EventName.DRIFT_DETECTED)
        await receiver.until("sent_total", 1)


async def test_who_is_not_there_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(monkeypatch, 200) as receiver:
        monkeypatch.setenv("HOOK", "http://127.0.0.1:1/canary")
        receiver.told(EventName.DRIFT_DETECTED)
        await receiver.until("dropped_total", 1, reason="unavailable")
    assert receiver.slept == [1.0, 2.0, 4.0, 8.0]
