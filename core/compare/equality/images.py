"""Which tag an image reference names, as the API server's own parser sees it.

The default of `imagePullPolicy` follows the tag: `latest`, which a reference without tag and digest
also means.  What the parser cannot read has no tag, and the server goes on without a word.

Source:
    github.com/distribution/reference v0.6.0 (regexp.go, normalize.go), github.com/opencontainers/
    go-digest v1.0.0, and ParseImageName in k8s.io/kubernetes/pkg/util/parsers.
"""

import re
from functools import lru_cache
from typing import Final

_WORD: Final = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN: Final = rf"(?:{_WORD}(?:\.{_WORD})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_STEP: Final = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE: Final = re.compile(
    rf"(?:{_DOMAIN}/)(?P<path>{_STEP}(?:/{_STEP})*)"
    r"(?::(?P<tag>[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[a-zA-Z0-9_+.:-]+))?"
)
_DIGEST: Final = re.compile("sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}")
_IDENTIFIER: Final = re.compile("[a-f0-9]{64}")
_HUB: Final = "docker.io"
_PATH_MAX: Final = 255


@lru_cache(maxsize=4096)  # a cluster runs few images, in many containers
def tag_of(reference: str) -> str:
    """Return the tag of an image; "" where a digest stands alone, or where it is no reference."""
    if _IDENTIFIER.fullmatch(reference):
        return ""
    match = _REFERENCE.fullmatch(_with_domain(reference))
    if match is None or len(match["path"]) > _PATH_MAX:
        return ""
    if match["digest"] is not None:
        return match["tag"] or "" if _DIGEST.fullmatch(match["digest"]) else ""
    return match["tag"] or "latest"


def _with_domain(reference: str) -> str:
    """Put in front what is left out of names on Docker Hub."""
    first, slash, rest = reference.partition("/")
    named = first == "localhost" or first != first.lower() or not {".", ":"}.isdisjoint(first)
    domain, path = (first, rest) if slash and named else (_HUB, reference)
    if domain in {_HUB, "index.docker.io"}:
        domain, path = _HUB, path if "/" in path else f"library/{path}"
    return f"{domain}/{path}"
