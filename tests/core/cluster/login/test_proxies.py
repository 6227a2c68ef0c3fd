"""Which proxy a server is reached through."""

import pytest

from core.cluster.login.proxies import proxy_for

PROXY = {"HTTPS_PROXY": "http://proxy:3128"}


def test_without_the_variable_there_is_no_proxy() -> None:
    assert proxy_for("https://api.example:6443", {}) is None


def test_the_variable_of_the_scheme_counts() -> None:
    assert proxy_for("https://api.example", PROXY) == "http://proxy:3128"
    assert proxy_for("http://api.example", PROXY) is None
    assert proxy_for("http://api.example", {"http_proxy": "proxy:1"}) == "http://proxy:1"


def test_this_machine_is_never_reached_through_a_proxy() -> None:
    for host in ("localhost", "127.0.0.1", "127.8.8.8", "[::1]"):
        assert proxy_for(f"https://{host}:6443", PROXY) is None


@pytest.mark.parametrize(
    ("exceptions", "server", "direct"),
    [
        ("*", "https://api.example", True),
        ("api.example", "https://api.example", True),
        ("example", "https://api.example", True),
        (".example", "https://api.example", True),
        ("*.example", "https://api.example", True),
        (".api.example", "https://api.example", False),
        ("ample", "https://api.example", False),
        ("other, api.example ", "https://API.example", True),
        ("api.example:6443", "https://api.example:6443", True),
        ("api.example:443", "https://api.example:6443", False),
        ("10.0.0.0/8", "https://10.1.2.3:6443", True),
        ("10.0.0.0/8", "https://11.1.2.3:6443", False),
        ("10.0.0.0/8", "https://api.example", False),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("fd00::/8", "https://[fd00::1]:6443", True),
        ("fd00::1", "https://[fd00::1]:6443", True),
        ("not/a/net", "https://10.1.2.3", False),
        ("", "https://api.example", False),
    ],
)
def test_exceptions_are_names_domains_addresses_and_networks(
    exceptions: str, server: str, *, direct: bool
) -> None:
    environ = {**PROXY, "NO_PROXY": exceptions}
    assert (proxy_for(server, environ) is None) is direct
