"""core.remedy: what a heal sends, in how many writes, and what would undo it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.compare import Owners, Policy
from core.model import (
    Absent,
    Coming,
    Desired,
    Json,
    JsonObject,
    Key,
    KindRef,
    Live,
    Stamp,
    Step,
    Verb,
    Verdict,
)
from core.model.paths import Element
from core.model.requests import (
    Apply,
    Awaited,
    Delete,
    Edit,
    Remove,
    Replace,
    Request,
    Version,
    bound,
)
from core.remedy import creation, deletion, patch, requests, verbs
from core.remedy.claims import applied_by_us
from tests.core.compare.world import SCHEMAS, desired, obj
from tests.core.remedy.world import Server, asked, judged, step_of

MAP = KindRef("v1", "ConfigMap")
WEB = KindRef("apps/v1", "Deployment")
SERVICE = KindRef("v1", "Service")
OURS = ("driftdeck", "Apply")
PATCHED = ("driftdeck", "Update")


def config(**values: str) -> JsonObject:
    return obj("ConfigMap", {"data": dict(values)})


def deployment(*, containers: str = "[{name: web, image: a}]") -> JsonObject:
    return obj(
        "Deployment",
        f"""
        spec:
          selector: {{matchLabels: {{app: web}}}}
          template:
            metadata: {{labels: {{app: web}}}}
            spec: {{containers: {containers}}}
        """,
    )


def body(live: Live) -> Any:
    return json.loads(live.body)


def owners(live: Live, field: str) -> set[tuple[str, str]]:
    """Who owns `f:field` anywhere."""
    entries = body(live)["metadata"]["managedFields"]
    return {(e["manager"], e["operation"]) for e in entries if f'"f:{field}"' in json.dumps(e)}


def kinds(sent: list[Request] | tuple[Request, ...]) -> list[type[Request]]:
    return [type(each) for each in sent]


def healed(server: Server, stated: JsonObject) -> tuple[Live, tuple[Request, ...]]:
    """Carry out what a heal sends, and see that it heals."""
    wanted = desired(stated)
    found = server.live(wanted.kind)
    assert judged(wanted, found).verdict is Verdict.DRIFTED
    wanted_requests = asked(wanted, found)
    made = server.perform(wanted_requests, found)
    assert made is not None
    assert judged(wanted, made).verdict is Verdict.IN_SYNC
    return made, wanted_requests


# How many writes ----------------------------------------------------------------------------------


def test_a_changed_value_is_put_back_by_one_apply() -> None:
    server = Server()
    server.apply(config(a="1"), "driftdeck")
    server.change(MAP, "kubectl-edit", {"data": {"a": "2"}})
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Apply]
    assert owners(made, "a") == {OURS}


def test_what_others_added_to_what_is_ours_is_removed_by_one_edit() -> None:
    server = Server()
    server.apply(config(a="1"), "driftdeck")
    server.change(MAP, "kubectl-edit", {"data": {"b": "2"}, "metadata": {"labels": {"x": "y"}}})
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Edit]
    assert body(made)["data"] == {"a": "1"}
    assert owners(made, "a") == {OURS}
    assert "labels" not in body(made)["metadata"]


def test_what_git_dropped_goes_by_the_apply_that_no_longer_states_it() -> None:
    server = Server()
    server.apply(config(a="1", b="2"), "driftdeck")
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Apply]
    assert body(made)["data"] == {"a": "1"}


def test_what_git_dropped_goes_by_the_apply_though_another_owns_the_map_as_such() -> None:
    server = Server()
    server.create(config(a="0"), "kubectl-create")
    server.apply(config(a="1", b="2"), "driftdeck")
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Apply]
    assert body(made)["data"] == {"a": "1"}


def test_what_git_dropped_goes_with_what_others_added() -> None:
    server = Server()
    server.apply(config(a="1", b="2"), "driftdeck")
    server.change(MAP, "kubectl-edit", {"data": {"c": "3"}})
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Edit]
    assert body(made)["data"] == {"a": "1"}


def test_a_dropped_field_that_a_deployer_applies_too_is_removed_outright() -> None:
    server = Server()
    server.apply(config(a="1", b="2"), "driftdeck")
    server.apply(obj("ConfigMap", {"data": {"b": "2"}}), "kustomize-controller")
    made, _ = healed(server, config(a="1"))
    assert body(made)["data"] == {"a": "1"}


@pytest.mark.parametrize("other", ["acme-team", "kubectl"])
def test_a_dropped_field_that_another_applies_too_stays_beside_every_heal(other: str) -> None:
    """Given up, it would be an extra field of the other's, and go with the next heal."""
    server = Server()
    server.apply(config(a="1", b="2"), "driftdeck")
    server.apply(obj("ConfigMap", {"data": {"b": "2"}}), other)
    wanted = desired(config(a="1"))
    assert judged(wanted, server.live(MAP)).verdict is Verdict.CONTESTED
    server.change(MAP, "kubectl-edit", {"data": {"a": "9"}})
    found = server.live(MAP)
    made = server.perform(asked(wanted, found), found)
    assert made is not None
    assert body(made)["data"] == {"a": "1", "b": "2"}
    assert owners(made, "b") == {OURS, (other, "Apply")}
    assert judged(wanted, made).verdict is Verdict.CONTESTED


def test_an_object_that_was_never_ours_becomes_ours_where_fields_are_removed() -> None:
    """An edit alone would leave its fields to whoever created it."""
    server = Server()
    server.create(config(a="1", b="2"), "kubectl-create")
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Apply, Edit]
    assert OURS in owners(made, "a")
    assert body(made)["data"] == {"a": "1"}


def test_a_new_field_of_git_is_applied_before_others_are_removed() -> None:
    server = Server()
    server.apply(config(a="1"), "driftdeck")
    server.change(MAP, "kubectl-edit", {"data": {"b": "2"}})
    made, sent = healed(server, config(a="1", c="3"))
    assert kinds(sent) == [Apply, Edit]
    assert body(made)["data"] == {"a": "1", "c": "3"}
    assert owners(made, "c") == {OURS}


def test_a_field_that_only_an_edit_of_ours_holds_is_claimed_by_an_apply() -> None:
    server = Server()
    server.apply(config(a="1"), "driftdeck")
    server.change(MAP, "driftdeck", {"data": {"c": "3"}})
    server.change(MAP, "kubectl-edit", {"data": {"b": "2"}})
    made, sent = healed(server, config(a="1", c="3"))
    assert kinds(sent) == [Apply, Edit]
    assert OURS in owners(made, "c")


def test_a_value_that_differs_under_our_own_name_is_applied() -> None:
    """Somebody else calls himself driftdeck: all is ours, and yet not as Git states it."""
    server = Server()
    server.apply(config(a="9"), "driftdeck")
    server.change(MAP, "kubectl-edit", {"data": {"b": "2"}})
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Apply, Edit]
    assert body(made)["data"] == {"a": "1"}


def test_what_we_applied_in_another_version_of_the_kind_is_not_ours_in_this_one() -> None:
    entry: JsonObject = {"manager": "driftdeck", "operation": "Apply", "fieldsV1": {"f:a": {}}}

    def ours(**more: str) -> bool:
        live: JsonObject = {"metadata": {"managedFields": [{**entry, **more}]}}
        return applied_by_us(Owners.parse(live), WEB) is not None

    assert ours(apiVersion="apps/v1")
    assert not ours(apiVersion="apps/v1beta2")
    assert not ours(apiVersion="apps/v1", operation="Update")
    assert not ours(apiVersion="apps/v1", subresource="scale")
    assert not ours(apiVersion="apps/v1", manager="kubectl")


def test_a_container_that_only_others_filled_goes_as_a_whole() -> None:
    server = Server()
    server.apply(config(a="1"), "driftdeck")
    server.change(MAP, "kubectl-edit", {"metadata": {"labels": {"x": "y", "z": "y"}}})
    _, sent = healed(server, config(a="1"))
    (edit,) = sent
    assert isinstance(edit, Edit)
    assert edit.operations == (Remove(("metadata", "labels")),)


def test_a_renamed_entry_is_replaced_before_it_is_applied() -> None:
    server = Server()
    server.apply(deployment(), "driftdeck")
    path = "/spec/template/spec/containers/0/name"
    server.edit(WEB, "kubectl-edit", [{"op": "replace", "path": path, "value": "other"}])
    server.change(WEB, "kubectl-edit", {"metadata": {"labels": {"x": "y"}}})
    made, sent = healed(server, deployment())
    assert kinds(sent) == [Edit, Apply]
    (edit, _) = sent
    assert isinstance(edit, Edit)
    assert [type(each) for each in edit.operations] == [
        Replace,
        Remove,
    ]  # what is extra rides along
    assert [c["name"] for c in body(made)["spec"]["template"]["spec"]["containers"]] == ["web"]
    assert OURS in owners(made, "image")


def probed(handler: str) -> JsonObject:
    return deployment(containers=f"[{{name: web, image: a, livenessProbe: {handler}}}]")


def blocking(wanted: Desired, found: Live) -> Step:
    step = step_of(wanted, found)
    marked = (replace(c, blocks=isinstance(c.git, Absent)) for c in step.changes)
    return replace(step, changes=tuple(marked))


def test_what_stands_in_the_way_goes_in_one_write_with_what_takes_its_place() -> None:
    server = Server()
    server.apply(probed("{tcpSocket: {port: 80}}"), "driftdeck")
    probe = "/spec/template/spec/containers/0/livenessProbe"
    moved: list[Json] = [
        {"op": "remove", "path": f"{probe}/tcpSocket"},
        {"op": "add", "path": f"{probe}/httpGet", "value": {"port": 81}},
        {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "b"},
        {"op": "add", "path": "/metadata/labels", "value": {"x": "y"}},
    ]
    server.edit(WEB, "kubectl-edit", moved)
    wanted, found = desired(probed("{tcpSocket: {port: 80}}")), server.live(WEB)
    step = blocking(wanted, found)
    sent = requests(wanted, found, step, SCHEMAS[WEB], Policy())
    assert kinds(sent) == [Edit, Apply]
    assert sent[0] == patch(wanted, found, step.changes, SCHEMAS[WEB], Policy())
    half = server.perform(sent[:1], found)
    assert half is not None
    assert judged(wanted, half).verdict is Verdict.IN_SYNC
    made = server.perform((bound(sent[1], half),), half)
    assert made is not None
    assert OURS in owners(made, "tcpSocket")
    assert body(made)["spec"] == body(half)["spec"]
    back = undone(server, sent, made)
    assert body(back)["spec"] == body(found)["spec"]
    assert body(back)["metadata"]["labels"] == {"x": "y"}


def test_what_an_apply_does_alone_is_not_asked_about_as_a_patch() -> None:
    server = Server()
    server.apply(config(a="1", b="2"), "driftdeck")
    server.change(MAP, "kubectl-edit", {"data": {"a": "3"}})
    wanted, found = desired(config(a="1")), server.live(MAP)
    changes = step_of(wanted, found).changes
    assert patch(wanted, found, changes, SCHEMAS[MAP], Policy()) is None
    server.change(MAP, "kubectl-edit", {"data": {"c": "3"}})
    found = server.live(MAP)
    changes = step_of(wanted, found).changes
    edit = patch(wanted, found, changes, SCHEMAS[MAP], Policy())
    assert edit is not None
    assert set(edit.operations) == {
        Replace(("data", "a"), "1"),
        Remove(("data", "b")),
        Remove(("data", "c")),
    }


def test_an_edit_that_is_owed_nothing_any_more_is_not_sent() -> None:
    """Where the apply took away what was to be removed after it."""
    server = Server()
    server.apply(config(a="1", b="2"), "driftdeck")
    wanted, found = desired(config(a="1")), server.live(MAP)
    (apply,) = asked(wanted, found)
    edit = Edit(wanted.ref, MAP, (Remove(("data", "b")),), Awaited.LEFT)
    server.perform((apply, edit), found)
    assert server.sent == [apply]


def test_the_old_name_of_a_service_account_is_removed_with_the_new_one() -> None:
    server = Server()
    more = deployment()
    spec: Any = more["spec"]
    spec["template"]["spec"]["serviceAccountName"] = "robot"
    server.apply(more, "driftdeck")
    made, _ = healed(server, deployment())
    assert "serviceAccount" not in body(made)["spec"]["template"]["spec"]


@pytest.mark.parametrize("schema", [True, False])
def test_without_a_schema_nothing_is_left_unsaid(*, schema: bool) -> None:
    """How lists are divided is not known then, so what we own cannot be told: it is applied."""
    server = Server()
    server.apply(deployment(), "driftdeck")
    server.change(WEB, "kubectl-edit", {"metadata": {"labels": {"x": "y"}}})
    wanted, found = desired(deployment()), server.live(WEB)
    step = step_of(wanted, found)
    sent = requests(wanted, found, step, SCHEMAS[WEB] if schema else None, Policy())
    assert kinds(sent) == ([Edit] if schema else [Apply, Edit])


# What a request says ------------------------------------------------------------------------------


def test_each_request_names_the_version_it_is_for() -> None:
    server = Server()
    server.create(config(a="1", b="2"), "kubectl-create")
    found = server.live(MAP)
    first, second = asked(desired(config(a="1")), found)
    assert first.on == Version(found.uid, found.resource_version)
    assert second.on is Awaited.LEFT


def test_a_creation_needs_two_permissions_and_an_apply_one() -> None:
    wanted = desired(config(a="1"))
    create = Step(Key("shop", wanted.ref), MAP, Verb.CREATE, Stamp(wanted.digest))
    (made,) = requests(wanted, None, create, SCHEMAS[MAP], Policy())
    assert made == creation(wanted)
    assert (made.on, made.verbs) == (Awaited.NOTHING, ("patch", "create"))
    server = Server()
    server.perform((made,), None)
    found = server.live(MAP)
    assert {each.verbs for each in asked(desired(config(b="1")), found)} == {("patch",)}
    assert deletion(wanted.ref, MAP, found).verbs == ("delete",)


def test_a_step_whose_kind_is_still_to_come_takes_what_its_verb_takes() -> None:
    wanted = desired(config(a="1"))
    create = Step(Key("shop", wanted.ref), MAP, Verb.CREATE, Coming())
    assert verbs(create) == ("patch", "create")
    assert verbs(Step(Key("shop", wanted.ref), MAP, Verb.APPLY, Coming())) == ("patch",)


def test_a_step_takes_each_permission_once() -> None:
    server = Server()
    server.create(config(a="1", b="2"), "kubectl-create")
    wanted, found = desired(config(a="1")), server.live(MAP)
    step = step_of(wanted, found)
    sent = requests(wanted, found, step, SCHEMAS[MAP], Policy())
    assert len(sent) == 2
    deleting = (*sent, deletion(wanted.ref, MAP, found))
    moved = Step(step.key, MAP, Verb.APPLY, step.stamp, requests=deleting)
    assert verbs(moved) == ("patch", "delete")


def test_no_secret_shows_in_a_request() -> None:
    server = Server()
    server.apply(obj("Secret", {"data": {"a": "aHVudGVyMg=="}}), "driftdeck")
    server.change(KindRef("v1", "Secret"), "kubectl-edit", {"data": {"a": "eA==", "b": "eQ=="}})
    wanted = desired(obj("Secret", {"data": {"a": "aHVudGVyMg=="}}))
    sent = asked(wanted, server.live(wanted.kind))
    for secret in ("aHVudGVyMg==", "eA==", "eQ=="):
        assert secret not in repr(sent)


# What would undo it -------------------------------------------------------------------------------


def test_a_creation_is_undone_by_a_deletion_of_what_was_made() -> None:
    server = Server()
    create = creation(desired(config(a="1")))
    assert isinstance(create.inverse, Delete)
    made = server.perform((create, create.inverse), None)
    assert made is None
    assert server.gone(MAP)


def test_a_deletion_is_undone_by_making_the_object_as_it_was() -> None:
    server = Server()
    server.create(deployment(), "kubectl-create")
    found = server.live(WEB)
    delete = deletion(desired(deployment()).ref, WEB, found)
    server.perform((delete,), found)
    assert isinstance(delete.inverse, Apply)
    stated = json.loads(delete.inverse.body)
    assert stated.keys() == {"apiVersion", "kind", "metadata", "spec"}
    assert stated["metadata"].keys() == {"name", "namespace"}
    again = server.perform((delete.inverse,), None)
    assert again is not None
    assert body(again)["spec"] == body(found)["spec"]
    assert again.uid != found.uid


def undone(server: Server, sent: tuple[Request, ...], live: Live) -> Live:
    for each in reversed(sent):
        if each.inverse is not None:
            made = server.perform((each.inverse,), live)
            assert made is not None
            live = made
    return live


def test_what_was_changed_added_and_renamed_comes_back() -> None:
    server = Server()
    server.apply(deployment(), "driftdeck")
    server.change(WEB, "kubectl-edit", {"spec": {"paused": True, "replicas": 4}})
    path = "/spec/template/spec/containers/0"
    server.edit(
        WEB,
        "kubectl-edit",
        [
            {"op": "replace", "path": f"{path}/name", "value": "other"},
            {"op": "add", "path": f"{path}/env", "value": [{"name": "A", "value": "1"}]},
        ],
    )
    stated = deployment()
    spec: Any = stated["spec"]
    spec["minReadySeconds"] = 5
    spec["replicas"] = 2
    before = server.live(WEB)
    made, sent = healed(server, stated)
    assert body(made)["spec"]["minReadySeconds"] == 5
    assert body(undone(server, sent, made))["spec"] == body(before)["spec"]


def test_what_git_dropped_comes_back() -> None:
    server = Server()
    server.apply(config(a="1", b="2"), "driftdeck")
    made, sent = healed(server, config(a="1"))
    assert kinds(sent) == [Apply]
    assert body(undone(server, sent, made))["data"] == {"a": "1", "b": "2"}


def test_entries_come_back_where_they_stood() -> None:
    server = Server()
    env = "[{name: A, value: '1'}, {name: C, value: '3'}]"
    stated = deployment(containers=f"[{{name: web, image: a, env: {env}}}]")
    server.apply(stated, "driftdeck")
    path = "/spec/template/spec/containers/0/env/1"
    server.edit(
        WEB, "kubectl-edit", [{"op": "add", "path": path, "value": {"name": "B", "value": "2"}}]
    )
    before = server.live(WEB)
    made, sent = healed(server, stated)
    assert kinds(sent) == [Edit]
    assert body(undone(server, sent, made))["spec"] == body(before)["spec"]


def test_a_container_that_an_apply_makes_is_taken_away_once() -> None:
    server = Server()
    server.apply(deployment(), "driftdeck")
    limits = "resources: {limits: {cpu: '1', memory: 1Gi}}"
    found = server.live(WEB)
    stated = deployment(containers=f"[{{name: web, image: a, {limits}}}]")
    (apply,) = asked(desired(stated), found)
    assert isinstance(apply.inverse, Edit)
    containers = ("spec", "template", "spec", "containers")
    web = Element((("name", "web"),))
    assert apply.inverse.operations == (Remove((*containers, web, "resources", "limits")),)


def test_what_changes_nothing_has_nothing_to_undo() -> None:
    server = Server()
    server.apply(config(a="1"), "driftdeck")
    wanted, found = desired(config(a="1")), server.live(MAP)
    (apply,) = asked(wanted, found)
    assert apply.inverse is None
