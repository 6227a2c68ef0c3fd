"""Charts in a registry: the few requests of the OCI distribution API that reading one takes."""

import hashlib
import re
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import urlencode, urljoin

import msgspec

from core.clean import clean
from core.errors import UnavailableError
from core.model import Json
from core.model.sources.charts import Chart
from core.render.charts.choosing import chosen, is_one
from core.render.charts.web import Answer, Web

PAGES_MAX: Final = 50
_JSON_BYTES: Final = 8 * 2**20
_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_CONTENT: Final = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{64})")
_NEXT: Final = re.compile(r'<([^>]+)>;\s*rel="?next"?')
_BEARER: Final = re.compile(r'(realm|service|scope)="([^"]*)"')


class Layer(NamedTuple):
    """One version of one chart."""

    version: str
    digest: str  # SHA-256 of its archive, in hex


class Registry:
    """The repository of one chart in a registry."""

    def __init__(self, chart: Chart, web: Web) -> None:
        """Ask nothing yet."""
        address = chart.remote.address
        self._chart, self._web = chart, web
        host = f"{address.scheme}://{address.host}:{address.port}"
        self._base = f"{host}/v2{address.path.rstrip('/')}/{chart.name}/"
        self._headers: dict[str, str] = {}

    def layer(self) -> Layer:
        """Find the wanted version.

        Raises:
            ProductError: It is not there, or cannot be asked for.
        """
        wanted = self._chart.version
        version = wanted if is_one(wanted) else chosen(self._chart, self._versions())
        tag = version.replace("+", "_")  # no tag has a plus
        found = self._get(urljoin(self._base, f"manifests/{tag}"), most=_JSON_BYTES)
        self._web.check(found, f"version {version}")
        value = self._decoded(found)
        layers = value.get("layers") if isinstance(value, dict) else None
        for layer in layers if isinstance(layers, list) else []:
            if isinstance(layer, dict) and layer.get("mediaType") == _CONTENT:
                digest = _DIGEST.fullmatch(str(layer.get("digest")))
                if digest is not None:
                    return Layer(version, digest[1])
        raise UnavailableError(f"{self._chart}: {clean(version)} holds no chart")

    def content(self, layer: Layer, *, most: int) -> bytes:
        """Return the archive of a version.

        Raises:
            ProductError: It cannot be had.
        """
        url = urljoin(self._base, f"blobs/sha256:{layer.digest}")
        found = self._get(url, most=most)
        self._web.check(found, f"archive of version {layer.version}")
        if hashlib.sha256(found.body).hexdigest() != layer.digest:
            raise UnavailableError(f"{self._chart}: what came is not what was announced")
        return found.body

    def _versions(self) -> list[str]:
        versions: list[str] = []
        url = urljoin(self._base, "tags/list?n=1000")
        for _ in range(PAGES_MAX):
            found = self._get(url, most=_JSON_BYTES)
            self._web.check(found, "chart of that name")
            value = self._decoded(found)
            tags = value.get("tags") if isinstance(value, dict) else None
            listed = tags if isinstance(tags, list) else []
            versions += (tag.replace("_", "+") for tag in listed if isinstance(tag, str))
            more = _NEXT.search(found.headers.get("link", ""))
            if more is None:
                return versions
            url = urljoin(url, more[1])
        raise UnavailableError(f"{self._chart}: it lists too many versions")

    def _decoded(self, found: Answer) -> Json:
        try:
            value: Json = msgspec.json.decode(found.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UnavailableError(
                f"{self._chart.where} speaks no protocol of registries"
            ) from error
        return value

    def _get(self, url: str, *, most: int) -> Answer:
        """Ask, and once more with a token where the registry wants one of its own."""
        headers = {"Accept": f"{_MANIFEST}, application/json, */*"}
        found = self._web.get(url, most=most, headers=headers | self._headers)
        challenge = found.headers.get("www-authenticate", "")
        if found.status != HTTPStatus.UNAUTHORIZED or not challenge.lower().startswith("bearer"):
            return found
        said = dict(_BEARER.findall(challenge))
        asked = {name: said[name] for name in ("service", "scope") if name in said}
        realm = f"{said.get('realm', '')}?{urlencode(asked)}"
        given = self._web.get(realm, most=_JSON_BYTES, vouched=True)
        self._web.check(given, "token")
        token = self._decoded(given)
        named = token.get("token") or token.get("access_token") if isinstance(token, dict) else None
        if not isinstance(named, str) or not re.fullmatch(r"[\x21-\x7e]+", named):
            raise UnavailableError(f"{self._chart.where} gives out no token")
        self._headers = {"Authorization": f"Bearer {named}"}
        return self._web.get(url, most=most, headers=headers | self._headers)
