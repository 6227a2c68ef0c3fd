"""The ConfigMap that a summary is kept in."""

import json
from dataclasses import replace

import pytest

from core.cluster.controllers.form import BYTES_MAX, KEY, map_name, status_of, text_of
from core.cluster.writing.shards import ConfigMap
from core.errors import RejectedError
from core.model.controllers.status import SCHEMA, Status, Wrote, current
from tests.core.cluster.controllers.samples import HEAL, SHOP, STATUS


def read(text: str) -> Status:
    return status_of("driftdeck-status", ConfigMap(data={KEY: text}))


def test_what_is_written_is_read() -> None:
    assert read(text_of(STATUS)) == STATUS
    assert read(text_of(Status())) == Status()


def test_each_shard_has_its_own() -> None:
    assert [map_name(shard) for shard in (None, 0, 2)] == [
        "driftdeck-status",
        "driftdeck-status-0",
        "driftdeck-status-2",
    ]


def test_what_a_later_version_added_is_passed_over() -> None:
    said = json.loads(text_of(STATUS)) | {"mood": "good"}
    said["apps"][0] |= {"state": "dreaming", "dreams": [1]}
    assert read(json.dumps(said)).apps[0].state == "dreaming"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ConfigMap driftdeck-status holds no summary of a controller"),
        ("no json", "holds no summary"),
        ("[]", "holds no summary"),
        ("[" * 100_000, "holds no summary"),
        ("\ud800", "holds no summary"),
        ('{"schema": 7}', "holds no summary"),
        (f'{{"schema": "{SCHEMA}", "apps": 7}}', "holds no summary"),
        ("{}", r"another version of driftdeck \(no schema\); this one reads driftdeck.dev/status"),
        ('{"schema": "driftdeck.dev/status/v2"}', r"another version .*status/v2\)"),
    ],
)
def test_what_is_no_summary_of_ours_is_one_clear_line(text: str, words: str) -> None:
    with pytest.raises(RejectedError, match=words):
        read(text)


def writes(count: int) -> tuple[Wrote, ...]:
    return tuple(
        replace(HEAL, ts=f"2026-07-01T12:{i // 60:02}:{i % 60:02}.000Z") for i in range(count)
    )


def test_the_oldest_writes_go_first_and_that_is_said() -> None:
    full = replace(STATUS, journal=writes(200))
    room = len(text_of(replace(full, journal=writes(200)[150:]))) + 100
    kept = read(text_of(full, room))
    assert kept.journal == writes(200)[150:]
    assert kept.trimmed == ("writes before 2026-07-01T12:02:30.000Z",)
    assert kept.apps == full.apps


def test_then_objects_go_and_at_last_all_but_the_state_of_each_app() -> None:
    many = replace(SHOP, objects=SHOP.objects * 50)
    full = replace(STATUS, apps=(many,) * 100, journal=())
    small = read(text_of(full, 300_000))
    assert [len(app.objects) for app in small.apps] == [5] * 100
    assert small.trimmed == ("objects after the first 5 of an app",)
    bare = read(text_of(full, 10_000))
    assert (bare.apps[0].last_heal, bare.apps[0].objects) == (None, ())
    assert bare.apps[0].counts == SHOP.counts
    assert bare.trimmed[-1] == "all but the state of each app"


def test_two_hundred_apps_with_all_that_is_told_of_them_fit() -> None:
    many = replace(SHOP, objects=SHOP.objects * 50)
    apps = tuple(replace(many, name=f"app-{i}") for i in range(200))
    text = text_of(replace(STATUS, apps=apps, journal=writes(200)))
    assert len(text.encode()) <= BYTES_MAX
    assert len(read(text).apps) == 200


def test_what_was_told_before_the_apps_were_divided_anew_is_left_out() -> None:
    early, late = "2026-07-01T12:00:00.000Z", "2026-07-01T13:00:00.000Z"
    whole = replace(STATUS, written=early)
    parts = [replace(STATUS, shard=i, shards=2, written=late) for i in range(2)]
    assert current([whole, *parts]) == (*parts,)
    dead = replace(parts[0], written="2026-07-01T09:00:00.000Z")
    assert current([dead, parts[1]]) == (dead, parts[1])  # it is one of them, and says nothing new
    assert current([replace(whole, written="odd"), whole]) == (replace(whole, written="odd"), whole)
    assert current([]) == ()
