"""What commits of ours say, and by what they are known again."""

import secrets
from collections.abc import Iterator
from typing import Final

from core.clean import clean
from core.git.reading.graph import Graph
from core.git.reading.store import Store
from core.model import RevertPlan

SUBJECT_CELLS: Final = 100
_OBJECTS_MAX: Final = 100  # that are named one by one
_SEARCHED_MAX: Final = 10_000  # commits
_MARK: Final = "Journal-Id"
_MARK_BYTES: Final = 8


def message_of(plan: RevertPlan) -> str:
    """Return the message of the commit that a plan makes."""
    target, subject = plan.target, clean(plan.target.subject, max_cells=SUBJECT_CELLS)
    trailers = ["Drift-Reverted-By: driftdeck"]
    if plan.app:
        trailers.append(f"App: {clean(plan.app)}")
    trailers += [f"Object: {name}" for name in _objects(plan)]
    body = f'Revert "{subject}"\n\nThis reverts commit {target.id}.\n'
    if plan.restores is not None:
        what = clean(plan.app or plan.restores or "everything", max_cells=SUBJECT_CELLS)
        folder = f'folder "{clean(plan.restores)}"' if plan.restores else "whole tree"
        body = f'Roll back {what} to "{subject}"\n\nThis restores the {folder} of {target.id}.\n'
    return body + "\n" + "\n".join(trailers) + "\n" + marked(plan.mark)


def new_mark() -> str:
    """Return a mark that no other commit has."""
    return secrets.token_hex(_MARK_BYTES)


def marked(mark: str) -> str:
    """Return the trailer by which a commit is found again; "" without a mark."""
    return f"{_MARK}: {mark}\n" if mark else ""


def find_marked(store: Store, graph: Graph, head: str, since: str, mark: str) -> str | None:
    """Return the commit with a mark among those of a branch that are newer than *since*."""
    line, open_, seen = marked(mark).strip().encode(), [head], {head, since}
    for at in open_:  # it grows
        if at == since:
            continue
        if line in store.commit(at).message.splitlines():
            return at
        if len(seen) < _SEARCHED_MAX:
            new = [each for each in graph.links(at).parents if each not in seen]
            seen.update(new)
            open_ += new
    return None


def _objects(plan: RevertPlan) -> Iterator[str]:
    either = [after or before for before, after in plan.restated]
    names = sorted({clean(str(each.ref)) for each in either if each is not None})
    yield from names[:_OBJECTS_MAX]
    if len(names) > _OBJECTS_MAX:
        yield f"and {len(names) - _OBJECTS_MAX} more"
