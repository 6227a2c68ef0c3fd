"""What settings say of who is told, by webhooks, of what the controller sees."""

from typing import TYPE_CHECKING, Final

from core.settings.checks import FieldError, one_of
from core.settings.fields import Field, Place, mapping, read_fields
from core.settings.readers import as_stated, read_apps, read_file_name, read_variable

if TYPE_CHECKING:
    from core.model import EventName, Json
    from core.model.controllers.controller import Notify

_USUAL: Final = ("drift_detected", "fighting", "prune_blocked")


def _read_variable(value: "Json", place: Place) -> str:
    """Read the name of a variable; what is none may be the address, and is not repeated."""
    try:
        return read_variable(value, place)
    except FieldError:
        reason = "url_env names a variable (A-Z, 0-9 and _); an address stands in no settings file"
        raise FieldError("url_env", reason) from None


def _read_events(value: "Json", place: Place) -> "frozenset[EventName]":
    from core.model import EventName  # noqa: PLC0415 - lazily, as in `readers`

    if value is None:
        return frozenset(map(EventName, _USUAL))
    if not isinstance(value, list) or not value:
        raise place.error("name at least one event, or leave it out")
    found = set()
    for i, item in enumerate(value):
        try:
            found.add(one_of("on", item if isinstance(item, str) else "", EventName))
        except FieldError as error:
            raise place.inside(i).error(str(error)) from error
    return frozenset(found)


NOTIFY: Final = (
    Field(
        name="url_env",
        type=str,
        read=_read_variable,
        default="",
        help="Variable that holds the address of a webhook, which is a secret.",
    ),
    Field(
        name="url_file",
        type=str,
        read=read_file_name,
        default="",
        help="File that holds it; read again for each message.",
    ),
    Field(
        name="on",
        type=list,
        read=_read_events,
        help=f"Events, as --headless prints them; left out, {', '.join(_USUAL)}.",
    ),
    Field(
        name="apps",
        type=list,
        read=read_apps,
        help="Only those of these apps; left out, of all, and of clusters.",
    ),
    Field(
        name="insecure",
        type=bool,
        read=as_stated,
        default=False,
        help="Whether the address may begin with http://, which anybody on the way can read.",
    ),
)


def read_notify(place: Place, value: "Json") -> "tuple[Notify, ...]":
    """Read the list; left out, nobody is told.

    Raises:
        UsageError: Something in it is wrong; the message starts with file, line and column.
    """
    entries = value if isinstance(value, list) else []
    return tuple(_one(place.inside(i), entry) for i, entry in enumerate(entries))


def _one(place: Place, entry: "Json") -> "Notify":
    from core.model.controllers.controller import Notify  # noqa: PLC0415 - lazily, as in `readers`

    found = read_fields(NOTIFY, place, mapping(NOTIFY, place, entry))
    if bool(found["url_env"]) == bool(found["url_file"]):
        raise place.error("its address stands in a variable (url_env) or a file (url_file)")
    return Notify(**{**found, "apps": frozenset(found["apps"])})
