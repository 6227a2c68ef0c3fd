"""What in Git states a value: which line, and which commit of whom."""

from core.model import Commit, Origin
from core.telling.moments import ago, moment
from core.telling.spans import Line, Role, say


def story(origin: Origin | None) -> Line:
    """Say it as a sentence: place, commit, subject, author and date."""
    if origin is None:
        return ()
    place = f"{origin.file}:{origin.line}"
    if not origin.commit:
        return (say(f"{place}, set {origin.note}" if origin.note else place),)
    told = _commit(origin.commit, origin.subject, origin.author, origin.date)
    note = f" ({origin.note})" if origin.note else ""
    return (say(f"{place}, {told}{note}"),)


def brief(origin: Origin | None, now: float) -> Line:
    """Say it in one row: commit, author and age, place, subject."""
    if origin is None:
        return ()
    place = say(f"{origin.file}:{origin.line}", Role.PLACE)
    if not origin.commit:
        return (place, say(f"  {origin.note}", Role.MUTED)) if origin.note else (place,)
    return (
        say(origin.commit[:7], Role.GIT),
        say(f" {author_name(origin.author)} {ago(origin.date, now)}  ", Role.MUTED),
        place,
        say(f"  {origin.subject}", Role.MUTED),
    )


def commit_story(commit: Commit | None) -> Line:
    """Name a commit by id, subject, author and date."""
    if commit is None:
        return (say("not read"),)
    return (say(_commit(commit.id, commit.subject, commit.author, commit.date)),)


def commit_brief(commit: Commit, now: float) -> Line:
    """Name a commit in one row: id, author, subject, age."""
    return (
        say(commit.id[:7], Role.GIT),
        say(f" {author_name(commit.author)} ", Role.MUTED),
        say(commit.subject),
        say(f"  {ago(commit.date, now)}", Role.MUTED),
    )


def author_name(author: str) -> str:
    """The name without the address; the address where there is nothing else."""
    return author.partition(" <")[0] or author


def _commit(commit: str, subject: str, author: str, date: str) -> str:
    return f'{commit[:7]} "{subject}" by {author_name(author)}, {moment(date)}'
