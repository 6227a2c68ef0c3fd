"""Charts of other machines in the settings: which one, and which of its versions.

How its repository is asked stands in `repositories`, as for repositories of Git.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from core.model.sources.remotes import PLAIN, Address, AddressError, Remote, address_of
from core.settings.checks import FieldError
from core.settings.fields import Field, Place, Reader, mapping, read_fields

if TYPE_CHECKING:
    from core.model import Json
    from core.model.sources.charts import Chart
    from core.settings.sources.remotes import Entry

_NAME: Final = re.compile(r"[a-z0-9](?:[-a-z0-9_.]*[a-z0-9])?")
_VERSION: Final = re.compile(r"[0-9A-Za-z.+\-<>=^~!*|, ]{1,200}")
_OCI: Final = "oci://"
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_NAME_MAX: Final = 128
_PORTS: Final = 443, 80


def chart(table: Sequence[Field]) -> Reader:
    """Return a reader of a chart, a mapping by *table*."""

    def read(value: "Json", place: Place) -> "Chart | None":
        from core.model.sources.charts import Chart  # noqa: PLC0415 - lazily, as in `readers`

        if value is None:
            return None
        found = read_fields(table, place, mapping(table, place, value))
        address, is_oci = found["repo"]
        remote = Remote(address=address)
        return Chart(name=found["name"], version=found["version"], remote=remote, is_oci=is_oci)

    return read


def read_chart_name(value: "Json", _: Place) -> str:
    """Read what a chart is called."""
    name = str(value)
    if len(name) > _NAME_MAX or _NAME.fullmatch(name) is None:
        raise FieldError("name", f'"{name}" is no name of a chart (a-z, 0-9, dots, dashes)')
    return name


def read_chart_repo(value: "Json", _: Place) -> tuple[Address, bool]:
    """Read where a repository of charts is, and whether it is a registry."""
    text = str(value)
    is_oci = text.startswith(_OCI)
    if not is_oci and not text.startswith(("https://", "http://")):
        reason = "charts are had from https://host/path or oci://host/path"
        raise FieldError("repo", f"{reason}; a chart in Git is a folder: path")
    try:
        spelt = f"https://{text.removeprefix(_OCI)}" if is_oci else text
        return address_of(spelt, host_alone=True), is_oci
    except AddressError as error:
        raise FieldError("repo", str(error)) from error


def read_chart_version(value: "Json", _: Place) -> str:
    """Read one version, or a range of them."""
    from core.git.ranges import Range  # noqa: PLC0415 - lazily, as in `readers`

    text = str(value)
    whole = Range.read(text) or Range.read(f"={text}")
    if _VERSION.fullmatch(text) is None or whole is None:
        raise FieldError("version", f'"{text}" is no version and no range of versions (^1.2)')
    return text


def read_hosts(value: "Json", place: Place) -> tuple[str, ...]:
    """Read a list of hosts; left out it is none."""
    entries = value if isinstance(value, list) else []
    for i, item in enumerate(entries):
        if not isinstance(item, str) or _HOST.fullmatch(item) is None:
            raise place.inside(i).error("a host is written like files.example.org, or host:8443")
    return tuple(map(str, entries))


def asked_as(chart: "Chart", known: Iterable["Entry"]) -> "Chart":
    """Return a chart with what `repositories` says of where it is had.

    Raises:
        FieldError: It cannot be asked like that.
    """
    fitting = [entry for entry in known if entry.is_for(f"{chart.where}/")]
    entry = max(fitting, key=lambda one: len(one.beginning), default=None)
    insecure = entry is not None and entry.insecure
    address = chart.remote.address
    if chart.is_oci and insecure:
        secure, plain = _PORTS
        port = plain if address.port == secure else address.port
        address = replace(address, scheme="http", port=port)
    if address.scheme in PLAIN and not insecure:
        reason = "anybody on the way may change what it says; use https://, or"
        raise FieldError("repo", f"http:// {reason} allow it: insecure: true")
    remote = replace(chart.remote, address=address)
    return replace(chart, remote=remote if entry is None else replace(remote, **entry.stated))


CHART: Final = (
    Field(
        name="name", type=str, read=read_chart_name, needed=True, help="What the chart is called."
    ),
    Field(
        name="repo",
        type=str,
        read=read_chart_repo,
        needed=True,
        help="Address of its repository: https://host/path, or oci://host/path for a registry.",
    ),
    Field(
        name="version",
        type=str,
        read=read_chart_version,
        needed=True,
        help="One version, or a range whose greatest is followed.",
    ),
)
