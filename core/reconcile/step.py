"""The engine's mind: `step(state, input)` gives the next state and the effects to perform.

Nothing here waits, reads a clock or calls a server, so a recorded list of inputs replays exactly.
The engine (`core.engine`) is the body: it performs effects and feeds their results back.
"""

from dataclasses import replace
from typing import assert_never

from core.reconcile.acting import orders, reverts, runs
from core.reconcile.acting.adopting import adoptions
from core.reconcile.acting.heal import leading, pausing
from core.reconcile.acting.prune.cycles import take_proof
from core.reconcile.acting.prune.pruning import take_pruned
from core.reconcile.acting.sending import take_applied
from core.reconcile.acting.undo import undoing
from core.reconcile.judging import bodies, examining, explaining, looking_back
from core.reconcile.judging.confirming import take_answer
from core.reconcile.judging.evidence import controllers, recalling
from core.reconcile.judging.evidence.rechecks import doubt_answers
from core.reconcile.judging.holds.pauses import take_pauses
from core.reconcile.judging.judging import judge_key
from core.reconcile.memory.commands import (
    Command,
    Compare,
    CompareLive,
    EndPause,
    Examine,
    Execute,
    ExecuteAdoption,
    ExecuteRevert,
    Explain,
    LookBackAt,
    PrepareAdoption,
    PrepareHeal,
    PreparePlan,
    PrepareRevert,
    PrepareUndo,
    Refresh,
    SetHeal,
    SetPause,
    SetWriting,
    ShowCommit,
    ShowSides,
)
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import ComputeRevert, Effect, ReadCommit, WakeAt
from core.reconcile.memory.inputs import (
    AdmissionSeen,
    AuditLogRead,
    ClusterAsks,
    ClusterFound,
    ClusterLost,
    ClusterNamed,
    ClusterSeen,
    ClusterWentBack,
    ControllersRead,
    FromCluster,
    FromGit,
    HistoryRead,
    Input,
    KindListed,
    KindLost,
    LayoutRead,
    LeadsSeen,
    LiveChanged,
    PausesRead,
    SchemaRead,
    SourceLost,
    SourceRead,
    SourceSeen,
    SurveyChanged,
    SurveyListed,
    SurveyLost,
    SyncAsked,
    Tick,
    WatchRepaired,
)
from core.reconcile.memory.inventory import hasten_inventories, take_records
from core.reconcile.memory.results import (
    AdoptionMade,
    AdoptionPrepared,
    Applied,
    CommitRead,
    Compared,
    Confirmed,
    DoneFound,
    Examined,
    Explained,
    InventoryRead,
    InventoryWritten,
    LookedBack,
    PauseWritten,
    PlanPrepared,
    Proved,
    Pruned,
    Recalled,
    Result,
    Reverted,
    RevertFound,
    RevertPrepared,
)
from core.reconcile.memory.rewinding import SLEW_S, rewind
from core.reconcile.memory.state import State
from core.reconcile.sides import desired, layouts, live, lives, surveys, watched

JUDGED_AT_ONCE = 500  # objects a step: about 50 ms, so that keys and events are not held up


def step(state: State, happened: Input, *, now: float) -> tuple[State, tuple[Effect, ...]]:
    """Take one input into account.

    Args:
        state: All that is known so far.
        happened: What happened, or what a person asks.
        now: When, in seconds since the epoch.

    Returns:
        The next state and what to do next.  `now` comes back as `WakeAt` when judging goes on.
    """
    draft = Draft(state, now)
    if state.at - now > SLEW_S:
        rewind(draft, state.at - now)
    _take(draft, happened)
    for cluster in tuple(draft.clusters):
        live.say_synced(draft, cluster)
    _judge_some(draft)
    runs.resume(draft)
    orders.heal(draft)
    orders.prune(draft)
    leading.hand_over(draft)
    assert not draft.recorded, "entered once all is judged, and nothing is judged after that"
    return draft.frozen(), tuple(draft.effects)


def _take(draft: Draft, happened: Input) -> None:
    if isinstance(happened, FromGit):
        _take_git(draft, happened)
    elif isinstance(happened, FromCluster):
        _take_cluster(draft, happened)
    elif isinstance(happened, Result):
        _take_result(draft, happened)
    elif isinstance(happened, LeadsSeen):
        leading.take_leads(draft, happened.leads)
    elif isinstance(happened, Tick):
        orders.wake(draft)
        controllers.see_silence(draft)
    else:
        _obey(draft, happened)


def _take_git(draft: Draft, happened: FromGit) -> None:
    match happened:
        case SourceRead():
            desired.take_source(draft, happened)
        case HistoryRead():
            desired.take_history(draft, happened)
        case SourceLost():
            desired.lose_source(draft, happened)
        case SourceSeen():
            desired.see_source(draft, happened)
        case LayoutRead():
            layouts.take_layout(draft, happened)
            controllers.find_told(draft)
        case _:
            assert_never(happened)


def _take_cluster(  # noqa: C901, PLR0912, PLR0915 - one case each
    draft: Draft, happened: FromCluster
) -> None:
    match happened:
        case ClusterFound():
            live.find_cluster(draft, happened)
            controllers.find_told(draft)
        case ClusterNamed():
            live.name_cluster(draft, happened)
        case ClusterAsks(name, words):
            live.ask_person(draft, name, words)
        case ClusterLost():
            live.lose_cluster(draft, happened)
        case ClusterWentBack(name):
            live.rewind_cluster(draft, name)
        case ClusterSeen(name):
            live.see_cluster(draft, name)
        case AdmissionSeen():
            doubt_answers(draft, happened)
        case WatchRepaired():
            live.tell_repair(draft, happened)
        case PausesRead():
            take_pauses(draft, happened)
        case SyncAsked(name):
            orders.take_confirmation(draft, name)
        case ControllersRead():
            controllers.take_controllers(draft, happened)
        case AuditLogRead(name, problem):
            cluster = draft.cluster(name)
            draft.put_cluster(replace(cluster, view=replace(cluster.view, notice=problem)))
        case SchemaRead():
            live.take_schema(draft, happened)
            runs.advance_all(draft)  # a step may have waited for this kind
        case KindListed():
            live.list_kind(draft, happened)
            runs.advance_all(draft)
        case KindLost():
            live.lose_kind(draft, happened)
        case LiveChanged():
            live.change_live(draft, happened)
        case SurveyListed():
            surveys.list_survey(draft, happened)
        case SurveyLost():
            surveys.lose_survey(draft, happened)
        case SurveyChanged():
            surveys.change_survey(draft, happened)
        case _:
            assert_never(happened)


def _take_result(draft: Draft, happened: Result) -> None:  # noqa: C901, PLR0912, PLR0915 - one case each
    match happened:
        case InventoryRead():
            runs.read_inventory(draft, happened)
            watched.follow_applied(draft, happened.app)
        case PauseWritten():
            pausing.wrote_pause(draft, happened)
        case InventoryWritten():
            runs.wrote_inventory(draft, happened)
        case Confirmed():
            take_answer(draft, happened)
            runs.advance_all(draft)  # a step may have waited for this object
        case Applied():
            take_applied(draft, happened)
            runs.advance_all(draft)  # a step of another run may have waited for this object
        case Proved():
            take_proof(draft, happened)
        case Pruned():
            take_pruned(draft, happened)
            runs.advance_all(draft)
        case Explained():
            explaining.take_explanation(draft, happened)
        case Recalled():
            recalling.take_past(draft, happened)
        case PlanPrepared():
            reverts.take_access(draft, happened)
        case RevertPrepared():
            reverts.preview(draft, happened)
        case (
            CommitRead(request, found)
            | Compared(request, found)
            | Examined(request, found)
            | AdoptionPrepared(request, found)
        ):
            draft.answer(request, found)
        case LookedBack():
            looking_back.take_statements(draft, happened)
        case DoneFound():
            undoing.prepare(draft, happened)
        case RevertFound():
            reverts.found_revert(draft, happened)
        case Reverted():
            reverts.reverted(draft, happened)
        case AdoptionMade():
            adoptions.made(draft, happened)
        case _:
            assert_never(happened)


def _obey(draft: Draft, asked: Command) -> None:  # noqa: C901, PLR0912, PLR0915 - one case each
    match asked:
        case PreparePlan(request, keys, fields, prune, confirmed):
            orders.prepare(draft, request, keys, fields, prune=prune, confirmed=confirmed)
        case Execute(run, wanted, confirmed):
            runs.execute(draft, run, wanted, auto=False, confirmed=confirmed)
        case PrepareRevert(request, app, commit, back, begins):
            draft.effects.append(ComputeRevert(request, app, commit, back, begins))
        case PrepareUndo(request, number, again):
            undoing.find(draft, request, number, again=again)
        case ExecuteRevert(run, revert):
            reverts.begin_revert(draft, run, revert)
        case PrepareAdoption() | ExecuteAdoption():
            adoptions.obey(draft, asked)
        case ShowCommit(request, app, commit):
            draft.effects.append(ReadCommit(request, app, commit))
        case Compare(request, before, after):
            explaining.compare(draft, request, before, after)
        case CompareLive(request, one, other, whole):
            lives.compare_live(draft, request, one, other, whole=whole)
        case PrepareHeal(request, app):
            orders.prepare_heal(draft, request, app)
        case SetHeal(apps, enabled):
            orders.set_heal(draft, apps, enabled=enabled)
        case SetPause(run, app, pause):
            pausing.change_pause(draft, run, app, pause.ref, pause)
        case EndPause(run, app, ref):
            pausing.change_pause(draft, run, app, ref, None)
        case SetWriting(enabled):
            orders.set_writing(draft, enabled=enabled)
        case Explain(key):
            explaining.look_up(draft, key)
        case ShowSides(request, keys):
            draft.answer(request, bodies.shown(draft, keys))
        case LookBackAt(request, key):
            looking_back.look_back(draft, request, key)
        case Examine(request, keys, closely):
            examining.examine(draft, request, keys, closely=closely)
        case Refresh():
            desired.refresh(draft)
        case _:
            assert_never(asked)


# Judging ----------------------------------------------------------------------------------------


def _judge_some(draft: Draft) -> None:
    """Judge what stands in the queues, a slice at a time; the shortest queues go first.

    So what moved in one app does not wait for all objects of the others, and of many apps that are
    judged anew one is whole after the other.  An app whose sides are not both known waits.
    """
    able = _able(draft)
    left = JUDGED_AT_ONCE
    for name in sorted(able, key=lambda name: sum(map(len, draft.queue(name)))):
        taken = draft.take(name, left)
        for key in taken:
            judge_key(draft, key)
        left -= len(taken)
        if not left:
            break
    take_records(draft)
    hasten_inventories(draft)
    if _able(draft):  # others, too: an app may have had objects that another one has now
        draft.effects.append(WakeAt(draft.now))


def _able(draft: Draft) -> list[str]:
    """Name the apps with objects that may be judged."""
    return [name for name in draft.waiting() if known_enough(draft, name)]


def known_enough(draft: Draft, name: str) -> bool:
    """Tell whether objects of an app may be judged: each kind speaks for itself after that."""
    app = draft.app(name)
    cluster = draft.cluster(app.spec.cluster)
    return app.source is not None and cluster.resources is not None and app.inventory is not None
