"""core.settings.table: one list of settings, of which file, flags and settings.md all speak."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from core.cli.program import program
from core.compare import OwnerClass
from core.model import AppSpec, ClusterSpec, Contested, Extras, IgnoreRule
from core.model.controllers.controller import Controller
from core.settings.clusters import CLUSTER
from core.settings.document import parse_settings
from core.settings.fields import Field
from core.settings.healing import WINDOW
from core.settings.running.controller import CONTROLLER, SECRET
from core.settings.running.notifying import NOTIFY
from core.settings.sources.charts import CHART
from core.settings.sources.remote_table import REPOSITORY, WEBHOOK
from core.settings.table import APP, LAYOUT, RULE, TOP

PAGE = Path(__file__).parents[3] / "core" / "settings" / "settings.md"
TABLES = {
    "": TOP,
    "clusters.NAME.": CLUSTER,
    "clusters.NAME.secret.": SECRET,
    "repositories[].": REPOSITORY,
    "webhook.": WEBHOOK,
    "controller.": CONTROLLER,
    "notify[].": NOTIFY,
    "apps[].": (*APP, *LAYOUT),
    "apps[].chart.": CHART,
    "apps[].heal_windows[].": WINDOW,
    "apps[].ignore[].": RULE,
}
WORDS = {str: "text", bool: "true or false", int: "number", list: "list", dict: "mapping"}


def rows() -> Iterator[str]:
    """The table as the page has it; paste it there when this fails."""
    yield "| setting | value | left out | what it says |"
    yield "| --- | --- | --- | --- |"
    for prefix, table in TABLES.items():
        for field in table:
            name = f"`{prefix}{field.name}`"
            yield f"| {name} | {WORDS[field.type]} | {left_out(field)} | {field.help} |"


def left_out(field: Field) -> str:
    if field.needed or field.name == "apps":
        return "an error"
    if field.default in (None, ""):
        return ""
    return f"`{str(field.default).lower() if field.type is bool else field.default}`"


def test_the_page_has_every_setting_in_the_words_of_the_table() -> None:
    assert "\n".join(rows()) in PAGE.read_text()


def test_the_example_on_the_page_is_read_without_an_error(tmp_path: Path) -> None:
    (example,) = (
        block.partition("```")[0]
        for block in PAGE.read_text().split("```yaml\n")[1:]
        if block.startswith("clusters:")
    )
    stated = parse_settings("driftdeck.yaml", example.encode(), tmp_path)
    (app,), (cluster,) = stated.apps, stated.clusters
    assert (app.name, cluster.name) == ("payments", "prod")
    assert len(app.ignore) == 3


@pytest.mark.parametrize("field", [*APP, *CLUSTER], ids=lambda field: field.name)
def test_a_flag_of_the_same_name_has_the_same_words(field: Field) -> None:
    flags = {name: one for one in program.params for name in one.opts}
    flag = flags.get(f"--{field.name}")
    if flag is None or field.name == "name":
        return
    assert isinstance(flag, click.Option)
    assert flag.help is not None
    assert flag.help.startswith(field.help.removesuffix("."))


def test_flags_say_what_is_used_without_them() -> None:
    flags = {one.name: one for one in program.params if isinstance(one, click.Option)}
    assert (
        flags["revision"].help
        == "Branch, tag, commit, or range of versions among the tags (default: HEAD)."
    )
    assert flags["path"].help == (
        "Folder, from the root of the repository; left out, the one that repo names."
    )


@pytest.mark.parametrize(
    ("table", "made", "others"),
    [
        (APP, AppSpec, {"signers"}),  # of its repository
        (CLUSTER, ClusterSpec, {"name", "same_as"}),  # a key of its own; told by others
        (RULE, IgnoreRule, {"source"}),  # where it stands
        (CONTROLLER, Controller, {"stated"}),  # whether it is there
    ],
)
def test_the_table_fills_every_field_of_what_is_made_from_it(
    table: Sequence[Field], made: type, others: set[str]
) -> None:
    assert {field.name for field in table} | others == set(made.__dataclass_fields__)  # type: ignore[attr-defined]


def test_what_is_left_out_is_what_the_product_takes_by_itself(tmp_path: Path) -> None:
    text = b"clusters: {a: {}}\napps: [{name: a, repo: .}]\n"
    stated = parse_settings("d.yaml", text, tmp_path)
    (app,), (cluster,) = stated.apps, stated.clusters
    assert app == AppSpec(name="a", repo=str(tmp_path), revision="HEAD", path="", cluster="a")
    assert cluster == ClusterSpec(name="a")


def test_each_sentence_of_help_is_one_sentence() -> None:
    for field in (*TOP, *CLUSTER, *APP, *RULE):
        assert field.help.endswith(".")
        assert len(field.help) <= 90
        assert "|" not in field.help


def test_the_words_that_a_setting_may_be_are_in_its_help() -> None:
    helps = {field.name: field.help for field in APP}
    for name, words in (("extras", Extras), ("managers", OwnerClass)):
        assert all(word.value in helps[name] for word in words)
    assert Contested.ENFORCE.value in helps["contested"]
