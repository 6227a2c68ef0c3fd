"""One request, as a value."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

CALL_S: Final = 60.0
JSON: Final = "application/json"
METADATA: Final = f"{JSON};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,{JSON}"
METADATA_LIST: Final = f"{JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{JSON}"
"""What to accept of one object, or a watch, and of a list: no more than identifies them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; its path and query are already quoted."""

    path: str
    method: str = "GET"
    query: str = ""
    body: bytes | None = field(default=None, repr=False)  # may hold a Secret
    content_type: str = JSON
    accept: str = JSON
    timeout_s: float = CALL_S


def query_of(**parameters: str) -> str:
    """Return the query, parameters with an empty value left out (empty means not given)."""
    return urlencode({name: value for name, value in parameters.items() if value})
