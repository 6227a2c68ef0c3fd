"""core.compare.evidence.transitions: which fields one step moved, and who wrote it."""

from typing import Any

import msgspec
import pytest
import yaml

from core.compare import Move, Transition
from core.model import ABSENT, Absent, FieldChange, FieldVerdict, Json
from tests.core.compare.world import SCHEMAS, obj

EARLY, LATE = "2026-02-03T04:05:06Z", "2026-02-03T04:05:07Z"


def entry(
    manager: str, fields: str, time: str | None = EARLY, subresource: str = ""
) -> dict[str, Any]:
    """One entry of managedFields; *fields* as YAML."""
    made = {"manager": manager, "operation": "Update", "apiVersion": "apps/v1"}
    made |= {"time": time} if time else {}
    made |= {"subresource": subresource} if subresource else {}
    return {**made, "fieldsV1": yaml.safe_load(fields)}


def body(text: str, *entries: dict[str, Any]) -> bytes:
    made: Any = obj("Deployment", text)
    made["metadata"]["managedFields"] = list(entries)
    return msgspec.json.encode(made)


def moved(
    before: bytes, after: bytes, path: str, live: Json | Absent, git: Json | Absent = ABSENT
) -> Move | None:
    schema = next(schema for kind, schema in SCHEMAS.items() if kind.kind == "Deployment")
    step = Transition(before, after, schema)
    return step.of(FieldChange(path, FieldVerdict.DRIFT, live=live, git=git))


def who(move: Move | None) -> str | None:
    """The writer: a manager, "" where nobody is claimed, None where the owner may be meant."""
    assert move is not None
    if move.writer is None:
        return None
    return "/".join(filter(None, (move.writer.manager, move.writer.subresource)))


REPLICAS = "{f:spec: {f:replicas: {}}}"
BOTH = "{f:spec: {f:replicas: {}, f:paused: {}}}"


def test_the_values_before_and_after_are_kept() -> None:
    found = moved(body("spec: {replicas: 3}"), body("spec: {replicas: 7}"), "spec.replicas", 7)
    assert found is not None
    assert (found.before, found.after) == (3, 7)


def test_what_did_not_move_has_no_step() -> None:
    before, after = body("spec: {replicas: 7}"), body("spec: {replicas: 7, paused: true}")
    assert moved(before, after, "spec.replicas", 7) is None


def test_who_gained_the_field_wrote_it() -> None:
    before = body("spec: {replicas: 3}", entry("driftdeck", BOTH))
    taken = entry("driftdeck", "{f:spec: {f:paused: {}}}")
    after = body("spec: {replicas: 7}", taken, entry("kubectl", REPLICAS, None, "scale"))
    assert who(moved(before, after, "spec.replicas", 7)) == "kubectl/scale"


def test_who_gained_an_undivided_entry_wrote_what_is_inside() -> None:
    refs = "metadata: {ownerReferences: [{apiVersion: v1, kind: Secret, name: a, uid: u%s}]}"
    owns = """{f:metadata: {f:ownerReferences: {'k:{"uid":"u"}': {}}}}"""
    before, after = (
        body(refs % more, entry(manager, owns, time))
        for more, manager, time in (("", "driftdeck", EARLY), (", controller: true", "tool", LATE))
    )
    path = "metadata.ownerReferences[uid=u].controller"
    assert who(moved(before, after, path, live=True)) == "tool"


def test_who_gained_the_field_counts_before_who_owned_it_and_wrote_something_else() -> None:
    before = body("spec: {replicas: 3}", entry("driftdeck", REPLICAS))
    again, gained = entry("driftdeck", BOTH, LATE), entry("kubectl-edit", REPLICAS, LATE)
    after = body("spec: {replicas: 7, paused: true}", again, gained)
    assert who(moved(before, after, "spec.replicas", 7)) == "kubectl-edit"


def test_an_entry_whose_fields_are_no_maps_is_no_write_of_its_manager() -> None:
    """Nothing a server writes; but what an object says is not to be trusted."""
    number, empty, filled = ("{f:spec: 1}", "{f:spec: {}}", "{f:spec: {f:x: {}}}")
    for past, present in ((number, "{f:spec: 2}"), (empty, number), (number, filled)):
        before = body("spec: {paused: true}", entry("odd", past), entry("a", REPLICAS))
        after = body("spec: {}", entry("odd", present), entry("a", REPLICAS, LATE))
        assert who(moved(before, after, "spec.paused", ABSENT, git=True)) == "a"


def test_who_gained_fields_within_the_same_second_wrote_and_who_kept_his_did_not() -> None:
    before = body("spec: {paused: true}", entry("a", REPLICAS), entry("b", REPLICAS))
    after = body("spec: {minReadySeconds: 5}", entry("a", BOTH), entry("b", REPLICAS))
    assert who(moved(before, after, "spec.paused", ABSENT, git=True)) == "a"


def test_who_owned_the_field_and_wrote_again_is_told_by_the_time() -> None:
    before = body("spec: {replicas: 3}", entry("kubectl-edit", REPLICAS))
    after = body("spec: {replicas: 7}", entry("kubectl-edit", REPLICAS, LATE))
    assert who(moved(before, after, "spec.replicas", 7)) == "kubectl-edit"


def test_a_second_scale_leaves_no_trace_so_the_owner_is_as_good_as_managed_fields_say() -> None:
    scale = entry("kubectl", REPLICAS, None, "scale")
    before, after = body("spec: {replicas: 3}", scale), body("spec: {replicas: 7}", scale)
    assert who(moved(before, after, "spec.replicas", 7)) is None


def test_an_owner_is_not_the_writer_when_another_wrote() -> None:
    scale = entry("kubectl", REPLICAS, None, "scale")
    before = body("spec: {replicas: 3}", scale)
    paused = entry("webhooked", "{f:spec: {f:paused: {}}}", LATE)
    after = body("spec: {replicas: 7, paused: true}", scale, paused)
    assert who(moved(before, after, "spec.replicas", 7)) == ""


def test_who_only_lost_fields_did_not_remove_one() -> None:
    before = body("spec: {replicas: 3, paused: true}", entry("driftdeck", BOTH))
    after = body("spec: {replicas: 3}", entry("driftdeck", REPLICAS))
    found = moved(before, after, "spec.paused", ABSENT, git=True)
    assert who(found) == ""
    assert found is not None
    assert (found.before, found.after) == (True, ABSENT)


def test_the_one_who_wrote_in_the_step_removed_the_field() -> None:
    before = body("spec: {replicas: 3, paused: true}", entry("driftdeck", BOTH))
    after = body(
        "spec: {replicas: 3, minReadySeconds: 9}",
        entry("driftdeck", REPLICAS),
        entry("kubectl-edit", "{f:spec: {f:minReadySeconds: {}}}", LATE),
    )
    assert who(moved(before, after, "spec.paused", ABSENT, git=True)) == "kubectl-edit"


def test_of_two_writers_nobody_removed_the_field() -> None:
    before = body("spec: {paused: true}", entry("a", BOTH))
    after = body("spec: {}", entry("a", REPLICAS, LATE), entry("b", REPLICAS, LATE))
    assert who(moved(before, after, "spec.paused", ABSENT, git=True)) == ""


def test_wiped_owners_show_nobody() -> None:
    before = body("spec: {replicas: 3}", entry("driftdeck", REPLICAS))
    assert who(moved(before, body("spec: {replicas: 7}"), "spec.replicas", 7)) == ""


CONTAINERS = "spec: {template: {spec: {containers: [%s]}}}"
WEB = "spec.template.spec.containers[name=web]"
OWNS_IMAGE = (
    '{f:spec: {f:template: {f:spec: {f:containers: {"k:{\\"name\\":\\"web\\"}": {f:image: {}}}}}}}'
)


def test_a_step_inside_an_entry_moves_the_entry() -> None:
    before = body(CONTAINERS % "{name: web, image: a}")
    after = body(CONTAINERS % "{name: web, image: b}", entry("istiod", OWNS_IMAGE, LATE))
    found = moved(before, after, WEB, {"name": "web", "image": "b"})
    assert who(found) == "istiod"
    assert found is not None
    assert (found.before, found.after) == (
        {"name": "web", "image": "a"},
        {"name": "web", "image": "b"},
    )


def test_a_renamed_entry_is_followed_to_its_present_name() -> None:
    git: Json = {"name": "web", "image": "a"}
    first, second, third = (
        body(CONTAINERS % f"{{name: {name}, image: a}}") for name in ("web", "www", "site")
    )
    for before, after, name in ((first, second, "www"), (second, third, "site")):
        live: Json = {"name": name, "image": "a"}
        found = moved(before, after, WEB, live, git)
        assert found is not None
        assert found.after == live
    paused = body(CONTAINERS % "{name: site, image: a}" + "\n").replace(
        b'"spec":{"template"', b'"spec":{"paused":true,"template"'
    )
    assert moved(third, paused, WEB, {"name": "site", "image": "a"}, git) is None


def test_another_order_of_init_containers_is_a_step_of_its_own() -> None:
    spec = "spec: {template: {spec: {initContainers: [%s]}}}"
    one = body(spec % "{name: a, image: x}, {name: b, image: x}")
    other = body(spec % "{name: b, image: x}, {name: a, image: x}")
    image = body(spec % "{name: b, image: y}, {name: a, image: x}")
    path = "spec.template.spec.initContainers"
    found = moved(one, other, path, ["b", "a"], ["a", "b"])
    assert found is not None
    assert (found.before, found.after) == (["a", "b"], ["b", "a"])
    assert moved(other, image, path, ["b", "a"], ["a", "b"]) is None


@pytest.mark.parametrize("broken", [b"{", b"[]", b"[" * 100_000])
def test_what_cannot_be_read_moved_nothing(broken: bytes) -> None:
    assert moved(broken, body("spec: {replicas: 7}"), "spec.replicas", 7) is None


def test_another_order_of_one_list_is_not_that_of_another() -> None:
    spec = "spec: {template: {spec: {initContainers: [%s], containers: [%s]}}}"
    one, other = "{name: a}, {name: b}", "{name: b}, {name: a}"
    before, after = body(spec % (one, one)), body(spec % (other, one))
    path = "spec.template.spec"
    assert moved(before, after, f"{path}.containers", ["a", "b"], ["b", "a"]) is None
    assert moved(before, after, f"{path}.initContainers", ["b", "a"], ["a", "b"]) is not None
