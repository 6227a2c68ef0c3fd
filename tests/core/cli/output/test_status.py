"""`driftdeck status`: what it prints, and how it ends."""

import json
from dataclasses import replace

import pytest

from core.cli.commands.looking.status import nothing, show
from core.cli.options import Options
from core.cli.output.forms import page_of
from core.cli.output.ink import Ink
from core.cli.output.report import Page
from core.cli.output.status.form import apps_of, status_exit, status_form
from core.cli.output.status.text import status_lines
from core.cli.output.status.writes import write_lines, writes_form, writes_of
from core.errors import UsageError
from core.model import epoch_of
from core.model.controllers.status import (
    AppTold,
    HeldTold,
    Leader,
    PauseTold,
    ProblemTold,
    Seen,
    Status,
)
from tests.core.cluster.controllers.samples import API, HEAL, SHOP, STATUS

WRITTEN = epoch_of(STATUS.written) or 0.0
NOW = WRITTEN + 4.0
LEADER = Leader(
    lease="driftdeck", holder=STATUS.holder, renewed="2026-07-01T12:00:06.000000Z", duration_s=13.0
)
CALM = AppTold(
    name="calm",
    cluster="prod",
    revision="c" * 40,
    state="in_sync",
    complete=True,
    healing=True,
    counts={"in_sync": 12, "contested": 1},
)
FINE = replace(STATUS, apps=(CALM,), journal=())


def seen(*statuses: Status, leaders: tuple[Leader, ...] = (LEADER,), at: float = NOW) -> Seen:
    return Seen(
        context="eu", user="ada", namespace="driftdeck", at=at, statuses=statuses, leaders=leaders
    )


def text(found: Seen, app: str | None = None, width: int | None = 80) -> list[str]:
    return [*status_lines(found, Page(Ink(width=width), found.at), app)]


def code(found: Seen) -> int:
    return status_exit(found, apps_of(found))


# Text ---------------------------------------------------------------------------------------------


def test_a_controller_and_its_apps_are_tables_and_what_needs_a_person_stands_below() -> None:
    assert text(seen(replace(STATUS, apps=(SHOP, CALM)))) == [
        "SHARD  LEADER            RENEWED  TOLD  HEALS  UP  VERSION",
        "-      driftdeck-0_1b2c  3s       4s    yes    3h  0.1.0",
        "",
        "APP   STATE    DRIFT  REVISION  OLDEST  HEALED  SYNCED  HEAL",
        "shop  problem  1/4    aaaaaaa   1h      6s      -       stopped",
        "calm  in sync  0/13   ccccccc   -       -       -       on",
        "",
        "shop",
        "  Git cannot be read",
        "  not now",
        "  Deployment/shop/api: paused for 1h by ann: why",
        "  Deployment/shop/api: drifted, fighting: …",
    ]


def test_of_an_app_that_is_asked_for_its_last_writes_are_told() -> None:
    lines = text(seen(replace(STATUS, apps=(SHOP, CALM))), "shop")
    assert "calm" not in " ".join(lines)
    assert lines[-1] == ("  healed 6s ago: Deployment/shop/api spec.replicas, over kubectl-edit")
    failed = replace(HEAL, verb="heal_failed", outcome="refused", words="no room")
    lines = text(seen(replace(STATUS, journal=(failed,))), "shop", None)
    assert lines[-1].endswith("over kubectl-edit: no room")


def test_shards_are_one_list_and_clusters_are_named_where_there_are_several() -> None:
    other = replace(CALM, name="other", cluster="lab")
    shards = (
        replace(FINE, shard=0, shards=2),
        replace(FINE, shard=1, shards=2, apps=(other,), holder="pod_2"),
    )
    leaders = (
        replace(LEADER, lease="driftdeck-shard-0"),
        replace(LEADER, lease="driftdeck-shard-1", holder="pod_2", moving=True),
    )
    lines = text(seen(*shards, leaders=leaders))
    assert lines[1:3] == [
        "0      driftdeck-0_1b2c  3s       4s    yes    3h  0.1.0",
        "1      pod_2             now      4s    yes    3h  0.1.0",
    ]
    assert [line.split()[:2] for line in lines[5:7]] == [["calm", "prod"], ["other", "lab"]]
    assert status_form(seen(*shards), None)["apps"][1]["shard"] == 1  # type: ignore[index,call-overload]


def test_it_fits_eighty_columns_whatever_the_names_are() -> None:
    wide = replace(
        CALM,
        name="an-app-" * 20,
        cluster="production-" * 5,
        pauses=(PauseTold(until="2026-07-01T23:00:00Z"),),
    )
    status = replace(FINE, apps=(wide, replace(SHOP, cluster="x")), holder="pod-" * 30)
    lines = text(seen(status, leaders=()))
    assert max(map(len, lines)) <= 80
    (row,) = (line for line in lines if "paused 10h" in line)
    assert row.startswith("an-…app-  pro…ion-  in sync")
    assert any("an-app-" * 20 in line for line in text(seen(status), width=None))


def test_hostile_text_is_shown_and_does_nothing() -> None:
    bad = replace(CALM, name="\x1b[2J", problem=ProblemTold(remedy="wait", words="\u202ex\n"))
    shown = "\n".join(text(seen(replace(FINE, apps=(bad,), holder="\x9b", trimmed=("\a",)))))
    assert not {"\x1b", "\u202e", "\x9b", "\a"} & {*shown}
    page_of(status_form(seen(replace(FINE, apps=(bad,))))).encode("ascii")


# The exit code ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (CALM, 0),
        (replace(CALM, counts={"in_sync": 1, "missing": 1}), 1),
        (replace(CALM, counts={"extra": 1}), 1),
        (replace(CALM, counts={"drifted": 1, "unknown": 1}), 4),
        (replace(CALM, complete=False), 3),
        (replace(CALM, problem=ProblemTold(remedy="change_git", words="x")), 5),
        (replace(CALM, problem=ProblemTold(remedy="of a later version", words="x")), 3),
    ],
)
def test_it_ends_as_diff_does(app: AppTold, expected: int) -> None:
    assert code(seen(replace(FINE, apps=(app,)))) == expected


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (seen(FINE, at=WRITTEN + 300), "stale: the controller has not written for 5m"),
        (seen(replace(FINE, written="soon")), "stale: the controller has not written for ever"),
        (
            seen(FINE, leaders=(replace(LEADER, holder=""),)),
            "nobody leads: the Lease driftdeck was released",
        ),
        (
            seen(FINE, at=WRITTEN + 30),
            f"nobody leads: the Lease driftdeck ran out, {STATUS.holder} held it",
        ),
    ],
)
def test_what_nobody_keeps_up_to_date_is_unavailable(found: Seen, words: str) -> None:
    found = replace(found, leaders=found.leaders if found.at < WRITTEN + 60 else ())
    assert code(found) == 3
    assert f"! {words}" in text(found, width=None)
    assert words == status_form(found)["controllers"][0]["problem"]  # type: ignore[index,call-overload]


def test_a_lease_that_moves_is_held_whatever_its_times_say() -> None:
    assert code(seen(FINE, at=WRITTEN + 30, leaders=(replace(LEADER, moving=True),))) == 0


def test_a_summary_that_cannot_be_read_is_no_peace(capsys: pytest.CaptureFixture[str]) -> None:
    found = replace(seen(FINE), unreadable=("ConfigMap driftdeck-status-1 is of another version",))
    assert show(found, Options()) == 3
    assert "driftdeck: ConfigMap driftdeck-status-1 is of" in capsys.readouterr().err


# The command --------------------------------------------------------------------------------------


def test_without_a_controller_it_says_how_to_get_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(seen(leaders=()), Options(output="json")) == 3
    out, err = capsys.readouterr()
    assert json.loads(out)["controllers"] == []
    assert "no controller runs in namespace driftdeck of eu; -n says another" in err
    assert "driftdeck install | kubectl apply -f - installs one" in err
    assert nothing(seen()) == (
        f"the controller in namespace driftdeck of eu ({STATUS.holder}) has told nothing yet"
    )


def test_an_app_that_it_does_not_have_is_a_slip() -> None:
    with pytest.raises(UsageError, match='has no app "web"; its apps: calm'):
        show(seen(FINE), Options(app="web"))


def test_programs_get_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert show(seen(STATUS), Options(output="json", app="shop")) == 3
    form = json.loads(capsys.readouterr().out)
    assert form["schema"] == "driftdeck.dev/v1"
    assert form["controllers"][0]["holder"] == STATUS.holder
    assert form["leases"][0]["holder"] == STATUS.holder
    (app,) = form["apps"]
    assert app["last_heal"] == form["journal"][0]
    assert app["last_heal"]["object"] == {
        "api_version": API.api_version,
        "kind": "Deployment",
        "namespace": "shop",
        "name": "api",
    }
    assert app["objects"][0]["fights"][0] == {
        "path": "spec.replicas",
        "manager": "hpa",
        "left": True,
    }


def test_a_field_that_was_given_up_names_its_writer() -> None:
    about = replace(SHOP.objects[0], verdict="contested", reason=None)
    fight = replace(about.fights[0], left=False)
    app = replace(SHOP, objects=(replace(about, fights=(fight,)),))
    lines = text(seen(replace(STATUS, apps=(app,))))
    assert lines[-1] == "  Deployment/shop/api: contested, spec.replicas left to hpa"


def test_healing_that_stopped_says_why() -> None:
    mass = HeldTold(by="breaker", words="mass drift: 5 of 6")
    lines = text(seen(replace(FINE, apps=(replace(CALM, held=mass),))))
    assert lines[4].endswith("  stopped")
    assert lines[7] == "  mass drift: 5 of 6"


# The journal --------------------------------------------------------------------------------------


def test_what_a_controller_wrote_stands_in_the_journal_marked_as_its_own() -> None:
    failed = replace(HEAL, app="calm", outcome="refused", words="no room", object=None, fields=())
    found = seen(replace(STATUS, journal=(replace(HEAL, ts="2026-07-01T12:00:04.000Z"), failed)))
    first, second = writes_of(found, 0.0, None)
    page = Page(Ink(width=80), NOW)
    assert [*write_lines(first, page)] == [
        "-  2026-07-01 12:00:03 UTC  healed calm  refused",
        "    calm, by the controller driftdeck-0_1b2c, at aaaaaaa",
        "    no room",
    ]
    assert [*write_lines(second, page)] == [
        "-  2026-07-01 12:00:04 UTC  healed Deployment/shop/api  done",
        "    shop, by the controller driftdeck-0_1b2c, at aaaaaaa",
        "    spec.replicas  over kubectl-edit",
    ]
    assert writes_of(found, second.at, None) == [second]
    assert writes_of(found, 0.0, "calm") == [first]
    assert writes_form([second])[0]["holder"] == "driftdeck-0_1b2c"
