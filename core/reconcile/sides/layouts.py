"""Apps that come and go with their folders: what a layout stands for.

An app that comes is met like those of the settings.  One whose folder left is an error, and not a
deletion (safety.md section 2, argo-cd #14318): what was read of it last stays, nothing of it is
healed or removed, and that it is gone is believed at the second look.
"""

from dataclasses import replace
from typing import Final

from core.model import AppSpec, EventName, Problem, Remedy
from core.reconcile.judging.extras import judge_all_owned
from core.reconcile.memory.draft import Draft
from core.reconcile.memory.effects import Meet
from core.reconcile.memory.inputs import LayoutRead
from core.reconcile.memory.state import AppState

LEFT_LAYOUT: Final = "the app's folder left its layout"  # for as long as nothing of it is written
LOOKS_APART_S: Final = 4.0  # two looks at one moment are one


def take_layout(draft: Draft, read: LayoutRead) -> None:
    """Take into account which apps a layout stands for now."""
    if read.apps is not None:
        for spec in read.apps:
            _meet(draft, read.layout, spec)
        there = {spec.name for spec in read.apps} | {read.layout}
        for app in tuple(draft.apps.values()):
            if app.layout == read.layout and app.spec.name not in there:
                _miss(draft, app)
    _stand_in(draft, read)


def _meet(draft: Draft, layout: str, spec: AppSpec) -> None:
    known = draft.apps.get(spec.name)
    if known is None:
        healing = draft.layouts[layout].healing
        draft.add_app(AppState(spec, layout=layout, healing=healing))
        draft.effects.append(Meet(spec))
    elif known.left_at is not None:
        draft.put_app(replace(known, left_at=None, problem=None))
        for key in sorted(key for key in draft.rows if key.app == spec.name):
            draft.doubt(key)  # what was left alone meanwhile may be healed again
            draft.judge_again(key)


def _miss(draft: Draft, app: AppState) -> None:
    folder = f'its folder "{app.spec.path}"'
    if app.left_at is None:
        app = replace(app, left_at=draft.now)
        words = f"{folder} is not in the layout {app.layout} any more; it is looked for once more"
    elif draft.now - app.left_at < LOOKS_APART_S:
        return
    else:
        words = f"{folder} left the layout {app.layout}; what is applied stays until a person acts"
    problem = Problem(Remedy.CHANGE_GIT, words)
    if app.problem != problem:
        cluster, name = app.spec.cluster, app.spec.name
        draft.tell(EventName.SOURCE_UNAVAILABLE, app=name, cluster=cluster, message=words)
    draft.put_app(replace(app, problem=problem))


def _stand_in(draft: Draft, read: LayoutRead) -> None:
    """Have an app stand for the layout while there is something to say of the layout itself."""
    name, there = read.layout, read.layout in draft.apps
    if read.apps is not None and read.problem is None:
        if there:
            draft.drop_app(name)
            _judge_owned(draft, name)
        return
    if not there:
        draft.add_app(draft.layouts[name].stands)
    app = draft.app(name)
    if read.problem is not None and app.problem != read.problem:
        draft.tell(EventName.SOURCE_UNAVAILABLE, app=name, message=read.problem.words)
        draft.put_app(replace(app, problem=read.problem))
        _judge_owned(draft, name)


def _judge_owned(draft: Draft, layout: str) -> None:
    """What nobody states may be stated by an app of the layout; who waited for it waits no more."""
    for cluster in sorted(draft.layouts[layout].stands.standing):
        judge_all_owned(draft, cluster)
