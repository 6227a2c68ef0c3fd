"""A controller in the cluster, in words: does it live, does it heal, what did it do."""

from typing import Final

from core.model import HeldBy, epoch_of
from core.model.controllers.status import (
    SILENT_S,
    AppTold,
    Leader,
    Named,
    ObjectTold,
    Status,
    Told,
    Wrote,
)
from core.telling.moments import age
from core.telling.spans import Role, Span, say

_STOPPED: Final = {HeldBy.BREAKER.value: "mass drift", HeldBy.WINDOW.value: "window"}


def lead_problem(status: Status, leader: Leader | None, now: float) -> str:
    """Say why nobody may rely on a summary; "" where it is fresh, and its writer leads."""
    if leader is not None and not leader.holder:
        return f"nobody leads: the Lease {leader.lease} was released"
    if leader is not None and leader.is_over(now) and not leader.moving:
        return f"nobody leads: the Lease {leader.lease} ran out, {leader.holder} held it"
    written = epoch_of(status.written)
    if written is None or now - written >= SILENT_S:
        since = "ever" if written is None else age(now - written)
        return f"stale: the controller has not written for {since}"
    return ""


def named(told: Named) -> str:
    """Name an object as its rows do."""
    return str(told.ref)


def aged_word(stamp: str | None, now: float) -> str:
    """How long ago; `-` where nothing was, or nobody knows."""
    epoch = epoch_of(stamp) if stamp else None
    return "-" if epoch is None else age(now - epoch)


def heal(app: AppTold, now: float, *, why: bool = True) -> Span:
    """Whether it heals: `on`, `off`, `paused 2h`, `stopped mass drift`; and *why* not."""
    whole = next((pause for pause in app.pauses if pause.object is None), None)
    until = epoch_of(whole.until) if whole is not None else None
    if until is not None and until > now:
        return (f"paused {age(until - now)}", Role.WARNING)
    if not app.healing:
        return ("off", Role.TEXT)
    if app.held is not None:
        reason = f" {_STOPPED.get(app.held.by, app.held.by)}" if why else ""
        return say(f"stopped{reason}", Role.WARNING)
    return ("on", Role.HEALING)


def beside(told: Told, now: float) -> Span:
    """The same of a controller beside us: `controller ON`, `controller silent 5m`."""
    if now - told.at >= SILENT_S:
        return (f"controller silent {age(now - told.at)}", Role.WARNING)
    word, role = heal(told.app, now)
    first, *rest = word.split(" ", 1)
    loud = first if first == "paused" else first.upper()
    return (" ".join(("controller", loud, *rest)), role)


def warning(told: Told | None, now: float) -> str:
    """Say that somebody heals an app already; "" where nobody does."""
    if told is None or not told.app.healing or now - told.at >= SILENT_S:
        return ""
    return (
        f"The controller {told.holder} heals this app already. Both would write the same, and what"
        " stops the one (a fight, mass drift) does not stop the other: leave it to the controller."
    )


def last(wrote: Wrote, now: float) -> str:
    """Say of a write what it was: `12m ago: Deployment/shop/web spec.replicas, over jane`."""
    what = named(wrote.object) if wrote.object is not None else wrote.app
    fields = f" {', '.join(wrote.fields)}" if wrote.fields else ""
    over = f", over {', '.join(wrote.overruled)}" if wrote.overruled else ""
    return f"{aged_word(wrote.ts, now)} ago: {what}{fields}{over}"


def story(told: ObjectTold) -> str:
    """Say how an object stands: `Deployment/shop/web: drifted, paused until …`."""
    given_up = [f"{fight.path} left to {fight.manager}" for fight in told.fights if not fight.left]
    reasons = (told.reason, *given_up, told.held.words if told.held is not None else None)
    said = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
    verdict = told.verdict.replace("_", " ")
    return f"{named(told.object)}: {verdict}{f', {said}' if said else ''}"
