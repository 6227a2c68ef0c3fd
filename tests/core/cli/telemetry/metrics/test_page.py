"""The page of metrics has every metric there is, with the words that a scraper gets."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Metric

from core.cli.telemetry.metrics.families import Families
from core.cli.telemetry.telemetry import Telemetry
from core.clock import Clock

PAGE = Path(__file__).parents[5] / "core" / "cli" / "telemetry" / "metrics.md"


def families() -> Families:
    return Telemetry(Clock(), 2).families


def names() -> dict[str, Metric]:
    """Every family by the name under which it is asked for."""
    found = families().registry.collect()
    return {each.name + "_total" * (each.type == "counter"): each for each in found}


def labels_of(made: Families, family: Metric) -> tuple[str, ...]:
    """The labels, which the library shows of no metric that was not counted yet."""
    collector = made.registry._names_to_collectors.get(family.name)  # noqa: SLF001 - see above
    of_family = tuple(getattr(family, "_labelnames", ()))
    return of_family or tuple(getattr(collector, "_labelnames", ()))


def rows() -> Iterator[str]:
    """The table as the page has it; paste it there when this fails."""
    made = families()
    for name, each in names().items():
        if not name.startswith("process_"):
            labels = ", ".join(f"`{label}`" for label in labels_of(made, each))
            yield f"| `{name}` | {labels} | {each.documentation} |"
    yield "| `process_*` |  | Memory, CPU, open files and start of the process. |"


def test_the_page_has_every_metric_in_the_words_of_the_scrape() -> None:
    assert "\n".join(rows()) in PAGE.read_text()


def test_names_and_words_keep_the_manners_of_prometheus() -> None:
    for name, each in names().items():
        if name.startswith("process_"):
            continue
        assert name.startswith(("driftdeck_", "rest_client_", "workqueue_"))
        assert name.endswith("_seconds") is (each.type == "histogram" or "_age_" in name)
        assert each.documentation.endswith(".")
