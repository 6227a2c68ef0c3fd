"""What in Git states a value: which line, and which commit of whom."""

from collections.abc import Callable
from typing import TypeAlias

from core.model import Commit, Origin
from core.model.answers.comparisons import Likeness
from core.telling.moments import aged, written
from core.telling.spans import Line, Role, say

Telling: TypeAlias = Callable[[Commit, float], Line]
"""How a commit is named."""


def story(origin: Origin | None, now: float) -> Line:
    """Say it on a page, with the date written out; `place_of` is where the line parts."""
    if origin is None:
        return ()
    where = say(place_of(origin), Role.PLACE)
    if not origin.commit:
        return _uncommitted(origin, Role.TEXT)
    note = f" ({origin.note})" if origin.note else ""
    told = _commit(origin.commit, origin.author, written(origin.date, now), origin.subject)
    return (*told, say(note), ("  ", Role.TEXT), where)


def brief(origin: Origin | None, now: float) -> Line:
    """Say it in a pane: `a42fdde Bob, 45d: chore(deps)  apps/web.yaml:8`."""
    if origin is None:
        return ()
    where = say(place_of(origin), Role.PLACE)
    if not origin.commit:
        return _uncommitted(origin, Role.MUTED)
    told = _commit(origin.commit, origin.author, aged(origin.date, now), origin.subject)
    return (*told, ("  ", Role.TEXT), where)


def began(origin: Origin | None) -> tuple[str, bool] | None:
    """When Git came to state it (RFC 3339), and whether just then or then at the latest."""
    return (origin.date, True) if origin is not None and origin.commit else None


def place_of(origin: Origin) -> str:
    """Name the line of Git."""
    return f"{origin.file}:{origin.line}"


def _uncommitted(origin: Origin, role: Role) -> Line:
    """Name the place as far as it is known, and why no commit is."""
    parts = [say(place_of(origin), Role.PLACE)] if origin.file else []
    if origin.note:
        parts.append(say(f"  {origin.note}" if parts else origin.note, role))
    return tuple(parts)


def commit_story(commit: Commit | None, now: float) -> Line:
    """Name a commit by id, author, date and subject."""
    if commit is None:
        return (say("not read"),)
    return _commit(commit.id, commit.author, written(commit.date, now), commit.subject)


def commit_brief(commit: Commit, now: float) -> Line:
    """Name a commit in one row: id, author, age, subject."""
    return _commit(commit.id, commit.author, aged(commit.date, now), commit.subject)


def likeness(found: Likeness, now: float, *, told: Telling = commit_brief) -> Line:
    """Say when Git stated an object as it is: `as Git stated it from a42fdde ... until 9c1f3aa`.

    Commits are named as *told* does it.
    """
    if found.problem:
        return (say(found.problem),)
    if found.since is None:
        count = found.statements
        of = "its one statement" if count == 1 else f"{count:,} different statements"
        return (say(f"Git never stated it as it is, as far as was looked ({of})"),)
    since = (say("as Git stated it from "), *told(found.since, now))
    if found.until is None:
        return (*since, say(" on, to this day"))
    return (*since, say(" until "), *told(found.until, now))


def author_name(author: str) -> str:
    """The name without the address; the address where there is nothing else."""
    return author.partition(" <")[0] or author


def _commit(commit: str, author: str, when: str, subject: str) -> Line:
    return (
        say(commit[:7], Role.GIT),
        say(f" {author_name(author)}, {when}: ", Role.MUTED),
        say(subject),
    )
