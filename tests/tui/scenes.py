"""Six moments to be understood at a glance: each a world, and the keys that lead there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from core.model import (
    ABSENT,
    Absent,
    Actor,
    ClusterView,
    Confidence,
    Drift,
    FieldChange,
    FieldVerdict,
    Operation,
    Origin,
    Plan,
    Problem,
    Remedy,
    RevertPlan,
    Snapshot,
    Step,
    Value,
    Verb,
    Verdict,
)
from core.reconcile.memory.commands import Command, PreparePlan, PrepareRevert
from tests.tui import samples
from tests.tui.stage import answered

JANE: Final = Actor(
    "kubectl-edit",
    Operation.UPDATE,
    None,
    samples.stamp(49),
    None,
    "jane",
    Confidence.AUDIT,
)
BOB: Final = Origin(
    "apps/shop/web.yaml",
    8,
    "a42fdde" + "0" * 33,
    "Bob <bob@example.com>",
    samples.stamp(86400 * 45),
    "chore(deps): three webs before the sale",
)
WHO, WHEN, WHY = "jane", "49s", "chore(deps)"
BUTTONS: Final = ("Cancel Esc", " y ")


@dataclass(frozen=True)
class Scene:
    """A world, the keys that lead to what is to be seen, and those that open its dialog."""

    name: str
    world: Snapshot
    keys: tuple[str, ...]  # to pane 0
    shown: tuple[str, ...]  # what pane 0 says
    dialog: tuple[str, ...] = ("s",)
    asked: tuple[str, ...] = ()  # what the dialog says
    answers: Mapping[type[Command], Plan | RevertPlan] = field(default_factory=dict)

    def answer(self, command: Command, snapshot: Snapshot) -> Snapshot | None:
        """What the engine of this world makes of a command."""
        if isinstance(command, PreparePlan | PrepareRevert) and type(command) in self.answers:
            answers = {command.request: self.answers[type(command)]}
            return replace(snapshot, answers=answers)
        return answered(command, snapshot)


_HEAD = replace(
    samples.HISTORY[0],
    id=BOB.commit,
    author=BOB.author,
    date=BOB.date,
    subject=BOB.subject,
)


def _change(path: str, live: Value | Absent, git: Value | Absent) -> FieldChange:
    return FieldChange(path, FieldVerdict.DRIFT, live, git, JANE, BOB)


def _drifted(kind: str, name: str, *changes: FieldChange) -> Drift:
    return samples.drift(
        samples.key("shop", kind, name, "shop"), Verdict.DRIFTED, changes, since_ago=30
    )


def _world(*rows: Drift) -> Snapshot:
    calm = (
        samples.drift(samples.key("shop", "ConfigMap", f"settings-{n}", "shop")) for n in range(6)
    )
    every = {row.key: row for row in (*rows, *calm)}
    counts: dict[Verdict, int] = {}
    for row in every.values():
        counts[row.verdict] = counts.get(row.verdict, 0) + 1
    app = replace(samples.app("shop"), counts=counts)
    older = (
        replace(c, date=samples.stamp(86400 * (50 + at)))
        for at, c in enumerate(samples.HISTORY[1:])
    )
    history = (_HEAD, *older)
    cluster = replace(samples.world().clusters[0], server="https://10.0.0.1:6443")
    cluster = replace(cluster, spec=replace(cluster.spec, protected=False))
    return Snapshot(
        sequence=1,
        apps=(replace(app, history=history, revision=history[0]),),
        clusters=(cluster,),
        rows=every,
    )


def _plan(*steps: Step) -> Plan:
    return Plan("prod-eu-1", steps, {"shop": BOB.commit})


def _step(row: Drift) -> Step:
    verb = Verb.CREATE if row.verdict is Verdict.MISSING else Verb.APPLY
    assert row.stamp is not None
    return Step(row.key, row.kind, verb, row.stamp, row.changes)


WEB = _drifted(
    "Deployment",
    "web",
    _change("spec.replicas", 5, 3),
    _change("spec.template.spec.containers[name=web].image", "shop/web:1.42.0", "shop/web:1.43.0"),
    _change("spec.template.spec.containers[name=web].resources.limits.memory", "1Gi", "512Mi"),
    _change('spec.template.spec.containers[name=web].env[name="LOG"].value', "debug", "info"),
    _change('metadata.annotations["example.com/owner"]', ABSENT, "team-shop"),
    _change("spec.strategy.rollingUpdate.maxSurge", "25%", 1),
)
_LINES = [f"setting_{n}: {n}" for n in range(60)]
_EDITED = [f"setting_{n}: edited" if n in {9, 49} else line for n, line in enumerate(_LINES)]
FLAGS = _drifted("ConfigMap", "flags", _change("data.flags", "\n".join(_EDITED), "\n".join(_LINES)))


def _paths(second: str) -> list[Value]:
    return [
        {"path": path, "pathType": "Prefix", "backend": {"service": {"name": path.strip("/")}}}
        for path in ("/cart", second, "/help")
    ]


FRONT = _drifted(
    "Ingress",
    "front",
    _change(
        "spec.rules",
        [{"host": "shop.example", "http": {"paths": _paths("/find")}}],
        [{"host": "shop.example", "http": {"paths": _paths("/search")}}],
    ),
)
EIGHT = tuple(
    _drifted("Deployment", f"web-{n}", _change("spec.replicas", 5 + n, 3)) for n in range(8)
)
_REVERTED = RevertPlan(
    "shop",
    replace(
        samples.HISTORY[0], id=BOB.commit, author=BOB.author, date=BOB.date, subject=BOB.subject
    ),
    "main",
    BOB.commit,
    ("apps/shop/web.yaml",),
    "--- a/apps/shop/web.yaml\n+++ b/apps/shop/web.yaml\n@@ -7,2 +7,2 @@\n-  replicas: 3\n"
    "+  replicas: 2\n",
    sync=replace(
        _plan(replace(_step(WEB), changes=WEB.changes[:1], left=WEB.changes[1:2])),
        notes=("left alone, though not as Git says: ConfigMap/shop/flags",),
    ),
)


def _lost(world: Snapshot) -> Snapshot:
    (cluster,) = world.clusters
    problem = Problem(Remedy.WAIT, "https://10.0.0.1:6443: connection refused")
    gone: ClusterView = replace(
        cluster, connected=False, seen_at=samples.NOW - 130, problem=problem
    )
    (app,) = world.apps
    return replace(
        world, clusters=(gone,), apps=(replace(app, problem=problem, complete=False, blocked=True),)
    )


SCENES: Final = (
    Scene(
        "deployment",
        _world(WEB),
        ("2", "l"),
        ("spec.replicas", "5  →  3", WHO, WHEN, WHY, "Bob, 45d", "apps/shop/web.yaml:8"),
        asked=("Deployment web", "spec.replicas", WHO, WHEN, WHY),
        answers={PreparePlan: _plan(_step(WEB))},
    ),
    Scene(
        "configmap",
        _world(FLAGS),
        ("2", "l"),
        ("@@ -7,7 +7,7 @@", "- setting_9: edited", "+ setting_9: 9", WHO, WHEN, WHY, "Bob, 45d"),
        asked=("ConfigMap flags", "- setting_9: edited", WHO, WHEN, WHY),
        answers={PreparePlan: _plan(_step(FLAGS))},
    ),
    Scene(
        "ingress",
        _world(FRONT),
        ("2", "l"),
        ("http.paths[1].path", "/find", "/search", WHO, WHEN, WHY, "Bob, 45d"),
        asked=("Ingress front", "http.paths[1].path", "/find", "/search", WHO, WHEN, WHY),
        answers={PreparePlan: _plan(_step(FRONT))},
    ),
    Scene(
        "plan",
        _world(*EIGHT),
        ("1",),
        ("shop", "8"),
        asked=("Sync 8 objects", "8 to change", "Deployment web-0", WHO, WHEN, WHY),
        answers={PreparePlan: _plan(*map(_step, EIGHT))},
    ),
    Scene(
        "revert",
        _world(WEB, FLAGS),
        ("3",),
        (WHY, "Bob"),
        ("t",),
        ("Bob, 45d", WHY, "-  replicas: 3", "+  replicas: 2", "Commit the revert to main"),
        {PrepareRevert: _REVERTED},
    ),
    Scene(
        "outage",
        _lost(_world(WEB)),
        ("2", "l"),
        ("last seen drifted 2m ago", "live lost 2m", WHO, WHEN, WHY),
        asked=("Deployment web", WHO, WHEN, WHY),
        answers={PreparePlan: _plan(_step(WEB))},
    ),
)
