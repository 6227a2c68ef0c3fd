"""One request, as a value."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

CALL_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; its path and query are already quoted."""

    path: str
    method: str = "GET"
    query: str = ""
    body: bytes | None = field(default=None, repr=False)  # may hold a Secret
    content_type: str = "application/json"
    accept: str = "application/json"
    timeout_s: float = CALL_S


def query_of(**parameters: str) -> str:
    """Return the query, parameters with an empty value left out (empty means not given)."""
    return urlencode({name: value for name, value in parameters.items() if value})
