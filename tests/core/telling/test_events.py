"""core.telling.events: one thing that happened."""

from dataclasses import replace

import pytest

from core.model import ClusterName, Event, EventName, FieldVerdict
from core.telling import events
from core.telling.spans import Role, plain
from tests.core.telling.samples import DEPLOYMENT, HOSTILE, REPLICAS, SHOWN, WEB

AT = "2026-07-01T12:00:03.000Z"
DRIFT = Event(
    1,
    0.0,
    EventName.DRIFT_DETECTED,
    "shop",
    "demo",
    DEPLOYMENT,
    WEB.ref,
    (REPLICAS,),
    message="by hand",
)
STAGING = ClusterName("current", "staging", "ada")
HEAD = "drift_detected shop Deployment/shop/web"
INFO = replace(REPLICAS, verdict=FieldVerdict.INFO)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            DRIFT,
            f"{AT} {HEAD}: spec.replicas is 7 (kubectl), Git says 3; by hand",
        ),
        (replace(DRIFT, changes=(INFO,)), f"{AT} {HEAD}: by hand"),
        (
            replace(DRIFT, changes=(INFO,), message=""),
            f"{AT} {HEAD}",
        ),
        (Event(2, 0.0, EventName.CLUSTER_SYNCED, cluster="demo"), f"{AT} cluster_synced demo"),
        (
            Event(3, 0.0, EventName.CLUSTER_SYNCED, cluster="current", place=STAGING),
            f"{AT} cluster_synced staging (user ada)",
        ),
        (
            Event(3, 0.0, EventName.SOURCE_UPDATED, "shop", revision="3f2a1b9" + "0" * 33),
            f"{AT} source_updated shop at 3f2a1b9",
        ),
    ],
)
def test_an_event_is_one_line_of_a_log(event: Event, line: str) -> None:
    assert plain(events.story(event, AT)) == line


@pytest.mark.parametrize(
    ("name", "words", "role"),
    [
        ("drift_detected", "drift detected", Role.DRIFTED),
        ("sync_failed", "sync failed", Role.ERROR),
        ("started", "started", Role.MUTED),
    ],
)
def test_an_event_is_as_loud_as_it_deserves(name: str, words: str, role: Role) -> None:
    assert events.word(replace(DRIFT, name=EventName(name))) == (words, role)


def test_it_is_about_its_object_else_its_app_else_its_cluster() -> None:
    app = replace(DRIFT, ref=None, kind=None)
    told = [events.about(each)[0] for each in (DRIFT, app, replace(app, app=""))]
    assert told == ["Deployment web", "shop", "demo"]


def test_it_says_its_message_else_the_fields_it_names() -> None:
    assert events.message(DRIFT) == ("by hand", Role.MUTED)
    two = replace(DRIFT, message="", changes=(REPLICAS, replace(REPLICAS, path="spec.paused")))
    assert events.message(two)[0] == "spec.replicas, spec.paused"


def test_no_event_steers_the_terminal() -> None:
    key = WEB.ref._replace(name=HOSTILE)
    event = Event(1, 0.0, EventName.HEALED, HOSTILE, HOSTILE, DEPLOYMENT, key, message=HOSTILE)
    said = plain(events.story(event, AT))
    assert said.count(SHOWN) == said.count("␛") > 1
    assert SHOWN in events.about(event)[0]
    assert "\x1b" not in said
    assert events.message(event)[0] == SHOWN


def test_a_list_names_each_field_with_both_values_and_who_by_its_last_key_where_room_is_short() -> (
    None
):
    image = replace(REPLICAS, path="spec.template.spec.containers[name=web].image")
    label = replace(REPLICAS, path='metadata.labels["a.b/c"]', actor=None)
    event = replace(DRIFT, changes=(image, label, INFO))
    told = events.fields(event, "->", whole=False)
    assert told == (("image 7->3", "kubectl"), ('["a.b/c"] 7->3', ""))
    assert events.fields(event, " -> ")[0][0].endswith("containers[name=web].image 7 -> 3")


def test_of_a_long_value_a_list_shows_the_beginning_and_the_end() -> None:
    image = replace(REPLICAS, live="registry.example.com/team/web:1.42.3", git="web:2")
    event = replace(DRIFT, changes=(replace(image, path="image"),))
    assert events.fields(event, "->", characters=12)[0][0] == "image regi…b:1.42.3->web:2"
