"""core.cli.output.incident: what differs and what was done about it, in one document."""

from dataclasses import replace
from typing import Any

from core.cli.output.incident import about, incident_form, incident_text
from core.journal import Entry
from core.model import epoch_of
from tests.core.cli.scripted import drifted, picture_of

NOW = epoch_of("2026-07-01T12:10:03Z") or 0.0
HOSTILE = "</code></details> <img src=x> @all \x1b[2J"


def entry(**said: Any) -> Entry:
    change = {
        "path": "spec.replicas",
        "live": 7,
        "git": 3,
        "by": {"manager": "kubectl", "user": "jane", "time": "2026-07-01T12:00:03Z"},
        "commit": "a42fdde" + "0" * 33,
    }
    about = {"kind": "Deployment", "namespace": "shop", "name": "web"}
    row = {
        "deed": "heal",
        "app": "shop",
        "auto": True,
        "cluster": "demo",
        "cluster_uid": "uid-1",
        "revision": "f" * 40,
        "object": about,
        "changes": [change],
        "writer": {"user": "ada"},
        **said,
    }
    return Entry(1, NOW - 60, row, {"ending": "done", "words": None}, NOW - 59)


def text_of(*entries: Entry) -> str:
    return incident_text(picture_of(drifted()), entries, NOW - 3600, NOW)


def test_it_says_what_differs_and_what_was_done_with_both_values_who_and_which_commit() -> None:
    text = text_of(entry(), entry(deed="sync", auto=False))
    assert text.startswith("# What differs, and what was done: 2026-07-01 11:10:03 UTC to")
    now, done = text.split("## What was done from here")
    assert "Deployment shop/web</code>: drifted" in now
    assert "### <code>shop</code>: 2 done" in done
    assert "2026-07-01 12:09:03 UTC Deployment shop/web on demo</code>: heal, done" in done
    row = "spec.replicas</code> | <code>7</code> | <code>3</code> | <code>jane, kubectl, 2026-07-01"
    assert row in done
    assert "commit a42fdde" in done
    assert "<code>by itself</code>" in done
    assert "<code>ordered by ada</code>" in done
    assert "ordered by ada, who confirmed it by its name" in text_of(
        entry(deed="prune", auto=False, confirmed=True)
    )


def test_what_never_got_an_outcome_is_said_to_have_none() -> None:
    assert "heal, no outcome" in text_of(replace(entry(), outcome=None, ended_at=None))


def test_it_says_when_nothing_was_written() -> None:
    assert "Nothing was written." in text_of()


def test_nothing_that_was_recorded_breaks_out_of_the_document() -> None:
    about = {"kind": HOSTILE, "namespace": HOSTILE, "name": HOSTILE}
    change = {"path": HOSTILE, "live": HOSTILE, "git": HOSTILE, "by": {"user": HOSTILE}}
    done = text_of(entry(app=HOSTILE, object=about, changes=[change])).split("## What was done")[1]
    assert "<img" not in done
    assert "\x1b" not in done
    assert "@all" not in done
    assert done.count("</details>") == 1


def test_a_document_is_whole_however_long() -> None:
    text = text_of(*[entry()] * 500)
    assert text.count("heal, done") == 500
    assert "Left out" not in text


def test_programs_read_the_same() -> None:
    form: Any = incident_form(picture_of(drifted()), [entry()], NOW - 3600, NOW)
    assert (form["at"], form["since"]) == ("2026-07-01T12:10:03.000Z", "2026-07-01T11:10:03.000Z")
    assert form["diff"]["objects"][0]["name"] == "web"
    assert form["journal"][0]["changes"][0]["live"] == 7


def test_it_is_about_the_apps_asked_for_on_the_clusters_they_are_on() -> None:
    picture = picture_of(drifted())
    views = tuple(replace(view, uid="uid-1") for view in picture.clusters)
    picture = replace(picture, clusters=views)
    here, elsewhere = entry(), entry(cluster_uid="uid-2")
    commit, other = entry(cluster_uid=None, object=None), entry(app="other")
    assert about(picture, [here, elsewhere, commit, other]) == [here, commit]
