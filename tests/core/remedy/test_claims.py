"""core.remedy.claims: what an apply would own, told from what the server says that we own."""

import msgspec
import pytest

from core.compare import Owners
from core.model import JsonObject, Live
from core.model.paths import parse_path
from core.remedy.claims import applied_by_us, fields_applied, is_applied_by_us, is_claimed
from tests.core.compare.world import KINDS, SCHEMAS, By, live_of, managed, obj
from tests.core.remedy.world import Server, kind_of

KIND = KINDS["Deployment"]


def claimed(text: str, *more: str, without: str = "") -> bool:
    """Apply an object; tell whether one more apply, of other text, would find the same fields."""
    server = Server()
    first = obj("Deployment", text)
    server.apply(first, "driftdeck")
    live = server.live(kind_of(first))
    ours = applied_by_us(Owners.parse(msgspec.json.decode(live.body)), KIND)
    assert ours is not None
    going = (parse_path(without),) if without else ()
    sent = obj("Deployment", more[0] if more else text)
    return is_claimed(sent, dict(ours.fields), SCHEMAS[KIND].root, going)


SELECTOR = "selector: {matchLabels: {a: b}}"
LABELS = "metadata: {labels: {a: b}}"
WEB = f"spec: {{{SELECTOR}, template: {{{LABELS}, spec: {{%s}}}}}}"
ONE = "containers: [{name: web, image: a}]"


@pytest.mark.parametrize(
    "text",
    [
        WEB % ONE,
        "{metadata: {finalizers: [x.io/a, x.io/b]}, %s}" % (WEB % ONE),
        WEB % "containers: [{name: web, image: a, args: [x], ports: [{containerPort: 80}]}]",
        WEB % f"{ONE}, nodeSelector: {{}}",
        WEB % f"{ONE}, tolerations: [{{key: a}}]",
    ],
)
def test_what_was_applied_is_claimed_field_by_field(text: str) -> None:
    assert claimed(text)


@pytest.mark.parametrize(
    "more",
    [
        WEB % "containers: [{name: web, image: a, tty: true}]",
        WEB % "containers: [{name: web}]",
        WEB % "containers: [{name: web, image: a}, {name: b}]",
        WEB % f"{ONE}, nodeSelector: {{}}",
        WEB % f"{ONE}, volumes: []",
        "{metadata: {finalizers: [x.io/a]}, %s}" % (WEB % ONE),
    ],
)
def test_a_field_more_or_less_is_not_claimed(more: str) -> None:
    assert not claimed(WEB % ONE, more)


def test_what_is_removed_anyway_need_not_be_stated() -> None:
    more = WEB % "containers: [{name: web, image: a, tty: true}]"
    place = "spec.template.spec.containers[name=web].tty"
    assert not claimed(more, WEB % ONE)
    assert claimed(more, WEB % ONE, without=place)


def test_of_a_list_whose_only_entry_is_removed_nothing_need_be_stated() -> None:
    more = WEB % f"{ONE}, initContainers: [{{name: init, image: b}}]"
    place = "spec.template.spec.initContainers[name=init]"
    assert not claimed(more, WEB % ONE)
    assert claimed(more, WEB % ONE, without=place)
    assert not claimed(more, WEB % ONE, without=f"{place}.image")  # the entry itself stays


def test_a_map_that_is_listed_as_such_goes_with_the_last_of_its_fields() -> None:
    fields: JsonObject = {"f:data": {".": {}, "f:a": {}}}
    root, going = SCHEMAS[KINDS["ConfigMap"]].root, (parse_path("data.a"),)
    assert is_claimed(obj("ConfigMap", "{}"), fields, root, going)
    assert not is_claimed(obj("ConfigMap", "{}"), fields, root)


def test_other_members_of_a_set_are_other_fields() -> None:
    held = "{metadata: {finalizers: [x.io/%s]}, " + WEB % ONE + "}"
    assert not claimed(held % "a", held % "b")


def test_what_the_server_does_not_keep_is_stated_again() -> None:
    """It lists no empty list as owned, so what we own cannot be told: in doubt it is applied."""
    assert not claimed(WEB % "containers: [{name: web, image: a, env: []}]")
    assert not claimed("{metadata: {finalizers: []}, " + WEB % ONE + "}")


def test_an_empty_map_is_one_field() -> None:
    live: JsonObject = {"metadata": {"managedFields": managed({"driftdeck:Apply": "spec.free"})}}
    (ours,) = Owners.parse(live).entries
    root = SCHEMAS[KINDS["Widget"]].root
    assert is_claimed(obj("Widget", "spec: {free: {}}"), dict(ours.fields), root)
    assert not is_claimed(obj("Widget", "spec: {}"), dict(ours.fields), root)


def test_where_several_apply_ours_is_told_by_its_name() -> None:
    live: JsonObject = {"metadata": {"managedFields": managed({"helm:Apply": "a", "x": "b"})}}
    assert applied_by_us(Owners.parse(live), KIND) is None


def test_entries_that_are_owned_whole_are_stated_again() -> None:
    """An edit alone would leave what a later apply still moves: in doubt it is applied."""
    assert not claimed(WEB % f"{ONE}, imagePullSecrets: [{{name: a}}]")


@pytest.mark.parametrize(
    ("owners", "ours"),
    [
        ({"driftdeck:Apply": "a"}, True),
        ({"helm:Apply": "a", "driftdeck:Apply": "b"}, True),
        ({"driftdeck:Update": "a"}, False),
        ({"driftdeck:Update": "a", "helm:Apply": "b"}, False),
        ({"helm:Apply": "driftdeck"}, False),
        ({}, False),
    ],
)
def test_an_object_is_applied_by_us_if_an_apply_of_ours_stands_in_it(
    owners: By, ours: bool
) -> None:
    found = live_of(obj("ConfigMap", "data: {name: driftdeck}"), owners)
    assert is_applied_by_us(found) is ours


@pytest.mark.parametrize("owner", ["driftdeck:Update", "driftdeck:Apply:status", "helm:Apply"])
def test_the_entry_of_our_applies_is_that_of_the_object_itself(owner: str) -> None:
    config = KINDS["ConfigMap"]
    live: JsonObject = {"metadata": {"managedFields": managed({owner: "a"})}}
    assert applied_by_us(Owners.parse(live), config) is None
    live = {"metadata": {"managedFields": managed({owner: "a", "driftdeck:Apply": "data.a"})}}
    found = applied_by_us(Owners.parse(live), config)
    assert found is not None
    assert found.owns(parse_path("data.a"))
    assert applied_by_us(Owners.parse(live), KINDS["Deployment"]) is None  # at another version


@pytest.mark.parametrize(
    "fields",
    ['"f:data"', "[]", '{"f:data": 1}', '{"f:data": {"f:a": []}}', "{}"],
)
def test_of_managed_fields_that_are_malformed_nothing_is_ours(fields: str) -> None:
    entry = (
        f'"manager": "driftdeck", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {fields}'
    )
    body = f'{{"metadata": {{"managedFields": [{{{entry}}}]}}}}'
    found = fields_applied(Live("u", "1", body.encode()), KINDS["ConfigMap"])
    sent = obj("ConfigMap", "data: {a: b}")
    assert found is None or not is_claimed(sent, found, SCHEMAS[KINDS["ConfigMap"]].root)


def test_an_entry_that_is_none_makes_nothing_ours() -> None:
    named = Live("u", "1", b'{"metadata": {"managedFields": ["driftdeck"]}}')
    assert fields_applied(named, KINDS["ConfigMap"]) is None
    assert not is_applied_by_us(named)
