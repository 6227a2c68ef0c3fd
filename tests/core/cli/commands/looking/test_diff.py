"""`driftdeck diff` waits for the whole picture, prints it, and ends with the code it deserves."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from core.cli.commands.looking.diff import looked_back, picture, show
from core.cli.options import Options
from core.cli.output.forms import diff_form
from core.cli.output.ink import Ink
from core.cli.output.report import Page, report_lines
from core.cli.session import beside, judged, pending
from core.compare import detailed, mask
from core.model import (
    ABSENT,
    Actor,
    AppView,
    Cause,
    ClusterSpec,
    ClusterView,
    Confidence,
    FieldChange,
    FieldVerdict,
    Key,
    Masked,
    ObjectRef,
    Problem,
    Remedy,
    Seen,
    Snapshot,
    Stamp,
    Verdict,
    epoch_of,
)
from core.model.answers.comparisons import Likeness
from core.reconcile.memory.commands import Command, Explain, LookBackAt
from tests.core.cli.scripted import (
    ACTOR,
    CART,
    COMMIT,
    LABEL,
    ORIGIN,
    REPLICAS,
    SPEC,
    WEB,
    ScriptedEngine,
    app_view,
    drifted,
    in_sync,
    missing,
    picture_of,
)

NOW = epoch_of("2026-07-01T12:10:03Z") or 0.0


def told(snapshot: Snapshot, width: int = 80) -> str:
    """Return the report as a terminal of that width shows it."""
    page = Page(Ink(width=width), NOW)
    return "".join(f"{line}\n" for line in report_lines(snapshot, page, everything=False))


def shown(snapshot: Snapshot, **options: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = show(snapshot, Options(**options), out=out, err=err, now=NOW)
    return code, out.getvalue(), err.getvalue()


def document_of(snapshot: Snapshot, **options: Any) -> Mapping[str, Any]:
    _, out, _ = shown(snapshot, output="json", **options)
    document: Mapping[str, Any] = json.loads(out)
    return document


# Waiting ----------------------------------------------------------------------------------------


async def test_the_picture_is_the_first_complete_one() -> None:
    half = picture_of(drifted(), complete=False)
    whole = picture_of(drifted())
    assert await beside(ScriptedEngine(half, whole), picture) == whole


async def test_a_drifted_row_without_its_story_is_asked_for_once_and_awaited() -> None:
    bare = picture_of(drifted(explained=False))

    def answer(command: Command, _: Snapshot) -> Snapshot:
        assert command == Explain(WEB)
        return picture_of(drifted())

    engine = ScriptedEngine(bare, reaction=answer)
    assert (await beside(engine, picture)).rows[WEB].explained
    assert engine.commands == [Explain(WEB)]


async def test_a_row_that_changed_meanwhile_is_asked_for_again() -> None:
    first = drifted(explained=False)
    later = drifted(explained=False, stamp=Stamp("d1", "124", "u1"))
    answers = [picture_of(later), picture_of(drifted(stamp=Stamp("d1", "124", "u1")))]
    engine = ScriptedEngine(picture_of(first), reaction=lambda *_: answers.pop(0))
    await beside(engine, picture)
    assert engine.commands == [Explain(WEB), Explain(WEB)]


async def test_of_a_missing_object_the_commit_that_states_it_is_asked_for() -> None:
    bare = picture_of(missing(explained=False))
    told = picture_of(missing(explained=True))
    engine = ScriptedEngine(bare, told)
    assert await beside(engine, picture) is told
    assert [type(command) for command in engine.commands] == [Explain]


async def test_what_a_credential_plugin_asks_is_said_at_once_and_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = picture_of(drifted())
    words = "credential plugin p: open https://login.example.org"
    asking = replace(whole.clusters[0], connected=False, asks=words)
    waiting = replace(whole, apps=(), clusters=(asking,), rows={})
    half = replace(waiting, apps=picture_of(drifted(), complete=False).apps)
    engine = ScriptedEngine(half, half, whole)
    assert await beside(engine, picture) == whole
    assert capsys.readouterr().err == f"driftdeck: {words}\n"


async def test_a_picture_that_never_completes_is_given_up() -> None:
    half = picture_of(drifted(confirming=True), complete=False)

    snapshot = await beside(ScriptedEngine(half), lambda e: picture(e, deadline_s=0.01))
    code, out, err = shown(snapshot)
    assert code == 3
    assert "Deployment shop/web" in out
    assert "gave up waiting: app shop: 1 of 1 objects wait for the server's word" in err


async def test_what_is_waited_for_is_said_once_while_it_is_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    half = picture_of(complete=False)
    silent = replace(half, clusters=(replace(half.clusters[0], connected=False),), rows={})
    engine = ScriptedEngine(silent)
    _, whole = await beside(engine, lambda e: judged(e, deadline_s=0.03, silent_s=0.01))
    assert not whole
    words = "driftdeck: waiting: app shop: cluster demo (context demo-eu, user ada) did not answer"
    assert capsys.readouterr().err == f"{words} yet\n"


@pytest.mark.parametrize(
    ("fields", "awaited"),
    [
        ({"revision": None}, "Git was not read yet (config)"),
        ({"problem": Problem(Remedy.WAIT, "busy")}, "busy"),
    ],
)
def test_what_is_pending_is_named(fields: Mapping[str, Any], awaited: str) -> None:
    code, _, err = shown(picture_of(complete=False, **fields))
    assert code == 3
    assert f"gave up waiting: app shop: {awaited}" in err


def test_a_silent_cluster_is_named() -> None:
    snapshot = picture_of(complete=False)
    silent = replace(snapshot.clusters[0], connected=False)
    _, _, err = shown(replace(snapshot, clusters=(silent,)))
    assert "cluster demo (context demo-eu, user ada) did not answer yet" in err


# Exit codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("snapshot", "code"),
    [
        (picture_of(in_sync()), 0),
        (picture_of(), 0),
        (picture_of(drifted()), 1),
        (picture_of(missing()), 1),
        (picture_of(drifted(verdict=Verdict.EXTRA)), 1),
        (picture_of(drifted(verdict=Verdict.CONTESTED)), 0),
        (picture_of(drifted(verdict=Verdict.UNKNOWN)), 4),
        (picture_of(drifted(), problem=Problem(Remedy.WAIT, "gone"), blocked=True), 3),
        (picture_of(drifted(), problem=Problem(Remedy.GRANT, "no")), 4),
        (picture_of(in_sync(), file_problems=("a.yaml:1: bad",)), 5),
        (picture_of(in_sync(), problem=Problem(Remedy.FIX_SETTINGS, "no such folder")), 2),
    ],
)
def test_the_exit_code_says_the_worst(snapshot: Snapshot, code: int) -> None:
    assert shown(snapshot)[0] == code


def broken_beside_drifted() -> Snapshot:
    spec = replace(SPEC, name="ledger")
    broken: AppView = replace(
        app_view(spec),
        complete=False,
        blocked=True,
        problem=Problem(Remedy.GRANT, "ledger is gone"),
    )
    whole = picture_of(drifted())
    return replace(whole, apps=(broken, *whole.apps))


def test_one_app_in_trouble_does_not_hide_another() -> None:
    code, out, err = shown(broken_beside_drifted())
    assert code == 4
    assert "Deployment shop/web: drifted" in out
    assert err == "driftdeck: app ledger: ledger is gone\n"


# JSON -------------------------------------------------------------------------------------------


def test_the_document_has_the_promised_form() -> None:
    _, out, err = shown(picture_of(drifted()), output="json")
    assert err == ""
    assert json.loads(out) == {
        "schema": "driftdeck.dev/v1",
        "complete": True,
        "apps": [
            {
                "name": "shop",
                "cluster": "demo",
                "context": "demo-eu",
                "user": "ada",
                "repo": "config",
                "revision": COMMIT.id,
                "path": "apps/shop",
                "problem": None,
                "unseen": [],
                "inventory": None,
                "counts": {
                    "in_sync": 0,
                    "drifted": 1,
                    "missing": 0,
                    "extra": 0,
                    "contested": 0,
                    "unknown": 0,
                },
                "ignored": 0,
                "no_manifests": [],
                "held": None,
                "untaken": 0,
            }
        ],
        "objects": [
            {
                "app": "shop",
                "cluster": "demo",
                "context": "demo-eu",
                "user": "ada",
                "api_version": "apps/v1",
                "kind": "Deployment",
                "namespace": "shop",
                "name": "web",
                "verdict": "drifted",
                "cause": "live_changed",
                "confirmed_by": "server",
                "resource_version": "123",
                "judged_at": None,
                "reason": None,
                "held": None,
                "untaken": False,
                "tracked_by": None,
                "actor": None,
                "origin": None,
                "changes": [
                    {
                        "path": "spec.replicas",
                        "verdict": "drift",
                        "live": 7,
                        "git": 3,
                        "cause": None,
                        "class": None,
                        "note": None,
                        "healable": True,
                        "detail": [],
                        "seen": None,
                        "actor": {
                            "manager": "kubectl",
                            "operation": "Update",
                            "subresource": "scale",
                            "time": "2026-07-01T12:00:03Z",
                            "observed_at": None,
                            "user": None,
                            "confidence": "owned",
                            "verb": None,
                            "user_agent": None,
                            "suspects": [],
                        },
                        "origin": {
                            "file": "apps/shop/web.yaml",
                            "line": 8,
                            "commit": COMMIT.id,
                            "author": "Ines Duarte <i@shop.example>",
                            "date": "2026-06-30T14:02:11Z",
                            "subject": "Sale",
                            "note": None,
                        },
                    }
                ],
                "ignored": [],
                "health": None,
            }
        ],
    }


def test_an_absent_side_has_no_key_and_a_null_has_one() -> None:
    null = FieldChange("spec.paused", FieldVerdict.DRIFT, None, ABSENT)
    document = document_of(picture_of(drifted(changes=(LABEL, null))))
    label, paused = document["objects"][0]["changes"]
    assert label["live"] == "alice"
    assert "git" not in label
    assert paused == {
        "path": "spec.paused",
        "verdict": "drift",
        "live": None,
        "cause": None,
        "class": None,
        "note": None,
        "healable": True,
        "detail": [],
        "seen": None,
        "actor": None,
        "origin": None,
    }


def test_objects_in_sync_are_left_out_unless_all_are_wanted() -> None:
    snapshot = picture_of(in_sync(), missing())
    assert [o["name"] for o in document_of(snapshot)["objects"]] == ["cart"]
    everything = document_of(snapshot, everything=True)
    assert [o["name"] for o in everything["objects"]] == ["cart", "web"]
    assert document_of(snapshot)["apps"][0]["counts"]["in_sync"] == 1


def test_a_problem_makes_the_document_incomplete() -> None:
    document = document_of(broken_beside_drifted())
    assert document["complete"] is False
    assert [app["problem"] for app in document["apps"]] == ["ledger is gone", None]


def test_files_left_out_are_a_problem_named_once() -> None:
    files = ("a.yaml:1: bad", "b.yaml:2: worse")
    document = document_of(
        picture_of(problem=Problem(Remedy.CHANGE_GIT, files[0]), file_problems=files)
    )
    assert document["apps"][0]["problem"] == "a.yaml:1: bad; b.yaml:2: worse"


def test_the_document_is_ascii_whatever_it_holds() -> None:
    change = replace(REPLICAS, live="\x1b]52;c;x\x07 \u202e \ud800", git="ä")
    _, out, _ = shown(picture_of(drifted(changes=(change,))), output="json")
    assert out.isascii()
    assert "\x1b" not in out
    assert json.loads(out)["objects"][0]["changes"][0]["live"] == change.live


# Text -------------------------------------------------------------------------------------------


def test_the_report_says_what_from_to_who_when_and_which_commit() -> None:
    assert told(picture_of(drifted(), missing())) == (
        "shop on demo (context demo-eu, user ada)\n"
        "  Git  main path apps/shop\n"
        "       3f2a1b9 Ines Duarte, 22h ago (2026-06-30 14:02:11 UTC): Sale\n"
        "\n"
        "  Deployment shop/web: drifted, changed in the cluster\n"
        "    spec.replicas\n"
        "      live  7\n"
        "            kubectl scale, at least 10m ago (2026-07-01 12:00:03 UTC), user\n"
        "            unknown (owned)\n"
        "      Git   3\n"
        "            3f2a1b9 Ines Duarte, 22h ago (2026-06-30 14:02:11 UTC): Sale\n"
        "            apps/shop/web.yaml:8\n"
        "\n"
        "  Service shop/cart: missing\n"
        "    in Git: apps/shop/cart.yaml:21\n"
        "\n"
        "  1 drifted, 1 missing\n"
    )


def test_a_row_that_one_side_lacks_has_its_commit() -> None:
    _, out, _ = shown(picture_of(missing(origin=ORIGIN)))
    assert "in Git: 3f2a1b9 Ines Duarte, 22h ago" in out
    extra = missing(verdict=Verdict.EXTRA, origin=replace(ORIGIN, note="removed here"))
    _, out, _ = shown(picture_of(extra))
    assert "was in Git: 3f2a1b9 Ines Duarte, 22h ago" in out
    assert ": Sale (removed here)  apps/shop/web.yaml:8\n" in out


def test_no_line_is_wider_than_the_terminal() -> None:
    long = replace(
        REPLICAS, path="metadata.annotations." + "x" * 200, live="y " * 150, git="z" * 99
    )
    row = drifted(changes=(long,), reason="because " * 40, cause=Cause.BOTH)
    picture = picture_of(row, problem=Problem(Remedy.GRANT, "trouble " * 30))
    for width in (40, 80, 200):
        assert 0.9 * width < max(map(len, told(picture, width).splitlines())) <= width


def test_in_a_pipe_what_is_said_together_is_on_one_line() -> None:
    _, out, _ = shown(picture_of(drifted(reason="because " * 40)))
    assert f"    {'because ' * 40}".rstrip() in out.splitlines()
    assert (
        "      live  7  kubectl scale, at least 10m ago (2026-07-01 12:00:03 UTC), user unknown"
        " (owned)\n"
        "      Git   3  3f2a1b9 Ines Duarte, 22h ago (2026-06-30 14:02:11 UTC): Sale"
        "  apps/shop/web.yaml:8\n"
    ) in out


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    hostile = "\x1b[2J\x9b31m\u202e"
    change = replace(
        REPLICAS, path=f"data.{hostile}", live=hostile, detail=(hostile,), note=hostile
    )
    origin = replace(ORIGIN, subject=hostile, author=hostile, file=hostile)
    change = replace(change, origin=origin, actor=replace(ACTOR, manager=hostile))
    key = Key("shop", ObjectRef("", hostile, hostile, hostile))
    row = replace(drifted(key, changes=(change,), reason=hostile, problem=hostile), file=hostile)
    snapshot = picture_of(row, problem=Problem(Remedy.GRANT, hostile))
    _, out, err = shown(snapshot)
    for raw in ("\x1b", "\x9b", "\u202e"):
        assert raw not in out + err


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, "3"),
        ("3", '"3"'),
        ("web:1.42", "web:1.42"),
        ("", '""'),
        (" padded ", '" padded "'),
        ("true", '"true"'),
        (True, "true"),
        (None, "null"),
        (ABSENT, "(not there)"),
        ({"a": [1]}, '{"a": [1]}'),
        ("two\nlines", '"two\\nlines"'),
        (Masked("0123456789ab"), "(secret, sha256 0123456789ab)"),
        ({"a": Masked("0123456789ab")}, '{"a": {"sha256": "0123456789ab"}}'),
        ({"sha256": "0123456789ab"}, '{"sha256": "0123456789ab"}'),
        ("x" * 301, "x" * 300),
    ],
)
def test_values_read_as_people_say_them(value: Any, words: str) -> None:
    change = replace(REPLICAS, live=value, actor=None, origin=None)
    _, out, _ = shown(picture_of(drifted(changes=(change,))))
    flat = "".join(line.strip() for line in out.splitlines())
    assert f"live  {words}" in flat


def test_who_did_it_is_no_surer_than_the_evidence() -> None:
    seen = replace(ACTOR, observed_at="2026-07-01T12:00:05Z", user="alice")
    _, out, _ = shown(picture_of(drifted(changes=(replace(REPLICAS, actor=seen),))))
    assert "alice, seen 9m ago (2026-07-01 12:00:05 UTC), kubectl scale (owned)" in out
    timeless = replace(ACTOR, time=None)
    _, out, _ = shown(picture_of(drifted(changes=(replace(REPLICAS, actor=timeless),))))
    assert "live  7  kubectl scale, time unknown, user unknown (owned)\n" in out


SAW = "9m ago (2026-07-01 12:00:05 UTC)"
SEEN = Seen(3, 7, "41", "42", "2026-07-01T12:00:05Z")
NOBODY = Actor(None, None, None, None, "2026-07-01T12:00:05Z", None, Confidence.OBSERVED)
OBSERVED = replace(ACTOR, observed_at=SEEN.at, confidence=Confidence.OBSERVED)


@pytest.mark.parametrize(
    ("actor", "seen", "words"),
    [
        (OBSERVED, SEEN, f"kubectl scale, seen {SAW}, user unknown (observed), was 3"),
        (NOBODY, SEEN, f"user unknown, seen {SAW} (observed), was 3"),
        (
            replace(OBSERVED, confidence=Confidence.OWNED),
            SEEN,
            f"kubectl scale, seen {SAW}, user unknown (owned), was 3",
        ),
        (
            ACTOR,
            replace(SEEN, before=ABSENT, since="2026-07-01T11:00:00Z"),
            (
                f"kubectl scale, between 1h ago (2026-07-01 11:00:00 UTC) and {SAW},"
                " user unknown (owned), was not there"
            ),
        ),
        (
            replace(OBSERVED, user="alice", confidence=Confidence.AUDIT),
            SEEN,
            "alice, 10m ago (2026-07-01 12:00:03 UTC), kubectl scale (audit), was 3",
        ),
        (
            replace(ACTOR, suspects=("alice", "bob")),
            None,
            (
                "perhaps alice or bob, at least 10m ago (2026-07-01 12:00:03 UTC),"
                " kubectl scale (owned)"
            ),
        ),
        (replace(NOBODY, observed_at=None, confidence=Confidence.UNKNOWN), None, ""),
    ],
)
def test_a_step_that_was_seen_is_told_as_far_as_it_is_known(
    actor: Actor, seen: Seen | None, words: str
) -> None:
    change = replace(REPLICAS, actor=actor, seen=seen, origin=None)
    out = told(picture_of(drifted(changes=(change,))))
    assert max(map(len, out.splitlines())) <= 80
    flat = " ".join(out.split())
    assert f"live 7 {words} Git 3".replace("  ", " ") in flat


@pytest.mark.parametrize(
    ("git", "live"),
    [
        ("a", "a\n"),
        ("a\tb", "a b"),
        ("a b", "a\u00a0b"),
        ("\u00e9", "e\u0301"),
        ("1", 1),
        (["x", "a b"], ["x", "a\u00a0b"]),
        (["\u00e9"], ["e\u0301"]),
    ],
)
def test_no_drift_is_without_a_visible_reason(git: Any, live: Any) -> None:
    (change,) = detailed([replace(REPLICAS, git=git, live=live)])
    snapshot = picture_of(drifted(changes=(change,)))
    _, out, _ = shown(snapshot)
    flat = " ".join(out.split())
    for line in change.detail:
        assert " ".join(line.split()) in flat
    assert ("first difference at byte" in flat) or ('the text "1"' in flat and "number 1" in flat)
    assert document_of(snapshot)["objects"][0]["changes"][0]["detail"] == list(change.detail)


def test_programs_read_a_secret_as_its_hash() -> None:
    seen = Seen({"a": Masked("0b" * 6)}, Masked("0a" * 6), "1", "2", "2026-07-01T12:00:00Z")
    change = replace(REPLICAS, live=Masked("0a" * 6), git=[Masked("0c" * 6)], seen=seen)
    (told,) = document_of(picture_of(drifted(changes=(change,))))["objects"][0]["changes"]
    assert told["live"] == told["seen"]["after"] == {"sha256": "0a" * 6}
    assert told["git"] == [{"sha256": "0c" * 6}]
    assert told["seen"]["before"] == {"a": {"sha256": "0b" * 6}}


def test_secrets_that_differ_in_one_byte_show_two_hashes() -> None:
    secret = replace(REPLICAS, path="data.a", git="YQ==", live="Yg==")
    (change,) = mask([secret], ObjectRef("", "Secret", "shop", "web"), key=b"k")
    _, out, _ = shown(picture_of(drifted(changes=(change,))))
    hashes = re.findall("sha256 ([0-9a-f]{12})", out)
    assert len(set(hashes)) == 2


def test_an_audit_log_that_cannot_be_read_is_said_and_stops_nothing() -> None:
    snapshot = picture_of(drifted())
    views = (ClusterView(ClusterSpec(name="demo"), notice="audit log /x cannot be read: no"),)
    code, _, err = shown(replace(snapshot, clusters=views))
    assert err.endswith("driftdeck: cluster demo: audit log /x cannot be read: no\n")
    assert code == 1


def test_what_does_not_count_comes_last_and_says_so() -> None:
    note = replace(REPLICAS, path="metadata.x", verdict=FieldVerdict.INFO, note="injected")
    _, out, _ = shown(picture_of(drifted(changes=(note, REPLICAS))))
    assert out.index("spec.replicas") < out.index("metadata.x  (info: injected)")


def test_nothing_to_compare_is_said() -> None:
    empty = replace(picture_of(), rows=MappingProxyType({}))
    assert "no objects" in shown(empty)[1]


def test_the_kind_of_a_row_keeps_its_namespace_apart() -> None:
    cluster_wide = Key("shop", ObjectRef("", "Namespace", "", "shop"))
    _, out, _ = shown(picture_of(missing(cluster_wide)))
    assert "  Namespace shop: missing\n" in out
    document = document_of(picture_of(missing(cluster_wide)))
    assert document["objects"][0]["namespace"] is None
    assert document["objects"][0]["resource_version"] is None
    assert CART.ref.namespace == "shop"


EXTRA = drifted(
    verdict=Verdict.EXTRA,
    changes=(),
    actor=replace(ACTOR, manager="kubectl-create", subresource=None),
)


def test_an_extra_object_is_told_with_its_maker_and_that_a_sync_leaves_it() -> None:
    _, out, _ = shown(picture_of(EXTRA))
    assert "Deployment shop/web: extra, added in the cluster" in out
    assert "made by kubectl create, at least 10m ago (2026-07-01 12:00:03 UTC)" in out
    assert "a sync leaves it alone" in out
    (found,) = document_of(picture_of(EXTRA))["objects"]
    assert found["verdict"] == "extra"
    assert found["actor"]["manager"] == "kubectl-create"


def test_a_text_of_many_lines_is_shown_as_a_hunk() -> None:
    live = [f"key{number}: {number}" for number in range(60)]
    git = [*live[:30], "key30: other", *live[31:]]
    change = replace(REPLICAS, path="data.conf", live="\n".join(live), git="\n".join(git))
    _, out, _ = shown(picture_of(drifted(changes=(change,))))
    assert (
        """\
      @@ -28,7 +28,7 @@
        key27: 27
        key28: 28
        key29: 29
      - key30: 30
      + key30: other
        key31: 31
"""
        in out
    )
    assert "key20" not in out
    assert "live  -  kubectl scale" in out  # who, beside the side that is theirs


def test_a_list_that_is_one_value_names_the_places_that_differ() -> None:
    live, git = ([{"paths": [{"path": path}]}] for path in ("/find", "/search"))
    change = replace(REPLICAS, path="spec.rules", live=live, git=git)
    _, out, _ = shown(picture_of(drifted(changes=(change,))))
    assert "      spec.rules[0].paths[0].path  /find -> /search\n" in out
    assert '[{"paths"' not in out


def test_a_long_text_that_differs_everywhere_ends_with_where_the_rest_is() -> None:
    live, git = ("\n".join(f"{side}{number}" for number in range(150)) for side in "ab")
    change = replace(REPLICAS, path="data.conf", live=live, git=git)
    _, out, _ = shown(picture_of(drifted(changes=(change, replace(change, git=live + "\nz")))))
    assert "100 more lines; -o json has both texts" in out
    assert len([line for line in out.splitlines() if line.startswith("      - a")]) == 150


def test_a_dropped_object_says_that_git_no_longer_has_it() -> None:
    _, out, _ = shown(picture_of(replace(EXTRA, cause=Cause.GIT_AHEAD, actor=None)))
    assert "extra, no longer in Git" in out
    assert "nothing tells who made it" in out


def test_a_kind_whose_extras_cannot_be_seen_is_named_and_is_no_problem() -> None:
    gap = "objects of kind Secret that Git lacks cannot be seen: list secrets in shop: forbidden"
    picture = picture_of(in_sync(), unseen=(gap,))
    code, out, err = shown(picture)
    assert code == 0
    assert "cannot be seen: list secrets" in " ".join(out.split())
    assert err == ""
    document = document_of(picture)
    assert document["complete"] is True
    assert document["apps"][0]["unseen"] == [gap]


def test_an_inventory_that_cannot_be_had_is_told_with_its_reason() -> None:
    words = "the namespace shop does not exist"
    picture = picture_of(in_sync(), inventory=words)
    code, out, err = shown(picture)
    assert (code, err) == (0, "")
    assert f"  ? inventory: {words}" in out
    assert document_of(picture)["apps"][0]["inventory"] == words


# What rules hide --------------------------------------------------------------------------------

RULE = "ignored by pointer /spec/replicas, driftdeck.yaml:12"
HIDDEN = replace(REPLICAS, note=RULE)


def hiding() -> Snapshot:
    gone = FieldChange(
        "", FieldVerdict.DRIFT, ABSENT, ABSENT, note="not in the cluster; ignored by x"
    )
    rows = (replace(in_sync(), ignored=(HIDDEN,)), replace(in_sync(CART), ignored=(gone,)))
    return picture_of(*rows, ignored=2)


def test_what_rules_hide_is_counted_and_no_drift() -> None:
    code, out, _ = shown(hiding())
    assert code == 0
    assert "2 in sync (2 ignored)" in out
    assert "spec.replicas" not in out
    document = document_of(hiding())
    assert (document["apps"][0]["ignored"], document["objects"]) == (2, [])


def test_all_shows_what_rules_hide_and_the_rule_that_does() -> None:
    _, out, _ = shown(hiding(), everything=True)
    assert f"spec.replicas  ({RULE})" in " ".join(out.split("\n    "))
    assert "not in the cluster; ignored by x" in out
    objects = document_of(hiding(), everything=True)["objects"]
    assert [change["note"] for o in objects for change in o["ignored"]] == [
        "not in the cluster; ignored by x",
        RULE,
    ]


OTHERS = ("web/dashboard.json", "web/values.yaml")


def test_files_that_are_no_manifests_are_counted_and_no_problem() -> None:
    code, out, _ = shown(picture_of(in_sync(), others=OTHERS))
    assert code == 0
    assert "2 files are no manifests" in out
    assert "values.yaml" not in out
    found = document_of(picture_of(in_sync(), others=OTHERS))
    assert (found["complete"], found["apps"][0]["no_manifests"]) == (True, list(OTHERS))


def test_all_names_the_files_that_are_no_manifests() -> None:
    _, out, _ = shown(picture_of(in_sync(), others=OTHERS), everything=True)
    words = " ".join(out.split())
    assert "2 files are no manifests: web/dashboard.json, web/values.yaml" in words


# When it was like this ----------------------------------------------------------------------------

OLDER = replace(COMMIT, id="1" * 40, subject="Before the sale", date="2026-06-23T14:02:11Z")


async def test_git_is_asked_about_one_object_after_the_other_that_is_there() -> None:
    def answer(command: Command, newest: Snapshot) -> Snapshot | None:
        if not isinstance(command, LookBackAt):
            return None
        return replace(newest, answers={command.request: Likeness(command.key, OLDER, COMMIT)})

    newest = picture_of(drifted(), missing())
    engine = ScriptedEngine(newest, reaction=answer)
    found = await beside(engine, lambda each: looked_back(each, newest))
    assert found == {WEB: Likeness(WEB, OLDER, COMMIT)}
    assert engine.commands == [LookBackAt(2, WEB)]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Likeness(WEB, OLDER, COMMIT),
            "1111111 Ines Duarte, 7d ago (2026-06-23 14:02:11 UTC): Before the sale until 3f2a1b9",
        ),
        (Likeness(WEB, OLDER), "Before the sale on, to this day"),
        (
            Likeness(WEB, statements=3),
            "Git never stated it as it is, as far as was looked (3 different statements)",
        ),
        (Likeness(WEB, statements=1), "as far as was looked (its one statement)"),
        (Likeness(WEB, problem="it is rendered"), "it is rendered"),
    ],
)
def test_the_report_says_when_git_stated_an_object_as_it_is(found: Likeness, words: str) -> None:
    page = Page(Ink(), NOW)
    lines = report_lines(picture_of(drifted()), page, everything=False, past={WEB: found})
    assert words in " ".join("\n".join(lines).split())


def test_the_document_says_it_where_it_was_asked_and_else_nothing() -> None:
    form = diff_form(picture_of(drifted()), everything=False, past={WEB: Likeness(WEB, OLDER)})
    document: Any = form
    (row,) = document["objects"]
    since = {"commit": OLDER.id, "author": OLDER.author, "date": OLDER.date}
    assert row["past"] == {
        "since": {**since, "subject": "Before the sale"},
        "until": None,
        "statements": 0,
        "problem": None,
    }
    (bare,) = document_of(picture_of(drifted()))["objects"]
    assert "past" not in bare


def test_of_hundreds_of_apps_that_are_waited_for_ten_are_named() -> None:
    one = picture_of()
    (app,) = one.apps
    waiting = [
        replace(app, spec=replace(app.spec, name=f"a{n}"), complete=False) for n in range(12)
    ]
    said = pending(replace(one, apps=tuple(waiting)))
    assert [line.partition(":")[0] for line in said[:10]] == [f"app a{n}" for n in range(10)]
    assert said[10:] == ("and 2 more apps",)
    assert len(pending(replace(one, apps=tuple(waiting[:10])))) == 10
