"""The same heals on a real API server: what is left out really is not needed, undone is undone."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final

import msgspec
import pytest

from core.compare import Policy, judge
from core.model import FieldVerdict, Json, JsonObject, Key, Live, Stamp, Step, Verb, Verdict
from core.model.requests import Apply, Delete, Edit, Request
from core.remedy import requests
from tests.apiserver.server import ApiServer
from tests.core.compare.oracle.session import APPLY, JSON_PATCH, Session, live_of
from tests.loop.clusters import MERGE_PATCH

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

POD: Final[JsonObject] = {
    "containers": [
        {
            "name": "web",
            "image": "example/web:1",
            "env": [{"name": "A", "value": "1"}, {"name": "C", "value": "3"}],
            "ports": [{"containerPort": 80}],
        }
    ]
}
STATED: Final[JsonObject] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": POD},
    },
}
WEB: Final = "/spec/template/spec/containers/0"


@pytest.fixture(scope="module")
def session(real_server: ApiServer) -> Iterator[Session]:
    made = Session(real_server)
    yield made
    made.client.close()


def named(name: str) -> JsonObject:
    stated: Any = deepcopy(STATED)
    stated["metadata"]["name"] = name
    return stated  # type: ignore[no-any-return]


def edited(session: Session, stated: JsonObject, *operations: Json) -> Live:
    answer = session.change(stated, "fieldManager=kubectl-edit", JSON_PATCH, list(operations))
    return live_of(answer)


def asked(session: Session, stated: JsonObject, live: Live) -> tuple[Request, ...]:
    wanted = session.desired(stated)
    schema = session.schema(wanted.kind)
    judgement = judge(wanted, live, schema)
    assert judgement.verdict is Verdict.DRIFTED
    drifts = tuple(c for c in judgement.changes if c.verdict is FieldVerdict.DRIFT)
    stamp = Stamp(wanted.digest, live.resource_version, live.uid)
    step = Step(Key("shop", wanted.ref), wanted.kind, Verb.APPLY, stamp, drifts)
    return requests(wanted, live, step, schema, Policy())


def performed(
    session: Session, stated: JsonObject, sent: Sequence[Request | None], live: Live
) -> Live:
    for each in sent:
        if each is not None:
            assert not isinstance(each, Delete)
            answer = session.perform(stated, each, live)
            live = live_of(answer) if answer is not None else live
    return live


def spec_of(live: Live) -> Json:
    body: JsonObject = msgspec.json.decode(live.body)
    return body["spec"]


ADDED: Final[list[Json]] = [
    {"op": "add", "path": f"{WEB}/env/1", "value": {"name": "B", "value": "2"}},
    {"op": "add", "path": f"{WEB}/resources", "value": {"limits": {"cpu": "1"}}},
    {"op": "add", "path": "/metadata/labels", "value": {"mine": "yes"}},
]
CHANGED: Final[list[Json]] = [
    {"op": "replace", "path": f"{WEB}/image", "value": "example/web:2"},
    {"op": "remove", "path": f"{WEB}/env/1"},
]
RENAMED: Final[list[Json]] = [{"op": "replace", "path": f"{WEB}/name", "value": "other"}]


@pytest.mark.parametrize(
    ("name", "edits", "kinds"),
    [
        ("added", ADDED, [Edit]),
        ("changed", CHANGED, [Apply]),
        ("both", [*ADDED, CHANGED[0]], [Apply, Edit]),
        ("renamed", RENAMED, [Edit, Apply]),
        ("all", [*ADDED, CHANGED[0], *RENAMED], [Edit, Apply]),
    ],
)
def test_a_heal_heals_leaves_nothing_to_apply_and_can_be_undone(
    session: Session, name: str, edits: list[Json], kinds: list[type[Request]]
) -> None:
    stated = named(name)
    live_of(session.apply(stated, None))
    before = edited(session, stated, *edits)
    sent = asked(session, stated, before)
    assert [type(each) for each in sent] == kinds
    healed = performed(session, stated, sent, before)
    wanted = session.desired(stated)
    assert judge(wanted, healed, session.schema(wanted.kind)).verdict is Verdict.IN_SYNC
    again = live_of(session.apply(stated, healed))
    assert again.resource_version == healed.resource_version  # the apply that was left out
    undone = performed(session, stated, [each.inverse for each in reversed(sent)], healed)
    assert spec_of(undone) == spec_of(before)


def test_what_git_dropped_goes_by_the_apply_alone(session: Session) -> None:
    stated = named("dropped")
    more: Any = deepcopy(stated)
    more["spec"]["minReadySeconds"] = 5
    more["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "D", "value": "4"})
    before = live_of(session.apply(more, None))
    sent = asked(session, stated, before)
    assert [type(each) for each in sent] == [Apply]
    healed = performed(session, stated, sent, before)
    wanted = session.desired(stated)
    assert judge(wanted, healed, session.schema(wanted.kind)).verdict is Verdict.IN_SYNC
    undone = performed(session, stated, [each.inverse for each in reversed(sent)], healed)
    assert spec_of(undone) == spec_of(before)


def test_an_edit_of_another_version_is_refused(session: Session) -> None:
    stated = named("outdated")
    live_of(session.apply(stated, None))
    before = edited(session, stated, *ADDED)
    (edit,) = asked(session, stated, before)
    edited(session, stated, {"op": "add", "path": "/metadata/labels/more", "value": "yes"})
    assert isinstance(edit, Edit)
    answer = session.perform(stated, edit, before)
    assert answer is not None
    assert answer.status == HTTPStatus.CONFLICT


CLAIM: Final[JsonObject] = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "shed"},
    "spec": {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "",
        "resources": {"requests": {"storage": "1Gi"}},
    },
}
LAMP: Final[JsonObject] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "lamp"},
    "data": {"a": "1"},
}
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize(
    ("stated", "writer", "others"),
    [
        (LAMP, "kubectl-client-side-apply", {LAST_APPLIED: "{}"}),
        (
            CLAIM,
            "kube-controller-manager",
            {
                "pv.kubernetes.io/bind-completed": "yes",
                "pv.kubernetes.io/bound-by-controller": "yes",
            },
        ),
        (
            named("revised"),
            "kube-controller-manager",
            {"deployment.kubernetes.io/revision": "1"},
        ),
    ],
)
def test_a_heal_removes_the_annotation_that_it_names_and_no_other(
    session: Session, stated: JsonObject, writer: str, others: dict[str, str]
) -> None:
    live_of(session.apply(stated, None))
    for manager, added in ((writer, others), ("kubectl-annotate", {"hand": "made"})):
        patch = {"metadata": {"annotations": added}}
        answer = session.change(stated, f"fieldManager={manager}", MERGE_PATCH, patch)
        before = live_of(answer)
    healed = performed(session, stated, asked(session, stated, before), before)
    body: Any = msgspec.json.decode(healed.body)
    assert body["metadata"]["annotations"] == others


def test_a_heal_of_an_aggregated_role_leaves_its_rules(session: Session) -> None:
    role: JsonObject = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": session.namespace, "labels": {"tier": "one"}},
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"into": "it"}}]},
        "rules": [],
    }
    live_of(session.apply(role, None))
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    filled = {key: value for key, value in role.items() if key != "rules"} | {"rules": rules}
    query = "fieldManager=clusterrole-aggregation-controller&force=true"
    live_of(session.change(role, query, APPLY, filled))
    patch = {"metadata": {"labels": {"tier": "two"}}}
    before = live_of(session.change(role, "fieldManager=kubectl-label", MERGE_PATCH, patch))
    healed = performed(session, role, asked(session, role, before), before)
    body: Any = msgspec.json.decode(healed.body)
    assert (body["rules"], body["metadata"]["labels"]) == (rules, {"tier": "one"})


BARE_POD: Final[JsonObject] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "spread", "labels": {"app": "p", "rev": "7"}},
    "spec": {
        "containers": [{"name": "web", "image": "web:1"}],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": "p"}},
                "matchLabelKeys": ["rev"],
            }
        ],
    },
}


def test_a_label_of_a_bare_pod_with_label_keys_is_healed_and_its_spec_stays(
    session: Session,
) -> None:
    made = live_of(session.apply(BARE_POD, None))
    label: Json = {"op": "replace", "path": "/metadata/labels/rev", "value": "8"}
    before = edited(session, BARE_POD, label)
    healed = performed(session, BARE_POD, asked(session, BARE_POD, before), before)
    wanted = session.desired(BARE_POD)
    assert judge(wanted, healed, session.schema(wanted.kind)).verdict is Verdict.IN_SYNC
    assert spec_of(healed) == spec_of(made)


ADDED_BY_HAND: Final[list[tuple[str, Json]]] = [
    ("ServiceAccount", {"op": "add", "path": "/imagePullSecrets", "value": [{"name": "hers"}]}),
    ("ServiceAccount", {"op": "add", "path": "/automountServiceAccountToken", "value": False}),
    ("Secret", {"op": "add", "path": "/data", "value": {"a": "Yg=="}}),
    ("ConfigMap", {"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}),
]


@pytest.mark.parametrize(("kind", "added"), ADDED_BY_HAND)
def test_what_a_person_adds_to_an_object_of_only_a_name_is_taken_away_again(
    session: Session, kind: str, added: Any
) -> None:
    name = f"bare-{added['path'].strip('/').replace('/', '-')}".lower()
    stated: JsonObject = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
    live_of(session.apply(stated, None))
    before = edited(session, stated, added)
    healed = performed(session, stated, asked(session, stated, before), before)
    body = msgspec.json.decode(healed.body)
    assert added["path"].split("/")[1] not in {*body, *body["metadata"]} - {"metadata"}
    wanted = session.desired(stated)
    assert judge(wanted, healed, session.schema(wanted.kind)).verdict is Verdict.IN_SYNC
