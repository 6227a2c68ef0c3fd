"""A summary as a controller would write it."""

from core.model.controllers.status import (
    AppTold,
    FightTold,
    HeldTold,
    Named,
    ObjectTold,
    OldestTold,
    PauseTold,
    ProblemTold,
    Status,
    Wrote,
)

API = Named(api_version="apps/v1", kind="Deployment", namespace="shop", name="api")
HEAL = Wrote(
    ts="2026-07-01T12:00:03.000Z",
    verb="healed",
    app="shop",
    outcome="done",
    by="standing permission",
    object=API,
    fields=("spec.replicas",),
    overruled=("kubectl-edit",),
    revision="a" * 40,
)
SHOP = AppTold(
    name="shop",
    cluster="prod",
    cluster_uid="uid-1",
    repo="https://git.example/config.git",
    path="apps/shop",
    revision="a" * 40,
    state="drifted",
    complete=True,
    counts={"in_sync": 3, "drifted": 1},
    problem=ProblemTold(remedy="wait", words="Git cannot be read"),
    healing=True,
    held=HeldTold(by="window", words="not now", until="2026-07-01T13:00:00.000Z"),
    pauses=(PauseTold(object=API, until="2026-07-01T14:00:00.000Z", reason="why", author="ann"),),
    last_heal=HEAL,
    oldest=OldestTold(object=API, since="2026-07-01T11:00:00.000Z"),
    objects=(
        ObjectTold(
            object=API,
            verdict="drifted",
            since="2026-07-01T11:00:00.000Z",
            reason="fighting: …",
            fights=(FightTold(path="spec.replicas", manager="hpa", left=True),),
        ),
    ),
)
STATUS = Status(
    holder="driftdeck-0_1b2c",
    version="0.1.0",
    started="2026-07-01T09:00:00.000Z",
    written="2026-07-01T12:00:05.000Z",
    healing=True,
    apps=(SHOP,),
    journal=(HEAL,),
)
