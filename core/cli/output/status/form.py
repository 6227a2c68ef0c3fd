"""The JSON of `driftdeck status -o json`: every shard's apps and writes as one list."""

from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec

from core.cli.exit_codes import CODES, DRIFT, IN_SYNC
from core.cli.output.forms import SCHEMA, time_text
from core.model import DRIFT_VERDICTS, JsonObject, Remedy, Verdict
from core.model.controllers.leads import lease_name
from core.model.controllers.status import AppTold, Leader, Seen, Status
from core.telling.controllers import lead_problem

_DRIFTS = frozenset(verdict.value for verdict in DRIFT_VERDICTS)
_WAIT = CODES[Remedy.WAIT]


def status_form(seen: Seen, app: str | None = None) -> JsonObject:
    """Put what was found into its form; with *app* of that one alone."""
    told = [(status, each) for status in seen.statuses for each in status.apps]
    writes = chain.from_iterable(status.journal for status in seen.statuses)
    return {
        "schema": SCHEMA,
        "context": seen.context or None,
        "user": seen.user or None,
        "namespace": seen.namespace,
        "ts": time_text(seen.at),
        "controllers": [_controller(seen, status) for status in seen.statuses],
        "leases": msgspec.to_builtins(seen.leaders),
        "apps": [
            {**msgspec.to_builtins(each), "shard": status.shard}
            for status, each in told
            if app in {None, each.name}
        ],
        "journal": [
            msgspec.to_builtins(each)
            for each in sorted(writes, key=lambda wrote: wrote.ts)
            if app in {None, each.app}
        ],
        "problems": [*seen.unreadable, *seen.problems],
    }


def _controller(seen: Seen, status: Status) -> JsonObject:
    told: JsonObject = {
        name: value
        for name, value in msgspec.to_builtins(status).items()
        if name not in {"apps", "journal", "schema"}
    }
    return told | {"problem": lead_problem(status, leader_of(seen, status), seen.at) or None}


def leader_of(seen: Seen, status: Status) -> Leader | None:
    """Return the Lease by which the writer of a summary writes."""
    name = lease_name(status.shard or 0, status.shards)
    return next((each for each in seen.leaders if each.lease == name), None)


def apps_of(seen: Seen, app: str | None = None) -> Sequence[AppTold]:
    """Return the apps of all shards, or the one that is asked for."""
    every = (each for status in seen.statuses for each in status.apps)
    return [each for each in every if app in {None, each.name}]


def status_exit(seen: Seen, apps: Iterable[AppTold]) -> int:
    """Return the exit code, as that of `diff`: what is not known goes before drift."""
    stale = [lead_problem(each, leader_of(seen, each), seen.at) for each in seen.statuses]
    known = bool(seen.statuses) and not seen.unreadable and not any(stale)
    return max([IN_SYNC if known else _WAIT, *map(_app_exit, apps)])


def _app_exit(app: AppTold) -> int:
    codes = [DRIFT if any(app.counts.get(each) for each in _DRIFTS) else IN_SYNC]
    if app.problem is not None:
        remedies = {remedy.value: code for remedy, code in CODES.items()}
        codes.append(remedies.get(app.problem.remedy, _WAIT))
    if app.counts.get(Verdict.UNKNOWN.value):
        codes.append(CODES[Remedy.GRANT])
    if not app.complete:
        codes.append(_WAIT)
    return max(codes)
