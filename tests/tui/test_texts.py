"""What values, fields, ages and headers read like."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from core.compare import detailed, mask
from core.model import (
    ABSENT,
    UNNAMED,
    Actor,
    Cause,
    Confidence,
    Drift,
    FieldChange,
    FieldVerdict,
    Held,
    HeldBy,
    Json,
    Masked,
    ObjectRef,
    Pause,
    Seen,
    Value,
    Verdict,
)
from core.telling.spans import Role, plain, say
from tests.tui import samples
from tui.model.ordering import rank_of
from tui.model.view import View
from tui.text.changes import as_text, field_lines, object_lines
from tui.text.details import app_lines, event_lines
from tui.text.header import Heading, header_line
from tui.text.pairs import pair_lines
from tui.text.rows import AppRow, Looks, app_line, event_line, resource_line
from tui.text.signs import SIGNS
from tui.text.spans import clip, cut, cut_left, cut_middle, flow, fold, padded, width_of, wrap
from tui.text.unified import split_path, tokens, unified_lines, visible

LOOKS = Looks(samples.NOW)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Mn", "Me", "Cs")))


@given(TEXTS, st.integers(0, 60))
def test_cut_text_never_takes_more_cells_than_it_may(text: str, cells: int) -> None:
    assert cell_len(cut(text, cells)) <= cells
    assert cell_len(cut_left(text, cells)) <= max(cells, 0)
    assert cell_len(padded(text, cells)) == cells
    assert width_of(clip(((text, Role.TEXT), (text, Role.MUTED)), cells)) <= cells


@given(TEXTS, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_no_letter(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(TEXTS, TEXTS, st.integers(8, 60))
def test_folded_lines_fit_and_lose_no_letter(one: str, other: str, cells: int) -> None:
    lines = fold(((one, Role.LIVE), (other, Role.GIT)), cells)
    assert all(width_of(line) <= cells for line in lines)
    joined = plain(lines[0]) + "".join(plain(line)[2:] for line in lines[1:])
    assert joined == one + other


@pytest.mark.parametrize(
    "word", ["x", "宽", "z" + "\u0301" * 9, "a\u200db", "☁\ufe0f", "\u0301", "宽 é"]
)
def test_where_a_long_text_is_cut_does_not_depend_on_what_follows(word: str) -> None:
    text = word * 400
    for cells in (1, 2, 3, 7, 40):
        cut_whole = set_cell_size(text, cells - 1).rstrip() + "…"
        assert cut(text, cells) == (cut_whole if cell_len(text) > cells else text)
        beginning = set_cell_size(text, cells).rstrip()
        assert (wrap(text, cells)[0] == beginning) or " " in word or not beginning
    assert "".join(wrap(text, 40)).replace(" ", "") == text.replace(" ", "")
    folded = fold(((text, Role.LIVE),), 40)
    assert plain(folded[0]) + "".join(plain(line)[2:] for line in folded[1:]) == text


def test_long_names_keep_both_ends() -> None:
    assert cut_middle("gke-company-production-eu-west-1", 15) == "gke-com…-west-1"


def test_paths_split_outside_of_brackets() -> None:
    assert split_path("spec.replicas") == ("spec", "replicas")
    assert split_path('metadata.annotations["a.b/c"]') == ("metadata", 'annotations["a.b/c"]')
    assert split_path("kind") == ("", "kind")


def test_images_split_into_their_parts() -> None:
    assert tokens("r.io/web:1.4@sha") == [
        "r",
        ".",
        "io",
        "/",
        "web",
        ":",
        "1",
        ".",
        "4",
        "@",
        "sha",
    ]


def test_spaces_at_the_end_of_a_changed_line_are_shown() -> None:
    assert visible("a: 1  ") == "a: 1··"


def test_text_mode_has_a_row_for_each_parent() -> None:
    text = as_text(unified_lines(samples.CHANGES[:3], 80, LOOKS))
    assert text.splitlines()[:3] == ["── spec", "- replicas: 5", "+ replicas: 3"]
    assert "── spec.template.spec.containers[name=web]" in text
    assert '+ annotations["example.com/owner"]: team-pay' in text


def _told(drift: Drift, width: int = 80) -> str:
    return as_text(object_lines(drift, width, LOOKS, noise=False))


def test_each_verdict_is_a_sentence() -> None:
    rows = samples.rows()
    assert "A sync creates it" in _told(rows[samples.SERVICE])
    assert "A sync leaves it alone" in _told(rows[samples.OLD])
    assert "a controller owns" in _told(rows[samples.HPA])
    unknown = next(row for row in rows.values() if row.verdict is Verdict.UNKNOWN)
    assert "forbidden: get roles in payments" in _told(unknown)


def test_an_object_that_git_never_had_shows_who_made_it() -> None:
    row = samples.rows()[samples.OLD]
    maker = replace(samples.KUBECTL, manager="kubectl-create")
    text = _told(replace(row, cause=Cause.LIVE_CHANGED, actor=maker))
    assert "Git does not state it. A sync leaves it alone" in text
    assert "made by  dana@example.com, 12m ago, kubectl create (audit)" in text
    assert "Git no longer states it" in _told(replace(row, cause=Cause.GIT_AHEAD))


def test_an_app_says_which_extras_it_cannot_see() -> None:
    gap = "objects of kind Secret that Git lacks cannot be seen: list secrets: forbidden"
    view = replace(samples.app("payments"), unseen=(gap,))
    row = AppRow(view, Verdict.IN_SYNC, SIGNS[Verdict.IN_SYNC], 0, None, "")
    assert gap in as_text(app_lines(row, None, 120, LOOKS))


def test_an_app_names_the_files_that_are_no_manifests() -> None:
    view = replace(samples.app("payments"), others=("a/values.yaml", "a/x.json"))
    row = AppRow(view, Verdict.IN_SYNC, SIGNS[Verdict.IN_SYNC], 0, None, "")
    told = as_text(app_lines(row, None, 120, LOOKS))
    assert "2 files are no manifests:\na/values.yaml\na/x.json" in told


def test_an_app_whose_repository_is_away_says_since_when() -> None:
    view = replace(samples.app("payments"), git_lost=True, read_at=samples.NOW - 120)
    row = AppRow(view, Verdict.IN_SYNC, SIGNS[Verdict.IN_SYNC], 0, None, "")
    assert "(last read 2m ago)" in as_text(app_lines(row, None, 120, LOOKS))


def test_texts_show_the_lines_that_differ_where_they_stand() -> None:
    text = _told(samples.rows()[samples.FLAGS])
    assert "@@\n    a: 1\n  - b: 2\n  + b: 5" in text


def test_a_text_shows_three_lines_around_each_change_and_every_change() -> None:
    before = [f"line {number}" for number in range(60)]
    after = ["here" if number in {9, 49} else line for number, line in enumerate(before)]
    change = replace(samples.CHANGES[0], live="\n".join(before), git="\n".join(after))
    shown = as_text(pair_lines(change, 80, LOOKS)).splitlines()
    assert [line for line in shown if "@@" in line] == [
        "  @@ -7,7 +7,7 @@",
        "  @@ -47,7 +47,7 @@",
    ]
    assert shown.count("  + here") == 2
    assert len(shown) == 1 + 2 * (1 + 3 + 2 + 3)


def test_a_list_that_is_one_value_shows_the_places_that_differ() -> None:
    live, git = ([{"path": path, "port": 80}] for path in ("/find", "/search"))
    change = replace(samples.CHANGES[0], path="spec.paths", live=live, git=git)
    (line,) = as_text(pair_lines(change, 80, LOOKS)).splitlines()
    assert line.split() == ["spec.paths[0].path", "/find", LOOKS.arrow, "/search"]


def test_who_is_being_looked_up_is_not_unknown() -> None:
    change = replace(samples.CHANGES[0], actor=None)
    row = replace(samples.rows()[samples.API], changes=(change,), explained=False)
    assert "- looking up who" in _told(row)


def test_a_commit_that_is_not_that_of_the_field_says_what_it_is() -> None:
    origin = replace(samples.ORIGIN, note="removed here")
    change = replace(samples.CHANGES[0], origin=origin)
    assert "removed here" in _told(replace(samples.rows()[samples.API], changes=(change,)))
    text = _told(replace(samples.rows()[samples.OLD], origin=origin))
    assert origin.commit[:7] in text
    assert "removed here" in text


def test_an_apply_in_flight_shows_both() -> None:
    text = _told(replace(samples.rows()[samples.API], calling=True))
    assert "↻ healing" in text
    assert "an apply is in flight; it was drifted" in text


def test_a_refusal_stands_with_file_and_line() -> None:
    row = replace(samples.rows()[samples.API], problem="web.yaml:3: quota exceeded")
    assert "refused: web.yaml:3: quota exceeded" in _told(row)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lines_never_leave_the_pane(width: int) -> None:
    for row in samples.rows().values():
        for text in (False, True):
            for line in object_lines(row, width, LOOKS, noise=True, text=text):
                assert width_of(line) <= width, (plain(line), text)


def _heading(cluster: str = "prod-eu-1") -> Heading:
    world = samples.world()
    view = world.clusters[0]
    return Heading(
        cluster=replace(view, spec=replace(view.spec, name=cluster)),
        app=world.apps[0],
        now=samples.NOW,
        title="demo",
    )


@pytest.mark.parametrize("width", [60, 70, 80, 100, 120, 200])
def test_what_steers_decisions_is_never_dropped_from_the_header(width: int) -> None:
    text = plain(header_line(_heading("gke-company-production-europe-west-1"), width))
    assert cell_len(text) <= width
    for word in ("PROD", "READ-ONLY", "live 2s", "Git", "40s", "heal OFF", "gke", "-1"):
        assert word in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_header_list_and_panes_say_that_healing_stopped_and_why(width: int) -> None:
    held = Held(HeldBy.BREAKER, "mass drift: 6 of 10 objects")
    heading = _heading()
    assert heading.app is not None
    app = replace(heading.app, healing=True, held=held)
    text = plain(header_line(replace(heading, app=app), width))
    assert cell_len(text) <= width
    assert "heal STOPPED" in text
    assert ("mass drift" in text) is (width > 60)
    row = AppRow(app, Verdict.DRIFTED, SIGNS[Verdict.DRIFTED], 6, None, "")
    assert " ! " in plain(app_line(row, width, LOOKS))
    assert "mass drift: 6 of 10" in as_text(app_lines(row, None, width, LOOKS))
    assert "not healed: mass drift" in _told(replace(samples.rows()[samples.API], held=held))


@pytest.mark.parametrize(("left_s", "word"), [(7200.0, "◷ paused 2h"), (1800.0, "◷paused 30m")])
def test_what_is_set_aside_says_how_long_still_and_pane_0_the_verdict_too(
    left_s: float, word: str
) -> None:
    pause = Pause(None, samples.NOW + left_s, "incident 7", "ann@ops", samples.NOW)
    held = Held(HeldBy.PAUSE, "paused until then by ann@ops: incident 7", pause.until, pause)
    row = replace(samples.rows()[samples.API], held=held)
    line = plain(resource_line(row, 60, LOOKS))
    assert line.startswith(f"{word} Deployment")
    assert width_of(resource_line(row, 60, LOOKS)) == 60
    told = _told(row)
    assert "it is drifted" in told
    assert "by ann@ops: incident 7" in told
    app = replace(samples.world().apps[0], held=held)
    lasting = word.split("paused")[1]
    for healing, said in ((True, "heal STOPPED paused"), (False, "heal OFF paused")):
        heading = replace(_heading(), app=replace(app, healing=healing))
        assert plain(header_line(heading, 120)).endswith(said + lasting)
        assert width_of(header_line(heading, 60)) <= 60
    shown = AppRow(app, Verdict.DRIFTED, SIGNS[Verdict.DRIFTED], 6, None, "")
    assert plain(app_line(shown, 60, LOOKS)).startswith(word)
    assert rank_of(row) > rank_of(samples.rows()[samples.FLAGS])


def test_the_header_names_context_and_user_while_there_is_room() -> None:
    heading = _heading(UNNAMED)
    assert heading.cluster is not None
    heading = replace(heading, cluster=replace(heading.cluster, context="staging", user="ada"))
    assert " staging (user ada) · " in plain(header_line(heading, 120))
    narrow = plain(header_line(heading, 60))
    assert " staging " in narrow
    assert "ada" not in narrow


def test_the_header_says_that_a_cluster_is_kept_though_the_session_may_write() -> None:
    heading = replace(_heading(), writing=True)
    assert heading.cluster is not None
    kept = replace(heading.cluster, spec=replace(heading.cluster.spec, read_only=True))
    assert " WRITE " in plain(header_line(heading, 120))
    assert "READ-ONLY" in plain(header_line(replace(heading, cluster=kept), 120))


def test_the_branch_the_namespace_and_the_title_go_first() -> None:
    wide, narrow = (plain(header_line(_heading(), width)) for width in (120, 70))
    assert "demo" in wide
    assert "main@a1b2c3d" in wide
    assert "demo" not in narrow
    assert "prod-eu-1" in narrow


def test_old_live_data_is_called_stale() -> None:
    heading = _heading()
    assert heading.cluster is not None
    old = replace(heading, cluster=replace(heading.cluster, seen_at=samples.NOW - 200))
    assert "live 3m stale" in plain(header_line(old, 120))


def test_the_header_tells_the_age_of_the_reading_from_that_of_the_commit() -> None:
    heading = _heading()
    app = heading.app
    assert app is not None
    assert app.revision is not None
    old = replace(app, revision=replace(app.revision, date=samples.stamp(86400 * 45)))
    assert "live 2s · Git main@a1b2c3d 45d · " in plain(header_line(replace(heading, app=old), 120))
    lost = replace(old, git_lost=True)
    assert "Git main@a1b2c3d 45d stale" in plain(header_line(replace(heading, app=lost), 120))
    never = replace(app, revision=None, git_lost=True)
    assert "Git down" in plain(header_line(replace(heading, app=never), 120))


def _listed(drift: Drift, width: int = 90, looks: Looks = LOOKS) -> str:
    return plain(resource_line(drift, width, looks))


def test_the_age_of_a_row_is_that_of_the_change_and_says_where_only_our_start_is_known() -> None:
    told = replace(samples.CHANGES[0], actor=replace(samples.KUBECTL, time=samples.stamp(7200)))
    row = samples.drift(samples.API, Verdict.DRIFTED, (told,), since_ago=60)
    assert _listed(row).endswith(" 2h")
    entry = replace(samples.KUBECTL, confidence=Confidence.OWNED, user=None, observed_at=None)
    owned = replace(told, actor=replace(entry, time=samples.stamp(7200)))
    assert _listed(replace(row, changes=(owned,))).endswith(" ≥2h")
    nobody = replace(row, changes=(replace(told, actor=None),))
    assert _listed(nobody).endswith(" ≥1m")
    assert _listed(nobody, looks=replace(LOOKS, ascii_only=True)).endswith(" >1m")
    assert "for at least 1m" in _told(nobody)


@pytest.mark.parametrize("width", [46, 60, 90])
def test_during_an_outage_rows_say_when_they_were_last_seen_so(width: int) -> None:
    lost = replace(LOOKS, lost={"prod-eu-1": samples.NOW - 130})
    for row in samples.rows().values():
        line = resource_line(row, width, lost)
        assert width_of(line) <= width
        assert ("last seen" in plain(line)) is (row.cluster == "prod-eu-1")
    settings = next(row for row in samples.rows().values() if row.key.ref.name == "settings-1")
    assert "✓ last seen in sync 2m ago" in _listed(settings, width, lost)
    assert "settings-1" in _listed(settings, width, lost)
    told = as_text(object_lines(samples.rows()[samples.API], width, lost, noise=False))
    assert "last seen drifted 2m ago" in told


@pytest.mark.parametrize("width", [36, 46, 76])
def test_during_an_outage_an_app_says_how_long_its_cluster_was_not_heard(width: int) -> None:
    lost = replace(LOOKS, lost={"prod-eu-1": samples.NOW - 130})
    view = View()
    view.take(samples.world())
    for row in view.apps():
        long = replace(row, problem="https://prod.example.com:6443: no answer within 10 s")
        text = plain(app_line(long, width, lost))
        assert cell_len(text) <= width
        assert row.view.spec.name in text
        assert ("not heard 2m" in text) is (row.view.spec.cluster == "prod-eu-1")


def test_write_shows_the_time_that_is_left() -> None:
    heading = replace(_heading(), writing=True, write_until=samples.NOW + 1400)
    assert "WRITE 24m" in plain(header_line(heading, 120))


SEEN = Seen(3, 7, "41", "42", samples.stamp(120))
OBSERVED = replace(samples.SCALE, observed_at=SEEN.at)


@pytest.mark.parametrize(
    ("actor", "seen", "words"),
    [
        (OBSERVED, SEEN, "kubectl scale, seen 2m ago, user unknown (observed), was 3"),
        (
            replace(OBSERVED, observed_at=None, confidence=Confidence.OWNED),
            replace(SEEN, since=samples.stamp(600)),
            "kubectl scale, between 10m ago and 2m ago, user unknown (owned), was 3",
        ),
        (
            replace(OBSERVED, time=samples.stamp(60), user="alice", confidence=Confidence.AUDIT),
            SEEN,
            "alice, 1m ago, kubectl scale (audit), was 3",
        ),
        (
            replace(OBSERVED, observed_at=None, time=samples.stamp(60), suspects=("a", "b")),
            None,
            "perhaps a or b, at least 1m ago, kubectl scale (observed)",
        ),
    ],
)
def test_who_and_when_are_told_as_far_as_they_are_known(
    actor: Actor, seen: Seen | None, words: str
) -> None:
    change = FieldChange("spec.replicas", FieldVerdict.DRIFT, 7, 3, actor=actor, seen=seen)
    assert words in as_text(field_lines(change, 100, LOOKS, explained=True))
    lines = field_lines(change, 80, LOOKS, explained=True)
    assert all(width_of(line) <= 80 for line in lines)


@pytest.mark.parametrize(
    ("git", "live"),
    [
        ("a", "a\n"),
        ("a\tb", "a b"),
        ("a b", "a\u00a0b"),
        ("\u00e9", "e\u0301"),
        ("1", 1),
        (["x", "a b"], ["x", "a\u00a0b"]),
    ],
)
def test_no_drift_is_without_a_visible_reason(git: Json, live: Json) -> None:
    (change,) = detailed([FieldChange("a", FieldVerdict.DRIFT, live, git)])
    text = as_text(field_lines(change, 200, LOOKS, explained=True))
    assert all(say(line)[0] in text for line in change.detail)
    assert change.detail


def test_secrets_that_differ_in_one_byte_show_two_hashes() -> None:
    secret = FieldChange("data.a", FieldVerdict.DRIFT, "Yg==", "YQ==")
    (change,) = mask([secret], ObjectRef("", "Secret", "app", "web"), key=b"k")
    text = as_text(field_lines(change, 80, LOOKS, explained=True))
    assert len(set(re.findall("[0-9a-f]{12}", text))) == 2


def hiding() -> Drift:
    replicas = FieldChange(
        "spec.replicas",
        FieldVerdict.DRIFT,
        5,
        2,
        note="ignored by pointer /spec/replicas, d.yaml:3",
    )
    return replace(
        samples.drift(samples.API), ignored=(replicas, replace(replicas, path="spec.paused"))
    )


def test_fields_that_rules_hide_are_counted_and_shown_with_their_rule() -> None:
    hidden = as_text(object_lines(hiding(), 80, LOOKS, noise=False))
    assert "⊘ ignored" in hidden
    assert "only where a rule says to leave it alone" in hidden
    assert "2 fields ignored by 1 rule hidden, w shows" in hidden
    assert "spec.replicas" not in hidden
    told = as_text(object_lines(hiding(), 80, LOOKS, noise=True))
    assert "⊘ ignored  spec.replicas   5  →  2" in told
    assert told.count("ignored by pointer /spec/replicas, d.yaml:3") == 2


def test_an_object_that_is_not_there_is_ignored_as_a_whole() -> None:
    gone = FieldChange(
        "", FieldVerdict.DRIFT, ABSENT, ABSENT, note="not in the cluster; ignored by x"
    )
    told = as_text(
        object_lines(replace(samples.drift(samples.API), ignored=(gone,)), 80, LOOKS, noise=True)
    )
    assert "⊘ ignored  the whole object" in told
    assert "not in the cluster; ignored by x" in told


def test_a_list_says_ignored_where_only_a_rule_keeps_an_object_in_sync() -> None:
    assert "⊘ ignored" in plain(resource_line(hiding(), 80, LOOKS))
    counted = replace(hiding(), verdict=Verdict.DRIFTED)
    assert "≠ drifted" in plain(resource_line(counted, 80, LOOKS))
    assert "I ignored" in plain(resource_line(hiding(), 80, replace(LOOKS, ascii_only=True)))


@pytest.mark.parametrize("width", [49, 62, 76, 120])
def test_the_timeline_keeps_field_values_and_who(width: int) -> None:
    event = replace(samples.events()[2], changes=samples.CHANGES[:1])
    line = event_line(event, width, LOOKS)
    assert width_of(line) <= width
    kind, sides = ("deploy", "5→3") if width < 76 else ("Deployment", "5 → 3")
    for words in (f"{kind} api", f"replicas {sides} kubectl"):
        assert words in plain(line)


JOHN, UNSEEN = replace(samples.SCALE, user="john@example.com"), replace(samples.KUBECTL, user="eve")
SEVERAL = (
    samples.CHANGES[0],
    replace(samples.CHANGES[1], actor=JOHN),
    FieldChange("spec.paused", FieldVerdict.DRIFT, True, False, UNSEEN),
)


@pytest.mark.parametrize("width", [49, 54, 62, 70, 76, 90, 120, 200])
def test_nobody_is_cut_from_the_timeline_however_many_fields_there_are(width: int) -> None:
    event = replace(samples.events()[2], changes=SEVERAL, message="by hand")
    line = event_line(event, width, LOOKS)
    assert width_of(line) <= width
    for who in ("kubectl", "john@example.com" if width > 54 else "john", "eve"):
        assert who in plain(line)


def test_what_does_not_fit_into_a_row_of_the_timeline_is_counted() -> None:
    mine = tuple(replace(change, actor=JOHN) for change in SEVERAL)
    event = replace(samples.events()[2], changes=mine)
    assert "replicas 5→3, +2 john@example.com" in plain(event_line(event, 70, LOOKS))
    assert "paused true → false john@example.com" in plain(event_line(event, 200, LOOKS))


def test_a_secret_in_the_timeline_shows_no_value() -> None:
    change = FieldChange("data.token", FieldVerdict.DRIFT, Masked("aaaa"), Masked("bbbb"))
    event = replace(samples.events()[2], changes=(change,))
    assert "data.token secret value changed" in plain(event_line(event, 160, LOOKS))


def test_an_event_tells_each_field_as_the_object_does() -> None:
    text = as_text(event_lines(samples.events()[2], 100, LOOKS))
    for words in ("spec.replicas", "5  →  3", "dana@example.com", "Enter goes to the object"):
        assert words in text


LONG = replace(
    samples.CHANGES[1],
    actor=replace(samples.KUBECTL, user="dana.of.the.night.shift@payments.example.com"),
    origin=replace(
        samples.ORIGIN,
        file="clusters/production/europe-west-1/payments/overlays/blue/deployment-api.yaml",
        subject="chore(deps): update all images of the payments service to what the sale needs",
    ),
)


@pytest.mark.parametrize("width", [30, 50, 76, 118])
def test_who_when_and_why_are_wrapped_and_never_cut(width: int) -> None:
    lines = field_lines(LONG, width, LOOKS, explained=True)
    assert all(width_of(line) <= width for line in lines)
    text = "".join(plain(line).strip() for line in lines).replace(" ", "")
    assert LONG.actor is not None
    assert LONG.origin is not None
    place = f"{LONG.origin.file}:{LONG.origin.line}"
    for said in (LONG.actor.user, "12m", LONG.origin.subject, "BobMarsh", place):
        assert str(said).replace(" ", "") in text
    assert "…" not in text.removeprefix(LONG.path)


@given(TEXTS, TEXTS, st.integers(12, 60), st.integers(0, 4))
def test_flowing_lines_fit_and_lose_no_letter(
    one: str, other: str, cells: int, indent: int
) -> None:
    lines = flow(((one, Role.LIVE), (other, Role.GIT)), cells, indent=indent)
    assert all(width_of(line) <= cells for line in lines)
    joined = "".join(map(plain, lines)).replace(" ", "")
    assert joined == (one + other).replace(" ", "")


@pytest.mark.parametrize(
    ("live", "git", "shown"),
    [
        (ABSENT, "a: 1\nb: 2", ["+ a: 1", "+ b: 2"]),
        ("a: 1\nb: 2", ABSENT, ["- a: 1", "- b: 2"]),
        (ABSENT, [{"name": f"n{n}", "value": "v" * 9} for n in range(9)], ["+ - name: n8"]),
        ({f"k{n}": "v" * 9 for n in range(40)}, ABSENT, ["- k0: vvvvvvvvv", "- k39: vvvvvvvvv"]),
        ([], [f"flag-{n}" for n in range(300)], ["+ - flag-299", "- []"]),
        ("a" * 900, "b" * 900, []),
    ],
)
def test_a_value_of_one_side_is_shown_whole(live: Value, git: Value, shown: list[str]) -> None:
    lines = pair_lines(replace(samples.CHANGES[0], live=live, git=git), 60, LOOKS)
    texts = [plain(line).strip() for line in lines]
    assert all(width_of(line) <= 60 for line in lines)
    assert set(shown) <= set(texts)
    if not shown:
        assert sum(text.count("a") for text in texts[1:]) == 900
        assert sum(text.count("b") for text in texts[1:]) == 900


def test_who_stands_before_values_that_are_long_and_after_short_ones() -> None:
    text = "\n".join(f"line {n}" for n in range(30))
    long = replace(samples.CHANGES[1], live=text, git=text.replace("line 9", "here"))
    told = as_text(field_lines(long, 76, LOOKS, explained=True))
    assert told.index("dana") < told.index("Bob Marsh") < told.index("@@")
    short = as_text(field_lines(samples.CHANGES[1], 76, LOOKS, explained=True))
    assert short.index("1.43.0") < short.index("dana")


def test_a_path_that_is_too_long_is_broken_before_its_last_part() -> None:
    path = "spec.template.spec.containers[name=web].resources.limits.memory"
    change = replace(samples.CHANGES[0], path=path, live="x", git="y")
    first, second, *_ = as_text(pair_lines(change, 60, LOOKS)).splitlines()
    assert (first, second) == (f"{path.removesuffix('memory')}", "  memory")


def test_what_fits_beside_a_short_name_comes_back_where_context_and_user_do_not() -> None:
    heading = _heading("demo")
    assert heading.cluster is not None
    long = replace(heading.cluster, context="sandbox-of-the-demo", user="sandbox-of-the-demo")
    text = plain(header_line(replace(heading, cluster=long, title=""), 100))
    assert "context" not in text
    assert " demo · ns payments · READ-ONLY   live 2s · Git main@a1b2c3d 40s · heal OFF" in text
