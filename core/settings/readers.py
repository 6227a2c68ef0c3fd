"""From a value of the settings file to what the program works with; one reader for each kind.

The words that a setting may be are known to other packages, which are loaded when they are asked.
"""

import os
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from core.settings.checks import (
    FieldError,
    app_name,
    cluster_name,
    glob,
    inner_path,
    namespace,
    one_of,
    repository,
)
from core.settings.fields import TYPE_WORDS, Place

if TYPE_CHECKING:
    from core.model import Contested, Extras, Json, KeyKind, Render


_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DURATION: Final = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>[smhd])")
_UNITS_S: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_POLL_LEAST_S: Final = 5.0
_POLL_MOST_S: Final = 86_400.0
_PORT_MOST: Final = 65_535
_DEPTH_MOST: Final = 10_000_000
_VALUES: Final = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_./]*")  # what is told to helm
_KIND: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")


def as_stated(value: "Json", _: Place) -> "Json":
    """Return the value itself."""
    return value


def read_namespace(value: "Json", _: Place) -> str:
    """Read one namespace; an empty one is none."""
    return namespace(str(value))


def read_name(value: "Json", _: Place) -> str:
    """Read what an app is called."""
    return app_name(str(value))


def read_repo(value: "Json", place: Place) -> str:
    """Read where a repository lies."""
    return repository(str(value), place.folder)


def read_beginning(value: "Json", place: Place) -> str:
    """Read how addresses begin, or where a repository lies here."""
    from core.settings.sources.remotes import beginning  # noqa: PLC0415 - lazily, see above

    text = str(value)
    return repository(text, place.folder) if text[0] in "./~" else beginning(text)


def read_variable(value: "Json", place: Place) -> str:
    """Read the name of a variable of the environment."""
    name = str(value)
    if name and not _VARIABLE.fullmatch(name):
        raise FieldError(place.key, f'"{name}" is no name of a variable (A-Z, 0-9 and _)')
    return name


def seconds_in(text: str, units: str) -> float | None:
    """Return how long `30s` or `2h` is, in one of these *units*; None where it is no such text."""
    found = _DURATION.fullmatch(text)
    if found is None or found["unit"] not in units:
        return None
    return float(found["count"]) * _UNITS_S[found["unit"]]


def read_duration(value: "Json", place: Place) -> float:
    """Read how long something takes, in seconds."""
    seconds = seconds_in(str(value), "smh") or 0.0
    if not _POLL_LEAST_S <= seconds <= _POLL_MOST_S:
        raise FieldError(place.key, f"{place.key} is written like 30s, 5m or 1h, from 5s to 24h")
    return seconds


def address_in(text: str) -> tuple[str, int] | None:
    """Return the address of this machine and the port that a text names; None where it does not."""
    host, _, port = text.rpartition(":")
    try:
        address, number = ip_address(host.strip("[]")), int(port)
    except ValueError:
        return None
    return (str(address), number) if 0 <= number <= _PORT_MOST else None


def read_listen(value: "Json", place: Place) -> tuple[str, int]:
    """Read where to listen: an address of this machine and a port."""
    found = address_in(str(value))
    if found is None or found[1] == 0:
        raise FieldError(place.key, f"{place.key} is written like 127.0.0.1:9292 or [::]:9292")
    return found


def read_depth(value: "Json", place: Place) -> int | None:
    """Read how many commits of a history are wanted."""
    if value is None:
        return None
    if not isinstance(value, int) or not 1 <= value <= _DEPTH_MOST:
        raise FieldError(place.key, f"{place.key} counts commits, from 1 on")
    return value


def read_revision(value: "Json", _: Place) -> str:
    """Read a revision; an empty one is none."""
    return str(value) or "HEAD"


def read_path(value: "Json", _: Place) -> str:
    """Read a folder inside a repository."""
    return inner_path(str(value))


def read_layout_shape(value: "Json", _: Place) -> str:
    """Read the shape of folders; `holes` in it are looked at together with other settings."""
    shape = inner_path(str(value))
    if not shape:
        raise FieldError("layout", "the root of a repository is one app; name folders in it")
    return shape


def read_overrides(value: "Json", _: Place) -> "Json":
    """Return what is said of single apps; the names of most are not known here."""
    return value if isinstance(value, dict) else {}


def read_cluster(value: "Json", place: Place) -> str:
    """Read which of the file's clusters is meant."""
    return cluster_name(None if value is None else str(value), place.clusters)


def read_file_name(value: "Json", place: Place) -> str:
    """Read a path that may start at the folder of the settings file."""
    path = str(value)
    return os.path.normpath(place.folder / os.path.expanduser(path)) if path else ""  # noqa: PTH111 - see Repository


def read_inventory_namespace(value: "Json", _: Place) -> str:
    """Read where the inventory of an app is kept."""
    return namespace(str(value), "inventory_namespace")


def read_apps(value: "Json", place: Place) -> tuple[str, ...]:
    """Read a list of names of apps; left out it is none."""
    names = value if isinstance(value, list) else []
    return tuple(_app_name(item, place.inside(i)) for i, item in enumerate(names))


def _app_name(item: "Json", place: Place) -> str:
    if not isinstance(item, str):
        raise place.error(f"an app's name must be {TYPE_WORDS[str]}")
    try:
        return app_name(item)
    except FieldError as error:
        raise place.error(str(error)) from error


def read_namespaces(value: "Json", place: Place) -> tuple[str, ...]:
    """Read a list of namespaces; left out it is none."""
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        # An empty list would read as "all", which is never spelt as empty.
        raise place.error("name at least one namespace, or leave it out")
    return tuple(_namespace(item, place.inside(i)) for i, item in enumerate(value))


def _namespace(item: "Json", place: Place) -> str:
    if not isinstance(item, str) or not item:
        raise place.error(f"a namespace must be {TYPE_WORDS[str]}")
    try:
        return namespace(item)
    except FieldError as error:
        raise place.error(str(error)) from error


def read_values(value: "Json", place: Place) -> tuple[str, ...]:
    """Read a list of files inside the app's folder; left out it is none."""
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise place.error("name at least one file, or leave it out")
    for i, item in enumerate(value):
        if not isinstance(item, str) or _VALUES.fullmatch(item) is None or ".." in item.split("/"):
            raise place.inside(i).error("this must name a file below the app's folder")
    return tuple(map(str, value))


def read_globs(value: "Json", place: Place) -> tuple[str, ...]:
    """Read a list of patterns of files; left out it is none."""
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise place.error("name at least one pattern, or leave it out")
    return tuple(_glob(item, place.inside(i)) for i, item in enumerate(value))


def _glob(item: "Json", place: Place) -> str:
    if not isinstance(item, str):
        raise place.error(f"a pattern must be {TYPE_WORDS[str]}")
    try:
        return glob(item)
    except FieldError as error:
        raise place.error(str(error)) from error


def read_kinds(value: "Json", place: Place) -> tuple[str, ...]:
    """Read a list of kinds; left out it is none."""
    entries = value if isinstance(value, list) else []
    for i, item in enumerate(entries):
        if not isinstance(item, str) or not _KIND.fullmatch(item):
            raise place.inside(i).error("a kind is written as in a manifest, like ClusterRole")
    return tuple(map(str, entries))


def read_extras(value: "Json", _: Place) -> "Extras":
    """Read which added fields count."""
    from core.model import Extras  # noqa: PLC0415 - lazily, see above

    return one_of("extras", str(value), Extras)


def read_key_kinds(value: "Json", place: Place) -> "tuple[KeyKind, ...]":
    """Read which keys may open encrypted files; left out, those on this machine."""
    from core.model import OWN_KEYS, KeyKind  # noqa: PLC0415 - lazily, see above

    if value is None:
        return OWN_KEYS
    if not isinstance(value, list) or not value:
        raise place.error("name at least one kind of key, or leave it out")
    found: list[KeyKind] = []
    for i, item in enumerate(value):
        try:
            found.append(one_of("sops", item if isinstance(item, str) else "", KeyKind))
        except FieldError as error:
            raise place.inside(i).error(str(error)) from error
    return tuple(found)


def read_render(value: "Json", _: Place) -> "Render":
    """Read what makes objects of an app's folder."""
    from core.model import Render  # noqa: PLC0415 - lazily, see above

    return one_of("render", str(value), Render)


def read_contested(value: "Json", _: Place) -> "Contested":
    """Read what becomes of fields that a controller owns."""
    from core.model import Contested  # noqa: PLC0415 - lazily, see above

    return one_of("contested", str(value), Contested)


def read_managers(value: "Json", place: Place) -> tuple[tuple[str, str], ...]:
    """Read which field managers count as another class of writer than their name suggests."""
    from core.compare import OwnerClass  # noqa: PLC0415 - lazily, see above

    if not isinstance(value, dict):
        return ()
    for name, kind in value.items():
        try:
            one_of(name, kind if isinstance(kind, str) else "", OwnerClass)
        except FieldError as error:
            raise place.inside(name).error(str(error)) from error
    return tuple((name, str(kind)) for name, kind in value.items())
