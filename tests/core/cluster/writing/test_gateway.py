"""Writes whose answer never came, and what a server may answer to a dry-run."""

import json
from dataclasses import replace

import pytest

from core.cluster.connection.calls import Calls
from core.cluster.writing.gateway import REQUEST_BYTES_MAX, Gateway
from core.compare import Policy
from core.errors import (
    DeniedError,
    OutdatedError,
    ProductError,
    RejectedError,
    UnavailableError,
)
from core.model import Desired, Document, KindRef, Live, ObjectRef, Resource
from core.model.requests import Add, Apply, Edit, Remove, Replace, Request, Version
from core.remedy import creation, deletion, statement
from tests.core.cluster.following.test_reflector import in_turn, says
from tests.core.cluster.manual import ManualClock
from tests.core.cluster.scripted import (
    MAPS,
    Asked,
    Reply,
    Script,
    a_map,
    linked,
    serving,
    status,
)

REF = ObjectRef("", "ConfigMap", "shop", "a")
SECRETS = Resource(KindRef("v1", "Secret"), "secrets", namespaced=True, has_status=False)


def desired(resource: Resource = MAPS, **extra: object) -> Desired:
    kind = resource.kind
    metadata = {"name": "a", "namespace": "shop"}
    body = {"apiVersion": "v1", "kind": kind.kind, "metadata": metadata, **extra}
    raw = json.dumps(body).encode()
    ref = ObjectRef("", kind.kind, "shop", "a")
    return Desired(ref, kind, raw, "0" * 16, Document(kind, "shop", "a", raw, "f", 1, 0))


def live(version: int) -> Live:
    return Live("uid-a", str(version), json.dumps(a_map("a", version)).encode())


async def cut(_: Asked, reply: Reply) -> None:
    reply.cut()


def asking(stated: Desired, on: Live | None) -> Apply:
    return creation(stated) if on is None else statement(stated, on, None, Policy())


async def applied(script: Script, on: Live | None) -> tuple[Live | ProductError, list[Asked]]:
    async with serving(script) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        try:
            made = await gateway.perform(MAPS, asking(desired(), on), on)
        except ProductError as error:
            return error, server.asked
        assert made is not None
        return made, server.asked


async def test_an_apply_names_the_very_object_it_was_decided_on() -> None:
    made, asked = await applied(says(200, a_map("a", 6)), live(5))
    assert isinstance(made, Live)
    assert made.resource_version == "6"
    (request,) = asked
    assert (request.method, request.path) == ("PATCH", "/api/v1/namespaces/shop/configmaps/a")
    assert request.query == {
        "fieldManager": "driftdeck",
        "force": "true",
        "fieldValidation": "Warn",
    }
    assert request.headers["Content-Type"] == "application/apply-patch+yaml"
    metadata = json.loads(request.body)["metadata"]
    assert (metadata["uid"], metadata["resourceVersion"]) == ("uid-a", "5")


async def taken_over(script: Script, on: Live) -> tuple[Live | ProductError, list[Asked]]:
    """Take *on* over: an apply that may change no field."""
    async with serving(script) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        request = replace(asking(desired(), on), unchanging=True)
        try:
            made = await gateway.perform(MAPS, request, on)
        except ProductError as error:
            return error, server.asked
        assert made is not None
        return made, server.asked


async def test_an_apply_that_is_to_change_nothing_is_sent_once_a_dry_run_says_so() -> None:
    entry: dict[str, object] = {"managedFields": [{"manager": "driftdeck"}]}
    before = a_map("a", 5)
    metadata = before["metadata"]
    assert isinstance(metadata, dict)
    predicted = {**before, "metadata": {**metadata, **entry}}
    script = in_turn(says(200, predicted), says(200, a_map("a", 6)))
    made, asked = await taken_over(script, live(5))
    assert isinstance(made, Live)
    assert [one.query.get("dryRun") for one in asked] == ["All", None]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (says(200, a_map("a", 5, value="other")), RejectedError, "would change data.v"),
        (says(422, status(422, "Invalid", "no")), RejectedError, "no"),
        (says(409, status(409, "Conflict", "moved")), OutdatedError, "moved"),
        (says(503, status(503, "ServiceUnavailable", "later")), UnavailableError, "later"),
    ],
)
async def test_an_apply_that_would_change_something_is_not_sent(
    answer: Script, error: type[ProductError], words: str
) -> None:
    made, asked = await taken_over(answer, live(5))
    assert isinstance(made, error)
    assert words in str(made)
    assert len(asked) == 1


async def test_an_apply_that_creates_names_none() -> None:
    _, asked = await applied(says(201, a_map("a", 6)), None)
    assert set(json.loads(asked[0].body)["metadata"]) == {"name", "namespace"}


async def test_a_cut_write_that_did_not_happen_is_repeated() -> None:
    script = in_turn(cut, says(200, a_map("a", 5)), says(200, a_map("a", 6)))
    made, asked = await applied(script, live(5))
    assert isinstance(made, Live)
    assert made.resource_version == "6"
    assert [one.method for one in asked] == ["PATCH", "GET", "PATCH"]


async def test_a_cut_creation_that_did_not_happen_is_repeated() -> None:
    script = in_turn(cut, says(404, status(404, "NotFound")), says(201, a_map("a", 6)))
    made, asked = await applied(script, None)
    assert isinstance(made, Live)
    assert [one.method for one in asked] == ["PATCH", "GET", "PATCH"]


async def test_a_cut_write_that_happened_is_not_repeated() -> None:
    """A dry-run of the same on what is there now changes nothing, so it is what we wanted."""
    script = in_turn(cut, says(200, a_map("a", 6)), says(200, a_map("a", 6)))
    made, asked = await applied(script, live(5))
    assert isinstance(made, Live)
    assert made.resource_version == "6"
    assert [one.query.get("dryRun") for one in asked] == [None, None, "All"]


async def test_after_a_cut_the_change_of_another_is_not_taken_for_ours() -> None:
    other = a_map("a", 6, value="other")
    script = in_turn(cut, says(200, other), says(200, a_map("a", 6, value="ours")))
    made, _ = await applied(script, live(5))
    assert isinstance(made, OutdatedError)


async def test_a_write_that_is_cut_twice_is_left_to_the_engine() -> None:
    there = says(200, a_map("a", 5))
    made, asked = await applied(in_turn(cut, there, cut, there), live(5))
    assert isinstance(made, UnavailableError)
    assert [one.method for one in asked] == ["PATCH", "GET"] * 2


async def test_a_server_that_is_gone_for_good_leaves_the_outcome_open() -> None:
    made, _ = await applied(cut, live(5))
    assert isinstance(made, UnavailableError)


async def test_what_the_server_cannot_take_is_not_sent() -> None:
    async with serving(says(500)) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        huge = desired(data={"x": "x" * REQUEST_BYTES_MAX})
        with pytest.raises(RejectedError, match="more than the API server takes"):
            await gateway.perform(MAPS, creation(huge), None)
        prediction = await gateway.dry_run(MAPS, asking(huge, live(5)), live(5))
    assert not prediction.retry
    assert server.asked == []


@pytest.mark.parametrize(
    ("code", "body", "paths", "retry"),
    [
        (422, status(422, "Invalid", "no", causes=[{"field": "spec.x"}]), ("spec.x",), False),
        (422, status(422, "Invalid", "no"), (), False),
        (
            500,
            status(500, "", "failed to create typed patch object (a; v1): .spec.x: odd"),
            ("spec.x",),
            False,
        ),
        (403, status(403, "Forbidden"), (), False),
        (403, status(403, "Forbidden", 'admission webhook "w" denied the request'), (), True),
        (401, status(401, "Unauthorized"), (), True),
        (400, status(400, "BadRequest", "webhook does not support dry run"), (), True),
        (404, status(404, "NotFound"), (), True),
        (409, status(409, "Conflict"), (), True),
        (500, status(500, "InternalError", "failed calling webhook"), (), True),
        (503, b"", (), True),
    ],
)
async def test_each_answer_to_a_dry_run_has_its_effect(
    code: int, body: object, paths: tuple[str, ...], *, retry: bool
) -> None:
    async with serving(says(code, body)) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        prediction = await gateway.dry_run(MAPS, asking(desired(), live(5)), live(5))
    assert prediction.predicted is None
    assert prediction.problem
    assert (prediction.status, prediction.cause_paths, prediction.retry) == (code, paths, retry)


async def test_a_prediction_for_another_version_is_asked_again() -> None:
    async with serving(says(200, a_map("a", 6))) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        prediction = await gateway.dry_run(MAPS, asking(desired(), live(5)), live(5))
    assert (prediction.predicted, prediction.retry) == (None, True)


async def test_a_whole_heal_is_asked_about_as_one_patch_of_one_version() -> None:
    body = {**a_map("a", 5), "data": {"a": "1"}}
    found = Live("uid-a", "5", json.dumps(body).encode())
    edit = Edit(REF, MAPS.kind, (Remove(("data", "a")),), Version.of(found))
    async with serving(says(200, a_map("a", 5))) as server, linked(server.url) as link:
        clock = ManualClock().clock
        prediction = await Gateway(Calls(link, clock), clock).dry_run(MAPS, edit, found)
    assert prediction.predicted is not None
    (asked,) = server.asked
    assert asked.query["dryRun"] == "All"
    assert [each["path"] for each in json.loads(asked.body)] == [
        "/metadata/uid",
        "/metadata/resourceVersion",
        "/data/a",
    ]


async def test_a_dry_run_that_is_cut_is_asked_again() -> None:
    async with serving(cut) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        prediction = await gateway.dry_run(MAPS, asking(desired(), live(5)), live(5))
    assert (prediction.predicted, prediction.retry) == (None, True)


async def performed(script: Script, request: Request, on: Live) -> tuple[Live | None, list[Asked]]:
    async with serving(script) as server, linked(server.url) as link:
        clock = ManualClock().clock
        return await Gateway(Calls(link, clock), clock).perform(MAPS, request, on), server.asked


async def test_fields_are_taken_away_from_one_version_only() -> None:
    found = live(6)
    on = Version.of(found)
    edit = Edit(REF, MAPS.kind, (Remove(("data", "v")), Replace(("kind",), "Map")), on)
    made, asked = await performed(says(200, a_map("a", 7)), edit, found)
    assert made is not None
    assert made.resource_version == "7"
    (request,) = asked
    assert (request.method, request.query) == ("PATCH", {"fieldManager": "driftdeck"})
    assert request.headers["Content-Type"] == "application/json-patch+json"
    assert json.loads(request.body) == [
        {"op": "add", "path": "/metadata/uid", "value": "uid-a"},
        {"op": "add", "path": "/metadata/resourceVersion", "value": "6"},
        {"op": "replace", "path": "/kind", "value": "Map"},
        {"op": "remove", "path": "/data/v"},
    ]


async def test_what_is_gone_already_is_not_asked_for() -> None:
    found = live(6)
    edit = Edit(REF, MAPS.kind, (Remove(("data", "gone")),), Version.of(found))
    made, asked = await performed(says(500), edit, found)
    assert (made, asked) == (found, [])


@pytest.mark.parametrize(
    ("code", "body"), [(200, status(200, "")), (200, a_map("a", 6)), (404, status(404, "NotFound"))]
)
async def test_one_version_is_deleted_and_no_other(code: int, body: object) -> None:
    found = live(6)
    made, asked = await performed(says(code, body), deletion(REF, MAPS.kind, found), found)
    assert made is None
    (request,) = asked
    assert (request.method, request.path) == ("DELETE", "/api/v1/namespaces/shop/configmaps/a")
    expected = {"uid": "uid-a", "resourceVersion": "6"}
    assert json.loads(request.body) == {"preconditions": expected}


@pytest.mark.parametrize(
    ("code", "body", "kind"),
    [
        (409, status(409, "Conflict"), OutdatedError),
        (403, status(403, "Forbidden"), DeniedError),
        (404, "404 page not found", ProductError),
    ],
)
async def test_a_refused_deletion_says_so(
    code: int, body: object, kind: type[ProductError]
) -> None:
    found = live(6)
    with pytest.raises(kind):
        await performed(says(code, body), deletion(REF, MAPS.kind, found), found)


async def test_a_refused_secret_does_not_reach_the_error() -> None:
    body = status(
        422,
        "Invalid",
        'data[pw]: Invalid value: "hunter2"',
        causes=[{"field": "data[pw]", "message": "hunter2"}],
    )
    async with serving(says(422, body)) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        with pytest.raises(RejectedError) as caught:
            await gateway.perform(SECRETS, creation(desired(SECRETS)), None)
        prediction = await gateway.dry_run(SECRETS, asking(desired(SECRETS), live(5)), live(5))
    assert "hunter2" not in str(caught.value) + prediction.problem
    assert "data[pw]" in str(caught.value)


async def test_no_refusal_of_a_sealed_object_of_any_kind_quotes_a_value() -> None:
    body = status(
        422,
        "Invalid",
        'ConfigMap "a" is invalid: data[url]: Invalid value: "hunter2"',
        causes=[{"field": "data[url]", "message": "hunter2"}],
    )
    stated = desired()
    stated = replace(stated, document=replace(stated.document, sealed=True))
    async with serving(says(422, body)) as server, linked(server.url) as link:
        clock = ManualClock().clock
        gateway = Gateway(Calls(link, clock), clock)
        edit = Edit(
            REF, MAPS.kind, (Add(("data", "url"), "hunter2"),), Version.of(live(5)), sealed=True
        )
        said: list[str] = []
        for request, on in ((creation(stated), None), (asking(stated, live(5)), live(5))):
            with pytest.raises(RejectedError) as caught:
                await gateway.perform(MAPS, request, on)
            said.append(str(caught.value))
        with pytest.raises(RejectedError) as caught:
            await gateway.perform(MAPS, edit, live(5))
        said.append(str(caught.value))
        said.append((await gateway.dry_run(MAPS, asking(stated, live(5)), live(5))).problem)
    assert all("data[url]" in words and "hunter2" not in words for words in said)
