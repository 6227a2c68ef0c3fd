"""What holds for every heal: it heals, in at most two writes, and can be undone."""

from operator import itemgetter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import FieldVerdict, JsonObject, Live, Verdict
from tests.core.compare.world import desired, obj
from tests.core.remedy.world import Server, asked, judged, kind_of

names = st.sampled_from(["A", "B", "C", "D"])
values = st.sampled_from(["1", "2", "3"])
maps = st.dictionaries(st.sampled_from(["a", "b", "c.d/e", "f~g"]), values, max_size=3)


def entries(name: str, value: str) -> st.SearchStrategy[list[dict[str, str]]]:
    one = st.fixed_dictionaries({name: names, value: values})
    return st.lists(one, max_size=3, unique_by=lambda item: item[name])


pods = st.fixed_dictionaries(
    {"env": entries("name", "value"), "args": st.lists(values, max_size=2), "image": values},
    optional={"workingDir": st.sampled_from(["/a", "/b"])},
)
webs = st.fixed_dictionaries(
    {"pod": pods, "labels": maps},
    optional={
        "replicas": st.sampled_from([2, 3]),
        "paused": st.just(True),
        "account": st.sampled_from(["robot", "human"]),
        "sidecar": st.booleans(),
        "nodes": maps,
    },
)


def web(drawn: dict[str, Any]) -> JsonObject:
    """A Deployment; what is empty is left out, as a person would."""
    pod = {key: value for key, value in drawn["pod"].items() if value}
    containers = [{"name": "web", **pod}]
    if drawn.get("sidecar"):
        containers.insert(0, {"name": "side", "image": "s"})
    spec: dict[str, Any] = {"containers": containers}
    if drawn.get("account"):
        spec["serviceAccountName"] = drawn["account"]
    if drawn.get("nodes"):
        spec["nodeSelector"] = drawn["nodes"]
    template: JsonObject = {"metadata": {"labels": {"app": "web"}}, "spec": spec}
    metadata: JsonObject = {"labels": drawn["labels"]} if drawn["labels"] else {}
    more: JsonObject = {key: drawn[key] for key in ("replicas", "paused") if key in drawn}
    body: JsonObject = {"selector": {"matchLabels": {"app": "web"}}, "template": template, **more}
    return obj("Deployment", {"metadata": metadata, "spec": body})


def content(live: Live) -> JsonObject:
    """What people wrote; the order of variables, and of containers, is no drift and not undone."""
    body: Any = msgspec.json.decode(live.body)
    pod = body["spec"]["template"]["spec"]
    pod["containers"].sort(key=itemgetter("name"))
    for container in pod["containers"]:
        container.get("env", []).sort(key=itemgetter("name"))
    return {"spec": body["spec"], "labels": body["metadata"].get("labels") or {}}


makers = st.sampled_from(["driftdeck", "kubectl", ""])


@settings(max_examples=100, deadline=None)
@given(webs, webs, webs, makers)
def test_a_heal_ends_in_sync_and_its_inverse_gives_back_what_was(
    first: dict[str, Any], edited: dict[str, Any], stated: dict[str, Any], maker: str
) -> None:
    """Somebody applied one version, a person made it another, and Git states a third."""
    server = Server()
    if maker:
        server.apply(web(first), maker)
    else:
        server.create(web(first), "kubectl-create")
    wanted = desired(web(stated))
    kind = kind_of(web(stated))
    changed = web(edited)
    spec: Any = changed["spec"]
    metadata: Any = changed["metadata"]
    patch: list[Any] = [{"op": "replace", "path": "/spec/template", "value": spec["template"]}]
    patch.append({"op": "add", "path": "/metadata/labels", "value": metadata.get("labels", {})})
    patch.append({"op": "replace", "path": "/spec/replicas", "value": spec.get("replicas", 1)})
    server.edit(kind, "kubectl-edit", patch)
    found = server.live(kind)
    before = judged(wanted, found)
    assert before.verdict in {Verdict.DRIFTED, Verdict.IN_SYNC}
    if before.verdict is Verdict.IN_SYNC:
        return
    sent = asked(wanted, found)
    made = server.perform(sent, found)
    assert made is not None
    after = judged(wanted, made)
    left = [change for change in after.changes if change.verdict is FieldVerdict.DRIFT]
    assert left == []
    assert len(server.sent) <= 2
    live = made
    for each in reversed(sent):
        if each.inverse is not None:
            undone = server.perform((each.inverse,), live)
            assert undone is not None
            live = undone
    assert content(live) == content(found)


@settings(max_examples=100, deadline=None)
@given(webs, webs, webs)
def test_an_apply_is_left_out_only_where_it_would_change_nothing(
    first: dict[str, Any], edited: dict[str, Any], stated: dict[str, Any]
) -> None:
    """Whoever owns what after a heal, one more apply of the same changes nothing at all."""
    server = Server()
    server.apply(web(first), "driftdeck")
    changed = web(edited)
    spec: Any = changed["spec"]
    server.change(kind_of(changed), "kubectl-edit", {"spec": {"template": spec["template"]}})
    for git in (web(first), web(stated)):
        wanted = desired(git)
        found = server.live(wanted.kind)
        if judged(wanted, found).verdict is not Verdict.DRIFTED:
            continue
        made = server.perform(asked(wanted, found), found)
        assert made is not None
        server.apply(msgspec.json.decode(wanted.body), "driftdeck")
        assert server.live(wanted.kind).resource_version == made.resource_version
