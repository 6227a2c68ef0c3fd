"""core.cli.output.markdown: a comment that nothing in it can break out of, and that fits."""

import re
from dataclasses import replace

from core.cli.output.markdown import LIMIT, markdown_of, sections_of_snapshot
from core.model import ABSENT, FieldChange, FieldVerdict, Masked, Snapshot, epoch_of
from tests.core.cli.scripted import COMMIT, WEB, drifted, missing, picture_of

NOW = epoch_of("2026-07-01T12:10:03Z") or 0.0
HOSTILE = "a|b `c` </code></details> <img src=x> @all #1 [x](y) \\| www.x.example \x1b[2J\u202e"


def comment(snapshot: Snapshot) -> str:
    return markdown_of(sections_of_snapshot(snapshot, NOW, everything=False))


def changed(live: str, git: str, path: str = "data.a") -> Snapshot:
    return picture_of(drifted(changes=(FieldChange(path, FieldVerdict.DRIFT, live, git),)))


def tags(text: str) -> list[str]:
    return re.findall(r"<[^>]*>", text)


def test_an_app_has_a_heading_with_counts_and_each_object_folds_a_table_of_its_fields() -> None:
    text = comment(picture_of(drifted(), missing()))
    assert "### <code>shop on demo" in text
    assert "</code>: 1 drifted, 1 missing" in text
    assert "<summary><code>Deployment shop/web</code>: drifted, changed in the cluster<" in text
    assert "| field | live | Git | who, and which commit |\n| --- | --- | --- | --- |\n" in text
    (row,) = (line for line in text.splitlines() if line.startswith("| <code>spec.replicas"))
    assert "| <code>7</code> | <code>3</code> |" in row
    for known in ("kubectl", COMMIT.id[:7], "Ines Duarte", "apps/shop/web.yaml:8"):
        assert known in row


def test_nothing_breaks_out_of_a_table() -> None:
    key = WEB._replace(ref=WEB.ref._replace(name=HOSTILE))
    fields = (FieldChange("data.a", FieldVerdict.DRIFT, HOSTILE, ABSENT),)
    text = comment(picture_of(drifted(key, changes=fields, reason=HOSTILE)))
    (row,) = (line for line in text.splitlines() if "data.a" in line and line[0] == "|")
    assert row.count("|") == 5
    allowed = {f"<{end}{tag}>" for tag in ("code", "details", "summary") for end in ("", "/")}
    assert set(tags(text)) <= allowed
    assert tags(text).count("</details>") == 1
    outside = re.sub(r"<code>.*?</code>", "", text)
    for active in ("@", "`", "[", "\\", "#1", "www.", "\x1b", "\u202e"):
        assert active not in outside
    for active in ("@", "`", "\\", "www.", "\x1b", "\u202e"):  # nor would another filter see it
        assert active not in text


def test_a_fence_is_longer_than_any_in_the_text_and_its_lines_cannot_steer() -> None:
    text = comment(changed("a\n````\n \x1b[2J\n", "a\n```\n</details>\n"))
    lines = text.splitlines()
    start, end = (at for at, line in enumerate(lines) if line.startswith("`````"))
    assert lines[start] == "`````diff"
    assert lines[start + 1 : end] == [
        "@@ -1,4 +1,4 @@",
        " a",
        "-````",
        "- ␛[2J",
        "+```",
        "+</details>",
        " ",
    ]
    assert "see below" in text


def test_a_secret_is_its_hash_here_too() -> None:
    text = comment(
        picture_of(
            drifted(
                changes=(
                    FieldChange("data.p", FieldVerdict.DRIFT, Masked("a" * 12), Masked("b" * 12)),
                )
            )
        )
    )
    assert "(secret, sha256 aaaaaaaaaaaa)" in text


def test_what_does_not_fit_is_left_out_and_counted() -> None:
    wide = "\U0001f600" * 40  # each is two of the units that GitHub counts
    rows = [drifted(WEB._replace(ref=WEB.ref._replace(name=f"w{at}-{wide}"))) for at in range(900)]
    text = comment(picture_of(*rows))
    assert LIMIT - 1_000 < len(text.encode("utf-16-le")) // 2 <= LIMIT
    whole, bare = text.count("<details>"), text.count("\n- <code>Deployment")
    lost = 900 - whole - bare
    assert lost > 0
    assert text.rstrip().splitlines()[-1].startswith("Left out, for a comment holds 65,536 ")
    assert f": {lost:,} objects" in text
    assert text.count("<details>") == text.count("</details>")


def test_a_long_object_leaves_room_for_the_others() -> None:
    long = "\n".join(f"{at} {'x' * 280}" for at in range(2_000))
    fields = tuple(FieldChange(f"data.f{at}", FieldVerdict.DRIFT, "", long) for at in range(9))
    key = WEB._replace(ref=WEB.ref._replace(name="long"))
    text = comment(picture_of(drifted(key, changes=fields), drifted()))
    assert "\n- <code>Deployment shop/long</code>: drifted" in text
    assert "<summary><code>Deployment shop/web</code>" in text
    assert ": 1 objects' fields." in text


def test_an_app_that_cannot_be_seen_whole_says_why() -> None:
    snapshot = picture_of(drifted())
    view = replace(snapshot.apps[0], file_problems=("a.yaml:1: <b>",), complete=False)
    text = comment(replace(snapshot, apps=(view,)))
    assert "(not complete)" in text
    assert "- <code>a.yaml:1: &#60;b&#62;</code>" in text
