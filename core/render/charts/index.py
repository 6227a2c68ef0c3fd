"""The index of a chart repository, which can be large: only the part about one chart is parsed."""

import re
from typing import Final, NamedTuple
from urllib.parse import urljoin

from core.clean import clean
from core.errors import ManifestError, UnavailableError
from core.manifests.text.parse import parse
from core.model import Json, mappings_of
from core.model.sources.charts import Chart
from core.render.charts.choosing import chosen

NAME: Final = "index.yaml"
BYTES_MAX: Final = 128 * 2**20  # those of large vendors are above 20
_ENTRIES: Final = re.compile(rb"^entries:[ \t]*\r?\n", re.MULTILINE)


class Entry(NamedTuple):
    """One version of one chart."""

    version: str
    url: str
    digest: str  # SHA-256 in hex, "" where the index has none


def entry_of(content: bytes, chart: Chart) -> Entry:
    """Find the wanted version of a chart in an index.

    Raises:
        UsageError: It is not there.
        UnavailableError: This is no index, as far as we can read it.
    """
    listed = {str(one["version"]): one for one in _listed(content, chart) if one.get("version")}
    version = chosen(chart, listed)
    urls, digest = listed[version].get("urls"), listed[version].get("digest")
    if not isinstance(urls, list) or not urls or not isinstance(urls[0], str):
        raise UnavailableError(f"{chart}: its index says of {clean(version)} not where it is")
    base = f"{str(chart.remote.address).rstrip('/')}/"
    said = digest.removeprefix("sha256:").lower() if isinstance(digest, str) else ""
    return Entry(version, urljoin(base, urls[0]), said)


def _listed(content: bytes, chart: Chart) -> list[dict[str, Json]]:
    part = _part(content, chart.name)
    try:
        roots = parse(NAME, content if part is None else part).roots
    except ManifestError as error:
        raise UnavailableError(f"{chart.where}: its {error}") from error
    value = roots[0].value if roots else None
    if part is None:
        value = value.get("entries") if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise UnavailableError(f"{chart.where}: its {NAME} is no index of charts")
    return mappings_of(value.get(chart.name))


def _part(content: bytes, name: str) -> bytes | None:
    """Cut out what is about one chart, as helm writes an index; None: somebody else wrote it."""
    entries = _ENTRIES.search(content)
    if entries is None:
        return None
    key = re.compile(rb"^  %s:[ \t]*\r?\n" % re.escape(name.encode()), re.MULTILINE)
    begin = key.search(content, entries.end())
    if begin is None:
        return None
    end = re.compile(rb"^(?:  [^ \-#\r\n]|[^ #\r\n])", re.MULTILINE).search(content, begin.end())
    return content[begin.start() : len(content) if end is None else end.start()]
