"""Which version of a chart is wanted, among those that a repository has."""

from collections.abc import Iterable

from core.clean import clean
from core.errors import UsageError
from core.git.ranges import Range, best
from core.model.sources.charts import Chart


def is_one(version: str) -> bool:
    """Tell a whole version from a range of them."""
    return Range.read(version) is None and version.count(".") >= 2  # noqa: PLR2004 - a.b.c


def chosen(chart: Chart, versions: Iterable[str]) -> str:
    """Return the greatest of *versions* that is wanted.

    Raises:
        UsageError: There is none.
    """
    versions = list(versions)
    if chart.version in versions:
        return chart.version
    wanted = Range.read(chart.version) or Range.read(f"={chart.version}")
    found = None if wanted is None else best(wanted, versions)
    if found is None:
        what = "has no chart of that name" if not versions else f'has no version "{chart.version}"'
        raise UsageError(f"{clean(str(chart))}: {chart.where} {clean(what)}")
    return found
