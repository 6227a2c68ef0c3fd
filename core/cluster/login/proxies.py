"""Which proxy a server is reached through: the rules of Go's httpproxy, which kubectl follows.

Computed here because aiohttp ignores CIDR entries in NO_PROXY (measured).
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def proxy_for(server: str, environ: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy for *server*, None to connect directly."""
    url = urlsplit(server)
    host = (url.hostname or "").lower()
    port = url.port or (443 if url.scheme == "https" else 80)
    name = f"{url.scheme}_proxy"
    proxy = environ.get(name) or environ.get(name.upper()) or ""
    exceptions = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if not proxy or _is_local(host) or _is_excepted(host, port, exceptions):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_local(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    entries = (entry.strip().lower() for entry in exceptions.split(","))
    return any(_matches(entry, host, port) for entry in entries if entry)


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    address = _address(host)
    if "/" in entry:
        network = _network(entry)
        return network is not None and address is not None and address in network
    if _address(entry.strip("[]")) is None:
        entry, _, wanted = entry.partition(":")
        if wanted and wanted != str(port):
            return False
    elif address is not None:
        return address == _address(entry.strip("[]"))
    entry = entry.removeprefix("*")
    if entry.startswith("."):
        return host.endswith(entry)
    return host == entry or host.endswith(f".{entry}")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
