"""The tags of YAML's own that are read, and what each says a value is."""

import base64
import re
from typing import Final

from core.clean import clean
from core.manifests.text.scalars import Scalar

SHOWN_CELLS: Final = 60

_OWN: Final = "tag:yaml.org,2002:"
TEXTS: Final = frozenset({"!", f"{_OWN}str"})
MAPPINGS: Final = frozenset({None, "!", f"{_OWN}map"})
LISTS: Final = frozenset({None, "!", f"{_OWN}seq"})
BINARY: Final = f"{_OWN}binary"
SCALARS: Final[dict[str, tuple[type, ...]]] = {  # beside text
    f"{_OWN}int": (int,),
    f"{_OWN}float": (int, float),
    f"{_OWN}bool": (bool,),
    f"{_OWN}null": (type(None),),
    BINARY: (str,),
}


def is_of(tag: str, value: Scalar) -> bool:
    """Tell whether *value* is what *tag*, one of SCALARS, says; a bool is no int here."""
    types = SCALARS[tag]
    return isinstance(value, types) and (not isinstance(value, bool) or bool in types)


def text_of_binary(text: str) -> str | None:
    """Return what base64 stands for, as JSON can carry it: other bytes become U+FFFD.

    None is no base64, which `is_of` then says.
    """
    try:
        found = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError:
        return None
    return re.sub("[\udc80-\udcff]", "\ufffd", found.decode(errors="surrogateescape"))


def shown_tag(tag: str | None) -> str:
    """Name a tag of YAML's own; any other may be an unquoted password that begins with `!`."""
    if tag is None or not tag.startswith(_OWN):
        return "a tag that is not YAML's own (quote it if it is text that begins with !)"
    return clean(tag.replace(_OWN, "!!"), max_cells=SHOWN_CELLS)
