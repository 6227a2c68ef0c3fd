"""Settings about what is healed unasked, and when."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model import AppSpec, HealWindow
from core.settings.document import parse_settings


def app(more: str, folder: Path) -> AppSpec:
    text = f"apps:\n  - {{name: shop, repo: ., {more}}}\n"
    (found,) = parse_settings("driftdeck.yaml", text.encode(), folder).apps
    return found


def test_windows_have_a_zone_and_may_deny(tmp_path: Path) -> None:
    text = (
        'heal_windows: [{cron: "0 22 * * 1-5", duration: 2h, timezone: Europe/Berlin},'
        ' {cron: "0 12 * * FRI", duration: 90m, kind: deny}]'
    )
    assert app(text, tmp_path).heal_windows == (
        HealWindow(cron="0 22 * * 1-5", duration_s=7200.0, timezone="Europe/Berlin"),
        HealWindow(cron="0 12 * * FRI", duration_s=5400.0, denies=True),
    )


def test_ages_rules_and_budgets_are_read(tmp_path: Path) -> None:
    text = "heal_after: {human: 15m, unknown: 30s}, no_heal: [{path: data.a}], mass_drift: 50"
    found = app(text, tmp_path)
    assert found.heal_after == (("human", 900.0), ("unknown", 30.0))
    assert [(rule.path, rule.source) for rule in found.no_heal] == [("data.a", "driftdeck.yaml:2")]
    assert found.mass_drift == 50


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('heal_windows: [{cron: "61 * * * *", duration: 2h}]', "five fields of cron"),
        ('heal_windows: [{cron: "0 22 * *", duration: 2h}]', "five fields of cron"),
        ('heal_windows: [{cron: "0 22 * * *", duration: soon}]', "written like 30m"),
        ('heal_windows: [{cron: "0 22 * * *"}]', "needs a duration"),
        ("heal_windows: [{duration: 2h}]", "needs a cron"),
        (
            'heal_windows: [{cron: "0 22 * * *", duration: 2h, timezone: Mars/Base}]',
            "no time zone",
        ),
        ('heal_windows: [{cron: "0 22 * * *", duration: 2h, kind: maybe}]', "allow or deny"),
        ("heal_after: {people: 15m}", "human"),
        ("heal_after: {human: 15}", "15m or 2h"),
        ("no_heal: [{kind: Secret}]", "exactly one of"),
        ("mass_drift: 0", "from 1 to 100"),
        ("mass_drift: 101", "from 1 to 100"),
    ],
)
def test_what_cannot_work_is_an_error_with_its_place(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        app(text, tmp_path)
    assert str(raised.value).startswith("driftdeck.yaml:2:")
