"""One object through its life, and the properties that must hold after each step."""

import json
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any, Final

import msgspec

from core.compare import Beside, Judgement, Policy, judge
from core.compare.equality.builtin import LAST_APPLIED
from core.compare.equality.walk import differences
from core.model import (
    ABSENT,
    Absent,
    FieldChange,
    FieldVerdict,
    Json,
    JsonObject,
    Key,
    Live,
    Stamp,
    Step,
    Verb,
    Verdict,
)
from core.model.paths import parse_path
from core.model.requests import Delete
from core.remedy import patch, requests
from tests.core.compare.oracle import dice as draw
from tests.core.compare.oracle.edits import Edit, Pointer, at, leaves, unkept
from tests.core.compare.oracle.session import Session, kind_of, live_of
from tests.core.compare.oracle.trails import (
    Trail,
    annotations_of,
    apart_in,
    differing,
    metadata_of,
    names_of,
    near,
    plain,
    repeats,
    smaller,
)

COUNTED: Final = frozenset({FieldVerdict.DRIFT, FieldVerdict.CONTESTED})
_TYPES: Final = ("application/json", "application/json-patch+json", "application/merge-patch+json")
_EDITOR: Final = "kubectl-edit"
_SYNCED: Final = "synced after"
_PUT_BACK: Final = "the server puts it back"
_REFUSED: Final = frozenset({400, 403, 409, 422, 500})


@dataclass(frozen=True, slots=True)
class Failure:
    """A property that does not hold."""

    rule: str
    trial: str
    trail: str
    told: str

    def __str__(self) -> str:
        return f"{self.trial}: {self.rule}: {self.trail}\n{self.told}"


@dataclass(slots=True)
class Report:
    """What was tried, and what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    unkept: Counter[str] = field(default_factory=Counter)  # what Git states and the server drops


class Trial:
    """Everything that is done with one seed and one number."""

    def __init__(self, session: Session, seed: JsonObject, number: int, report: Report) -> None:
        """Draw from the kind and *number* alone."""
        self.session, self.report = session, report
        self.kind = kind_of(seed)
        self.title = f"{self.kind.api_version}/{self.kind.kind}#{number}"
        self.dice = Random(self.title)
        self.name = f"{self.kind.kind.lower()}-{number}"
        self.seed: JsonObject = {**seed, "metadata": {"name": self.name}}
        self.shapes = session.shapes(self.kind)
        self.raw = self.shapes.root(self.kind)
        self.schema = session.schema(self.kind)
        self.put_back: set[Trail] = set()  # by the server itself, in the last sync

    def run(self, *, grown: int, edits: int) -> None:
        """Live one life."""
        git = self.grow(grown)
        live = self.begin(git)
        if live is None:
            return
        self.count("objects")
        self.check_in_sync("just created", git, live)
        self.in_other_words(git, live)
        live = self.sync(git, live, "first sync")
        for _ in range(edits):
            live = self.edited(git, live) if live is not None else self.begin(git, apply=True)
        if live is not None:
            moved = self.grow(grown // 2)
            self.count("moves")
            self.check_oracle("Git moved", moved, live)
            self.sync(moved, live, "Git moved")
        self.session.forget(git)

    # Making objects -------------------------------------------------------------------------------

    def grow(self, proposals: int) -> JsonObject:
        """Add what the server accepts."""
        grown = self.seed
        for _ in range(proposals):
            edit = draw.addition(grown, self.raw, self.shapes, self.dice)
            if edit is None:
                continue
            bigger = edit.on(grown)
            answer = self.session.apply(bigger, None, dry=True)
            accepted = answer.status == HTTPStatus.CREATED and self._kept(bigger, answer.json())
            self.count("accepted growth" if accepted else "refused growth")
            grown = bigger if accepted else grown
        return grown

    def _kept(self, stated: JsonObject, created: JsonObject) -> bool:
        """Tell whether the server keeps all of it.

        Fields behind a feature gate that is off are dropped, and some words are rewritten: only
        the server knows, so a local verdict cannot.
        """
        lost = [
            pointer
            for pointer in unkept(stated, created)
            if self.shapes.schema_at(self.raw, pointer).get("type") != "quantity"
        ]
        for pointer in lost:
            self.report.unkept[f"{self.kind.kind} {'.'.join(names_of(pointer))}"] += 1
        return not lost

    def begin(self, git: JsonObject, *, apply: bool = False) -> Live | None:
        """Create the object, by one of three kinds of client."""
        way = "driftdeck" if apply else self.dice.choice(("driftdeck", "kubectl-create", "kubectl"))
        stated = git
        if way == "kubectl":
            note = {LAST_APPLIED: json.dumps(git)}
            stated = Edit(("metadata", "annotations"), {**annotations_of(git), **note}).on(git)
            answer = self.session.create(stated, "kubectl-client-side-apply")
        elif way == "kubectl-create":
            answer = self.session.create(stated, way)
        else:
            answer = self.session.apply(stated, None)
        if answer.status not in {HTTPStatus.CREATED, HTTPStatus.OK}:
            self.count("refused objects")
            self.report.refusals[answer.json()["message"][:120]] += 1
            return None
        return live_of(answer)

    def in_other_words(self, git: JsonObject, live: Live) -> None:
        """Git states the same, or more, or less, in another way."""
        found = plain(live.body)
        explicit: JsonObject = {**found, "metadata": {**metadata_of(git), "name": self.name}}
        explicit.pop("status", None)
        again = draw.restated(git, self.raw, self.shapes, self.dice)
        fuller = draw.restated(explicit, self.raw, self.shapes, self.dice)
        thin = draw.thinned(explicit, self.dice)
        variants = {"explicit": explicit, "restated": again, "fuller": fuller, "thin": thin}
        for how, variant in variants.items():
            self.count("restatements")
            self.check_oracle(how, variant, live)

    # What a person does, and what an engine does then ---------------------------------------------

    def edited(self, git: JsonObject, live: Live) -> Live | None:
        """One edit, which must be seen and healed."""
        before = plain(live.body)
        edit = draw.any_edit(before, self.raw, self.shapes, self.dice)
        if edit is None or repeats(edit.on(before)):
            return live
        content_type = self.dice.choice(_TYPES)
        body: Any
        if content_type == _TYPES[0]:
            body = edit.on(msgspec.json.decode(live.body))
        else:
            patch = edit.json_patch if content_type == _TYPES[1] else edit.merge_patch
            body = patch(before)
        query = f"fieldManager={_EDITOR}&fieldValidation=Strict"
        answer = self.session.change(git, query, content_type, body)
        if answer.status != HTTPStatus.OK:
            assert answer.status in _REFUSED, answer.body
            self.count("refused edits")
            return live
        after = live_of(answer)
        self.count("edits")
        what = f"edit {edit} by {content_type.partition('/')[2]}"
        if not self.changes(before, plain(after.body)):
            self.count("edits without effect")
            self.check_in_sync(f"{what}, without effect", git, after)
            return after
        if _holds_nothing(edit, after):
            self.count("edits that only the server filled in")
            return self.sync(git, after, what)
        self.check_seen(what, git, live, after, edit)
        healed = self.sync(git, after, what)
        if healed is not None:
            self.check_restored(what, git, (live, after, healed), edit)
        return healed

    def sync(self, git: JsonObject, live: Live, what: str) -> Live | None:
        """Apply and remove as the engine does; None if the server refuses, and it is gone."""
        judgement = self.confirmed(git, live)
        self.put_back = {trail_of(c) for c in judgement.changes if c.note == _PUT_BACK}
        synced = self._healed(git, live, drifts_of(judgement))
        if synced is None:
            self.count("cannot heal")
            self.session.forget(git)
            self.name += "x"
            git["metadata"]["name"] = self.seed["metadata"]["name"] = self.name  # type: ignore[index,call-overload]
            return None
        self.count("syncs")
        self.check_in_sync(f"{_SYNCED} {what}", git, synced)
        repeated = self.session.apply(git, synced)
        if repeated.status != HTTPStatus.OK:  # entries without keys: no apply can read this object
            self.count("unreadable for applies")
            self.session.forget(git)
            return None
        again = live_of(repeated)
        if again.resource_version != synced.resource_version:
            # the first apply after a removal may still take fields over and sort the members of a
            # set: what they mean must stand, and the next one leaves all as it is
            one, two = (self.shapes.settled(plain(each.body), self.raw) for each in (synced, again))
            trails = differing(one, two)
            if not trails and differing(plain(synced.body), plain(again.body)):
                third = live_of(self.session.apply(git, again))
                trails = differing(plain(again.body), plain(third.body))
                again = third
            if trails:
                self.fail("a second apply changes something", trails[0], git, again, what)
        return again

    def confirmed(self, git: JsonObject, live: Live) -> Judgement:
        """Judge as the engine does: after a dry-run of the apply, and one of all of the heal."""
        dry = self.session.apply(git, live, dry=True)
        if dry.status != HTTPStatus.OK:
            return self.judged(git, live)
        judgement = self.judged(git, live, dry.body)
        drifts = drifts_of(judgement)
        edit = patch(self.session.desired(git), live, drifts, self.schema, Policy())
        whole = self.session.perform(git, edit, live, dry=True) if edit is not None else dry
        if whole is None or whole.status != HTTPStatus.OK:
            return judgement
        return self.judged(git, live, whole.body, beside=Beside(whole=True))

    def _healed(self, git: JsonObject, live: Live, drifts: tuple[FieldChange, ...]) -> Live | None:
        """Send what a sync sends, in its order; None if the server refuses any of it."""
        desired = self.session.desired(git)
        stamp = Stamp(desired.digest, live.resource_version, live.uid)
        step = Step(Key("oracle", desired.ref), desired.kind, Verb.APPLY, stamp, drifts)
        for request in requests(desired, live, step, self.schema, Policy()):
            assert not isinstance(request, Delete)
            answer = self.session.perform(git, request, live)
            if answer is not None and answer.status != HTTPStatus.OK:
                return None
            live = live_of(answer) if answer is not None else live
            self.count(f"{type(request).__name__.lower()} requests")
        return live

    # Properties -----------------------------------------------------------------------------------

    def judged(
        self,
        git: JsonObject,
        live: Live,
        predicted: bytes | None = None,
        beside: Beside = Beside(),  # noqa: B008 - frozen
    ) -> Judgement:
        desired = self.session.desired(git)
        return judge(desired, live, self.schema, predicted=predicted, beside=beside)

    def check_in_sync(self, what: str, git: JsonObject, live: Live) -> None:
        judgement = self.judged(git, live)
        kept = self.put_back if what.startswith(_SYNCED) else set()
        wrong = [each for each in counted(judgement) if trail_of(each) not in kept]
        if wrong or judgement.verdict not in {Verdict.IN_SYNC, Verdict.DRIFTED}:
            change = wrong[0]
            told = f"{what}: {_told(judgement)}"
            self.fail("drift where there is none", trail_of(change), git, live, told)
        self.check_oracle(what, git, live)

    def check_oracle(self, what: str, git: JsonObject, live: Live) -> None:
        """What an apply would change, and nothing else, is what Git states and live lacks."""
        answer = self.session.apply(git, live, dry=True)
        if answer.status != HTTPStatus.OK:
            self.count("refused dry-runs")
            self.report.refusals[answer.json()["message"][:120]] += 1
            return
        self.count("verdicts")
        local = self.judged(git, live)
        found = plain(live.body)
        expected = self.changes(found, plain(answer.body), nulls=False)
        seen = [trail_of(change) for change in local.changes if change.verdict in COUNTED]
        orders = [trail_of(change) for change in local.changes if change.info == "order"]
        told = f"{what}: {_told(local)}; an apply changes {expected}"
        stated = {names_of(pointer) for pointer in leaves(git)}
        apart = differing(git, found)
        for trail in expected:
            # from what is drift: it goes with it, be it unstated or what Git states to the letter
            even = trail not in stated or not any(near(trail, other) for other in apart)
            if not (seen and even) and not any(near(trail, other) for other in (*seen, *orders)):
                self.fail("missed: an apply would change it", trail, git, live, told)
        for change in counted(local):
            if not isinstance(change.git, Absent) and not any(
                near(trail_of(change), other) for other in expected
            ):
                rule = "false: an apply changes nothing there"
                self.fail(rule, trail_of(change), git, live, told)
        asked = self.judged(git, live, answer.body)
        if local.verdict is not asked.verdict or _paths(local) != _paths(asked):
            rule = "local and confirmed verdicts differ"
            either = sorted(_paths(local) ^ _paths(asked))
            self.fail(rule, tuple(either[:1]), git, live, f"{told}; confirmed {_told(asked)}")
        self.check_order_of_keys(git, live, local)

    def changes(self, one: JsonObject, other: JsonObject, *, nulls: bool = True) -> list[Trail]:
        """Where an apply changes something; an empty list or free map is as good as none.

        Without *nulls* so is a null that comes where nothing is: it asks for nothing.
        """
        first, second = (self.shapes.settled(each, self.raw) for each in (one, other))
        found = (
            names_of(pointer)
            for pointer, before, after in apart_in(first, second, ())
            if not (isinstance(before, Absent) or isinstance(after, Absent))
            or not (
                self._is_nothing(pointer, before if isinstance(after, Absent) else after)
                or (after is None and not nulls and self.shapes.schema_at(self.raw, pointer))
            )
        )
        return list(dict.fromkeys(found))

    def _is_nothing(self, pointer: Pointer, value: Json | Absent) -> bool:
        raw = self.shapes.schema_at(self.raw, pointer)
        return bool(raw) and (
            value == [] or (value == {} and isinstance(raw.get("additionalProperties"), dict))
        )

    def check_order_of_keys(self, git: JsonObject, live: Live, local: Judgement) -> None:
        body = json.dumps(draw.shuffled(msgspec.json.decode(live.body), self.dice)).encode()
        moved = self.judged(
            draw.shuffled(git, self.dice), Live(live.uid, live.resource_version, body)
        )
        if moved.verdict is not local.verdict or _paths(moved) != _paths(local):
            told = f"{_told(local)}; shuffled {_told(moved)}"
            self.fail("the order of keys changes the verdict", (), git, live, told)

    def check_seen(self, what: str, git: JsonObject, before: Live, after: Live, edit: Edit) -> None:
        self.count("edits with effect")
        judgement = self.judged(git, after)
        edited = names_of(edit.pointer)
        if edited[0] == "stringData":
            edited = ("data", *edited[1:])
        elif edited[-1] == "serviceAccount":  # the old name: the server writes both
            edited = (*edited[:-1], "serviceAccountName")
        seen = [c for c in judgement.changes if c.verdict in COUNTED or c.info == "order"]
        if not self.unstated(git, edit) and not any(near(edited, trail_of(c)) for c in seen):
            told = f"{what}: {_told(judgement)}"
            if edit.value is not ABSENT and _is_unrecorded(before, after):
                self.count("edits that the server keeps no record of")
            else:
                self.fail("an edit by a person is not seen", edited, git, after, told)
        old, new = (msgspec.json.decode(each.body, type=dict) for each in (before, after))
        if not differences(old, new, self.schema.root):
            self.fail("the watch sees no changed path", edited, git, after, what)
        self.check_oracle(what, git, after)

    def check_restored(
        self, what: str, git: JsonObject, lives: tuple[Live, Live, Live], edit: Edit
    ) -> None:
        """All is as before the edit, but for what nobody asks for."""
        before, after, healed = (plain(each.body) for each in lives)
        stated, found = self.stated(git), apart_in(before, healed, (), ordered=False)
        apart = [
            (pointer, now)
            for pointer, was, now in found
            if names_of(pointer) in stated
            or not (self._may_go(pointer, was, now) or _is_filled(edit, after, pointer, now))
        ]
        new = self._new(git) if apart else git
        trails = [
            names_of(pointer)
            for pointer, now in apart
            if names_of(pointer) in stated or at(new, pointer) != now  # a default is back
        ]
        if trails and not self.unstated(git, edit):
            self.fail("a heal does not restore", trails[0], git, lives[-1], f"{what}: {trails}")

    def stated(self, git: JsonObject) -> set[Trail]:
        """Where Git asks for something: an empty list or free map asks for nothing."""
        return {
            names_of(pointer)
            for pointer in leaves(git)
            if not self._is_nothing(pointer, at(git, pointer))
        }

    def unstated(self, git: JsonObject, edit: Edit) -> bool:
        """Tell whether a person removed what Git never stated, such as a label given at birth."""
        return edit.value is ABSENT and names_of(edit.pointer) not in self.stated(git)

    def _new(self, git: JsonObject) -> JsonObject:
        """What the server would make of Git if there were no such object."""
        other = Edit(("metadata", "name"), f"{self.name}-new").on(git)
        answer = self.session.apply(other, None, dry=True)
        return plain(answer.body) if answer.status == HTTPStatus.CREATED else git

    def _may_go(self, pointer: Pointer, was: Json | Absent, now: Json | Absent) -> bool:
        """Tell whether what nobody states may be otherwise than before an edit and its heal.

        It may be gone, it may be what the server said it puts back, and a port that the server drew
        is drawn anew.
        """
        trail = names_of(pointer)
        drawn = trail[-1] == "nodePort" and isinstance(now, int)
        return drawn or trail in self.put_back or smaller(was, now)

    def fail(self, rule: str, trail: Trail, git: JsonObject, live: Live, told: str) -> None:
        text = f"  {told}\n  git  {json.dumps(git)}\n  live {json.dumps(plain(live.body))}"
        self.report.failures.append(Failure(rule, self.title, ".".join(trail), text))

    def count(self, what: str) -> None:
        self.report.counts[what] += 1


def counted(judgement: Judgement) -> list[FieldChange]:
    """The changes that count."""
    return [change for change in judgement.changes if change.verdict in COUNTED]


def drifts_of(judgement: Judgement) -> tuple[FieldChange, ...]:
    """The changes that a heal is about."""
    return tuple(each for each in judgement.changes if each.verdict is FieldVerdict.DRIFT)


def trail_of(change: FieldChange) -> Trail:
    """Where a change is, without entries of lists."""
    return tuple(part for part in parse_path(change.path) if isinstance(part, str))


def _is_filled(edit: Edit, after: JsonObject, pointer: Pointer, now: Json | Absent) -> bool:
    """Tell whether the server put there by itself, at a person's edit, what is there *now*."""
    at_edit, depth = pointer[: len(edit.pointer)] == edit.pointer, len(edit.pointer)
    value = None if isinstance(edit.value, Absent) else edit.value
    sent = at(value, pointer[depth:]) if at_edit else ABSENT
    return isinstance(sent, Absent) and at(after, pointer) == now is not ABSENT


def _holds_nothing(edit: Edit, after: Live) -> bool:
    """Tell whether a person added an empty object in which all that is there is a default.

    `rollingUpdate: {}` of a StatefulSet that names its kind of update: the server fills in what an
    object that does not name it has, and a default is clean whoever sent it (verdicts.md, B1).
    """
    return (
        edit.value == {}
        and edit.pointer[-1] == "rollingUpdate"
        and bool(at(plain(after.body), edit.pointer))
    )


def _is_unrecorded(before: Live, after: Live) -> bool:
    """Tell whether the server took a person's write and kept no record of it.

    It reads no owners where an entry of a keyed list lacks its key, as a Secret named "" does.
    """
    one, two = (
        metadata_of(msgspec.json.decode(each.body)).get("managedFields") for each in (before, after)
    )
    entries = two if isinstance(two, list) else []
    named = any(isinstance(each, dict) and each.get("manager") == _EDITOR for each in entries)
    return one == two and not named


def _paths(judgement: Judgement) -> set[str]:
    return {change.path for change in counted(judgement)}


def _told(judgement: Judgement) -> str:
    changes = (
        f"{change.path} {change.verdict}{f'({change.note})' if change.note else ''}"
        for change in judgement.changes
    )
    return f"{judgement.verdict} [{', '.join(changes)}]"
