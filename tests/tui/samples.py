"""A believable world: three apps of two clusters, and one of everything."""

from dataclasses import replace
from datetime import UTC, datetime

from core.model import (
    ABSENT,
    Actor,
    Allowed,
    AppSpec,
    AppView,
    Blocked,
    Cause,
    ClusterSpec,
    ClusterView,
    Coming,
    Commit,
    CommitShown,
    Confidence,
    ConfirmedBy,
    Document,
    Drift,
    Event,
    EventName,
    FieldChange,
    FieldVerdict,
    Guard,
    Key,
    KindRef,
    Masked,
    ObjectRef,
    Operation,
    Origin,
    Plan,
    Problem,
    Remedy,
    RevertPlan,
    Snapshot,
    Stamp,
    Step,
    Verb,
    Verdict,
)
from core.model.answers.adoptions import Adopted, AdoptPlan
from core.reconcile.memory.commands import PrepareAdoption

NOW = 1_790_000_000.0
HEAD = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
_GROUPS = {
    "Deployment": "apps",
    "HorizontalPodAutoscaler": "autoscaling",
    "Ingress": "networking.k8s.io",
}


def key(app: str, kind: str, name: str, namespace: str = "payments") -> Key:
    return Key(app, ObjectRef(_GROUPS.get(kind, ""), kind, namespace, name))


def stamp(seconds_ago: float) -> str:
    return datetime.fromtimestamp(NOW - seconds_ago, UTC).isoformat().replace("+00:00", "Z")


def commit(number: int, subject: str, author: str = "Bob Marsh <bob@example.com>") -> Commit:
    sha = HEAD if number == 0 else f"{number:02x}9f3ab" + "c0ffee" * 5 + "abc"
    return Commit(sha, author, stamp(number * 9000 + 40), subject, (f"{number + 1:02x}9f3ab00",))


HISTORY = (
    commit(0, "Scale api to three for the sale"),
    commit(1, "checkout: web 1.43.0", "Ana Ortiz <ana@example.com>"),
    commit(2, "Add network policies for payments"),
    commit(3, "Raise the memory limit of the worker", "Chidi <chidi@example.com>"),
    commit(4, "Bootstrap payments"),
)
KUBECTL = Actor(
    "kubectl-edit",
    Operation.UPDATE,
    None,
    stamp(720),
    stamp(715),
    "dana@example.com",
    Confidence.AUDIT,
)
SCALE = Actor("kubectl", Operation.UPDATE, "scale", None, stamp(700), None, Confidence.OBSERVED)
ORIGIN = Origin(
    "clusters/prod/payments/api.yaml",
    14,
    HEAD,
    "Bob Marsh <bob@example.com>",
    stamp(260_000),
    "Scale api to three for the sale",
)
CHANGES = (
    FieldChange("spec.replicas", FieldVerdict.DRIFT, 5, 3, SCALE, ORIGIN),
    FieldChange(
        "spec.template.spec.containers[name=web].image",
        FieldVerdict.DRIFT,
        "registry.example.com/team/web:1.42.3",
        "registry.example.com/team/web:1.43.0",
        KUBECTL,
        replace(ORIGIN, line=31, subject="checkout: web 1.43.0"),
    ),
    FieldChange(
        'metadata.annotations["example.com/owner"]',
        FieldVerdict.DRIFT,
        ABSENT,
        "team-pay",
        None,
        replace(ORIGIN, line=6),
    ),
    FieldChange(
        "spec.strategy.type",
        FieldVerdict.INFO,
        "RollingUpdate",
        ABSENT,
        note="the API server's default",
    ),
)


def drift(
    of: Key,
    verdict: Verdict = Verdict.IN_SYNC,
    changes: tuple[FieldChange, ...] = (),
    *,
    since_ago: float = 0.0,
    cluster: str = "prod-eu-1",
) -> Drift:
    group = of.ref.group
    live = verdict is not Verdict.MISSING
    return Drift(
        key=of,
        cluster=cluster,
        kind=KindRef(f"{group}/v1" if group else "v1", of.ref.kind),
        verdict=verdict,
        cause=Cause.LIVE_CHANGED if verdict is Verdict.DRIFTED else None,
        confirmed_by=ConfirmedBy.SERVER,
        stamp=Stamp("0123456789abcdef", "123", "uid-1") if live else Stamp("0123456789abcdef"),
        changes=changes,
        explained=True,
        since=NOW - since_ago if since_ago else 0.0,
        file=f"clusters/prod/{of.app}/{of.ref.name}.yaml",
        line=1,
    )


API = key("payments", "Deployment", "api")
SERVICE = key("payments", "Service", "api")
HPA = key("payments", "HorizontalPodAutoscaler", "api")
FLAGS = key("payments", "ConfigMap", "flags")
SECRET = key("payments", "Secret", "card-gateway")
OLD = key("payments", "Ingress", "old-front")
WEB = key("checkout", "Deployment", "web", "checkout")


def rows() -> dict[Key, Drift]:
    mask = FieldChange("data.token", FieldVerdict.DRIFT, Masked("aaaa"), Masked("bbbb"))
    flag = FieldChange(
        "data.flags",
        FieldVerdict.DRIFT,
        "a: 1\nb: 2\nc: 3",
        "a: 1\nb: 5\nc: 3",
        KUBECTL,
        ORIGIN,
        detail=("line 2: b: 2 is b: 5 in Git",),
    )
    pods = FieldChange("spec.minReplicas", FieldVerdict.CONTESTED, 4, 2, SCALE, ORIGIN)
    made = [
        drift(API, Verdict.DRIFTED, CHANGES, since_ago=720),
        drift(FLAGS, Verdict.DRIFTED, (flag,), since_ago=11000),
        drift(SECRET, Verdict.DRIFTED, (mask,), since_ago=90),
        replace(drift(SERVICE, Verdict.MISSING), since=NOW - 300),
        drift(OLD, Verdict.EXTRA, since_ago=86400 * 2),
        drift(HPA, Verdict.CONTESTED, (pods,), since_ago=86400),
        replace(
            drift(key("payments", "Role", "reader")),
            verdict=Verdict.UNKNOWN,
            reason="forbidden: get roles in payments",
        ),
        *(drift(key("payments", "ConfigMap", f"settings-{n}")) for n in range(30)),
        drift(WEB, Verdict.DRIFTED, CHANGES[1:2], since_ago=10_000),
        *(drift(key("checkout", "ConfigMap", f"web-{n}", "checkout")) for n in range(5)),
        *(
            drift(key("search", "Deployment", f"search-{n}", "search"), cluster="lab")
            for n in range(4)
        ),
    ]
    return {row.key: row for row in made}


def app(name: str, cluster: str = "prod-eu-1", *, healing: bool = False) -> AppView:
    counts: dict[Verdict, int] = {}
    for of, row in rows().items():
        if of.app == name:
            counts[row.verdict] = counts.get(row.verdict, 0) + 1
    spec = AppSpec(
        name=name,
        repo="/srv/git/platform",
        revision="main",
        path=f"clusters/prod/{name}",
        cluster=cluster,
        namespace=name,
    )
    return AppView(
        spec, HISTORY[0], NOW - 40, counts=counts, complete=True, healing=healing, history=HISTORY
    )


def events() -> tuple[Event, ...]:
    deployment = KindRef("apps/v1", "Deployment")
    return (
        Event(1, NOW - 4000, EventName.STARTED, message="driftdeck 0.1.0"),
        Event(2, NOW - 3990, EventName.CLUSTER_SYNCED, "payments", "prod-eu-1"),
        Event(
            3,
            NOW - 720,
            EventName.DRIFT_DETECTED,
            "payments",
            "prod-eu-1",
            deployment,
            API.ref,
            CHANGES[:2],
        ),
        Event(
            4,
            NOW - 500,
            EventName.HEALED,
            "search",
            "lab",
            deployment,
            ObjectRef("apps", "Deployment", "search", "search-1"),
            message="spec.replicas",
        ),
        Event(
            5,
            NOW - 60,
            EventName.SYNC_FAILED,
            "payments",
            "prod-eu-1",
            deployment,
            API.ref,
            message="admission webhook denied the request: no latest tags",
        ),
    )


def world() -> Snapshot:
    ledger = AppView(
        AppSpec(
            name="ledger",
            repo="/srv/git/platform",
            revision="main",
            path="clusters/prod/ledger",
            cluster="prod-eu-1",
            namespace="ledger",
        ),
        HISTORY[0],
        NOW - 40,
        problem=Problem(Remedy.GRANT, "forbidden: list deployments in ledger"),
    )
    return Snapshot(
        sequence=1,
        apps=(app("payments"), app("checkout"), app("search", "lab", healing=True), ledger),
        clusters=(
            ClusterView(
                ClusterSpec(name="prod-eu-1", protected=True),
                "prod-eu",
                "https://10.0.0.1:6443",
                "v1.37.0",
                connected=True,
                seen_at=NOW - 2,
            ),
            ClusterView(
                ClusterSpec(name="lab"),
                "lab",
                "https://10.0.0.2:6443",
                "v1.37.0",
                connected=True,
                seen_at=NOW - 200,
            ),
        ),
        rows=rows(),
        events=events(),
    )


def plan_of(snapshot: Snapshot, keys: frozenset[Key]) -> Plan:
    """What an engine would plan for *keys*."""
    chosen = [snapshot.rows[of] for of in sorted(keys) if of in snapshot.rows]
    steps = tuple(
        Step(
            row.key,
            row.kind,
            _VERBS.get(row.verdict, Verb.APPLY),
            row.stamp or Coming(),
            row.changes[:2],
            "may not patch secrets in payments" if row.key.ref.kind == "Secret" else "",
        )
        for row in chosen
    )
    return Plan(
        "prod-eu-1",
        steps,
        {"payments": HEAD},
        ("the inventory is written to driftdeck-payments-0",),
        guards={"payments": GUARDS} if any(step.verb is Verb.PRUNE for step in steps) else {},
    )


_VERBS = {Verdict.MISSING: Verb.CREATE, Verdict.EXTRA: Verb.PRUNE}
GUARDS = (
    Allowed(Guard.NOT_EMPTY, "Git states 9 object(s)"),
    Blocked(Guard.TWO_LOOKS, "they are looked at twice, 30 s apart", pending=True),
)


def dropped_world() -> Snapshot:
    """The world, where Git has one object no more that driftdeck applied."""
    made = world()
    rows = {**made.rows, OLD: replace(made.rows[OLD], cause=Cause.GIT_AHEAD)}
    return replace(made, rows=rows)


def undo_of(snapshot: Snapshot) -> Plan:
    """What an engine would put back: one object; of a secret there is only a hash."""
    api, secret = (snapshot.rows[of] for of in (API, SECRET))
    steps = (
        Step(API, api.kind, Verb.UNDO, api.stamp or Coming(), api.changes[:1], undoes=7),
        Step(SECRET, secret.kind, Verb.UNDO, Coming(), problem="its value is a secret", undoes=8),
    )
    return Plan("prod-eu-1", steps, {}, ("with --autoheal app payments is healed again",))


def revert_of(target: Commit) -> RevertPlan:
    """What an engine would make of a revert of *target*."""
    text = (
        "diff --git a/api.yaml b/api.yaml\n--- a/api.yaml\n+++ b/api.yaml\n@@ -12,3 +12,3 @@\n"
        " spec:\n-  replicas: 3\n+  replicas: 2\n   selector:\n"
    )
    return RevertPlan("payments", target, "main", HEAD, ("clusters/prod/payments/api.yaml",), text)


def adoption_of(snapshot: Snapshot, asked: PrepareAdoption) -> AdoptPlan:
    """What an engine would make of an adoption."""
    text = "--- a/api.yaml\n+++ b/api.yaml\n@@ -12 +12 @@\n-  replicas: 3\n+  replicas: 5 # kept\n"
    adopted = []
    for key in sorted(asked.keys):
        row = snapshot.rows[key]
        changes = tuple(c for c in row.changes if not asked.fields or c.path in asked.fields)
        document = Document(row.kind, key.ref.namespace, key.ref.name, b"{}", "api.yaml", 1, 0)
        adopted.append(Adopted(key, document, b"{}", changes))
    files = ("clusters/prod/payments/api.yaml",)
    return AdoptPlan(asked.app, HEAD, tuple(adopted), "main", files=files, diff=text)


def shown_commit(id_: str) -> CommitShown:
    """What an engine would show of a commit."""
    text = "--- a/api.yaml\n+++ b/api.yaml\n@@ -12,2 +12,2 @@\n spec:\n-  replicas: 2\n"
    text += "+  replicas: 3\n"
    return CommitShown(id_, "The sale needs three.\n\nSee SHOP-12.", ("payments/api.yaml",), text)
