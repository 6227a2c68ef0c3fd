"""Which refs of a server are wanted, for the revisions that apps follow."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.git.local.operations import BRANCHES
from core.git.ranges import Range, best
from core.git.reading.revisions import TAGS, without_steps
from core.model.sources.layouts import holes, words_of

_ID: Final = re.compile(r"[0-9a-f]{4,64}")
_WHOLE_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(slots=True)
class Choice:
    """What to bring from a server."""

    refs: dict[str, str] = field(default_factory=dict)  # full name -> id there
    commits: set[str] = field(default_factory=set)  # whole ids that no chosen ref may lead to
    head: str = ""  # where HEAD points: a full name of a ref, or an id
    missing: list[str] = field(default_factory=list)  # revisions that are not there


def chosen(revisions: Iterable[str], refs: Mapping[str, str], head: str) -> Choice:
    """Choose what *revisions* need.

    Args:
        revisions: As settings state them.
        refs: Every ref of the server, and the id it holds.
        head: The ref that the server's HEAD is, "" where it is none.
    """
    choice = Choice(head=head or refs.get("HEAD", ""))
    for revision in revisions:
        named = without_steps(revision)
        names = _names(named, refs, head)
        choice.refs |= {name: refs[name] for name in names}
        if names or (named == "HEAD" and choice.head):
            continue
        if _ID.fullmatch(named.lower()):
            choice.refs |= {name: to for name, to in refs.items() if name.startswith(BRANCHES)}
            choice.commits |= {named.lower()} if _WHOLE_ID.fullmatch(named.lower()) else set()
        else:
            choice.missing.append(revision)
    if choice.head and not choice.head.startswith("refs/"):
        choice.commits.add(choice.head)
    return choice


def _names(revision: str, refs: Mapping[str, str], head: str) -> list[str]:
    if revision == "HEAD":
        return [head] if head in refs else []
    wanted = Range.read(revision)
    if wanted is not None:
        tags = {name.removeprefix(TAGS) for name in refs if name.startswith(TAGS)}
        tag = best(wanted, (tag for tag in tags if not tag.endswith("^{}")))
        return [] if tag is None else [TAGS + tag]
    if revision.startswith("refs/"):
        return [revision] if revision in refs else []
    if holes(revision):
        return [name for name in refs if _is_of(revision, name)]
    return [name for prefix in (BRANCHES, TAGS) if (name := prefix + revision) in refs]


def _is_of(pattern: str, name: str) -> bool:
    """Tell whether a ref is a branch of the shape that a layout follows."""
    branch = name.removeprefix(BRANCHES)
    return branch != name and words_of(pattern, branch, {}) is not None
