"""Which commit a revision means, and which branch.

Full names, and steps back from one (`main~2`, `HEAD^2`).  Nothing is guessed: what could mean two
commits is an error.
"""

import re
from pathlib import Path
from typing import Final

from dulwich.objects import ObjectID
from dulwich.refs import HEADREF, Ref, check_ref_format

from core.clean import clean
from core.errors import UnavailableError, UsageError
from core.git.local.faults import damaged, translated
from core.git.local.operations import BRANCHES, Operation, operations
from core.git.ranges import Range, best
from core.git.reading.store import Store

SHOWN_CELLS: Final = 80
NAMED_MAX: Final = 4
LOOK_AGAIN_S: Final = 5.0  # it can be over without any ref having moved
_FULL_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_SHORT_ID: Final = re.compile(r"[0-9a-f]{4,63}\Z")
_STEPS: Final = re.compile(r"(?P<name>.+?)(?P<steps>(?:[~^][0-9]{0,6})+)\Z")  # in no ref's name
_STEP: Final = re.compile(r"([~^])([0-9]*)")
TAGS: Final = "refs/tags/"
_PLACES: Final = (BRANCHES, TAGS, "refs/remotes/")


def resolved(store: Store, revision: str) -> str:
    """Return the id of the commit that *revision* means.

    Raises:
        UsageError: It is unknown, ambiguous, or no commit; HEAD names a branch that is not there.
        UnavailableError: HEAD has no commit yet, or something under way has detached it.
    """
    wanted = Range.read(revision)
    if wanted is not None:
        return _greatest(store, wanted, revision)
    back = _STEPS.match(revision)
    if back is not None:
        return _ancestor(store, resolved(store, back["name"]), back["steps"], revision)
    if revision == "HEAD":
        return _head(store)
    found = {_commit_id(store, target, revision) for target in _targets(store, revision)}
    if not found and _SHORT_ID.match(revision.lower()):
        found = _by_prefix(store, revision.lower())
    if not found:
        reason = f"no branch, tag or commit is called {_shown(revision)}"
        raise UsageError(f"repository {store.called}: {reason}")
    if len(found) > 1:
        ids = ", ".join(sorted(commit_id[:12] for commit_id in found)[:4])
        reason = f"{_shown(revision)} is ambiguous: it means {ids}; write more of it, or refs/…"
        raise UsageError(f"repository {store.called}: {reason}")
    return found.pop()


def without_steps(revision: str) -> str:
    """Return the name that a revision starts from: `main` for `main~2`."""
    back = None if Range.read(revision) is not None else _STEPS.match(revision)
    return back["name"] if back is not None else revision


def tag_named(store: Store, revision: str) -> str | None:
    """Return the tag that a revision names, or that is the greatest of a range; None: neither."""
    wanted = Range.read(revision)
    if wanted is not None:
        return _greatest_tag(store, wanted)
    name = revision.removeprefix(TAGS)
    return name if ref_target(store, TAGS + name) is not None else None


def _greatest_tag(store: Store, wanted: Range) -> str | None:
    with store.lock, translated(store.called):
        names = store.repo.refs.subkeys(Ref(TAGS.encode()))
    return best(wanted, (name.decode(errors="surrogateescape") for name in names))


def _greatest(store: Store, wanted: Range, revision: str) -> str:
    tag = _greatest_tag(store, wanted)
    if tag is None:
        raise UsageError(f"repository {store.called}: no tag is a version in {_shown(revision)}")
    target = ref_target(store, TAGS + tag)
    if target is None:  # it went away just now
        return _greatest(store, wanted, revision)
    return _commit_id(store, target, tag)


def _ancestor(store: Store, commit_id: str, steps: str, revision: str) -> str:
    """Walk back as `~2` (first parents) and `^2` (the second parent) say."""
    for sign, number in _STEP.findall(steps):
        count = int(number or 1)
        for place in [0] * count if sign == "~" else [count - 1] * bool(count):
            parents = store.commit(commit_id).parents
            if place >= len(parents):
                reason = f"{_shown(revision)} goes back further than the history here"
                raise UsageError(f"repository {store.called}: {reason}")
            commit_id = parents[place]
    return _commit_id(store, commit_id, revision)


def branch_ref(store: Store, branch: str) -> str | None:
    """Return the full name of a local branch, followed from HEAD; None if it is no branch."""
    if branch == "HEAD":
        with store.lock, translated(store.called):
            names, _ = store.repo.refs.follow(HEADREF)
        name = names[-1].decode(errors="replace")
        return name if name.startswith(BRANCHES) else None
    name = branch if branch.startswith(BRANCHES) else BRANCHES + branch
    return name if ref_target(store, name) is not None else None


def operation_of_head(store: Store) -> Operation | None:
    """Return what detached HEAD and is not over yet; None where HEAD is what somebody chose."""
    if len(_followed(store)[0]) > 1 or store.repo.bare:
        return None
    return next(operations(Path(store.repo.controldir()), store.path), None)


def ref_target(store: Store, name: str) -> str | None:
    """Return the id a full ref name holds now."""
    raw = name.encode(errors="surrogateescape")
    if not raw.startswith(b"refs/") or not check_ref_format(Ref(raw[len(b"refs/") :])):
        return None
    with store.lock, translated(store.called):
        try:
            found = store.repo.refs[Ref(raw)]
        except KeyError:
            return None
    return _id_in(store, found, name)


def _head(store: Store) -> str:
    names, target = _followed(store)
    if target is None:
        raise _unborn(store, names[-1].decode(errors="replace").removeprefix(BRANCHES))
    under_way = operation_of_head(store)
    if under_way is not None:
        reason = f"{under_way}, so HEAD is no branch; it is followed again when that is over"
        words = f"repository {store.called}: {reason} (or name one: --revision)"
        raise UnavailableError(words, retry_after_s=LOOK_AGAIN_S)
    if _followed(store) != (names, target):
        return _head(store)  # what detached it was over just now
    return _commit_id(store, _id_in(store, target, "HEAD"), "HEAD")


def _id_in(store: Store, content: bytes, name: str) -> str:
    found = content.decode("ascii", "replace")
    if not _FULL_ID.match(found):
        raise damaged(store.called, f"{clean(name)} holds no id of a commit")
    return found


def _followed(store: Store) -> tuple[list[Ref], ObjectID | None]:
    with store.lock, translated(store.called):
        return store.repo.refs.follow(HEADREF)


def _unborn(store: Store, branch: str) -> UsageError | UnavailableError:
    """Say why HEAD has no commit: there is none, or its branch is not there."""
    others = branches(store)
    if not others:
        reason = f"there is no commit yet on {_shown(branch)}; make the first one"
        return UnavailableError(f"repository {store.called}: {reason}")
    there = ", ".join(clean(name, max_cells=SHOWN_CELLS) for name in others[:NAMED_MAX])
    if others[NAMED_MAX:]:
        there += f" and {len(others) - NAMED_MAX} more"
    reason = f"HEAD names {_shown(branch)}, which is not there; there is: {there}"
    return UsageError(f"repository {store.called}: {reason}; choose with --revision")


def branches(store: Store) -> list[str]:
    """Return the names of all branches, in order."""
    with store.lock, translated(store.called):
        names = store.repo.refs.subkeys(Ref(BRANCHES.encode()))
    return sorted(name.decode(errors="replace") for name in names)


def _targets(store: Store, revision: str) -> list[str]:
    if revision.startswith("refs/"):
        named = [ref_target(store, revision)]
    else:
        named = [ref_target(store, place + revision) for place in _PLACES]
    found = [target for target in named if target is not None]
    if _FULL_ID.match(revision.lower()) and store.has(revision.lower()):
        found.append(revision.lower())
    return found


def _commit_id(store: Store, object_id: str, revision: str) -> str:
    kind, found = store.peeled(object_id)
    if kind != "commit":
        raise UsageError(f"repository {store.called}: {_shown(revision)} is a {kind}, not a commit")
    return found


def _by_prefix(store: Store, prefix: str) -> set[str]:
    peeled = (store.peeled(object_id) for object_id in store.with_prefix(prefix))
    return {found for kind, found in peeled if kind == "commit"}


def _shown(revision: str) -> str:
    return f'"{clean(revision, max_cells=SHOWN_CELLS)}"'
