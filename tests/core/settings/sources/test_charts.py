"""core.settings.sources.charts: which chart is had from where, and how its repository is asked."""

from pathlib import Path

import pytest

from core.errors import UsageError
from core.model.sources.charts import Chart
from core.settings.document import parse_settings

WEB = "{name: web, repo: 'https://charts.example/stable', version: ^1.2}"


def read(chart: str, *lines: str, more: str = "") -> Chart:
    app = f"  - {{name: web, repo: ., chart: {chart}{more}}}"
    text = "\n".join([*lines, "apps:", app])
    (found,) = parse_settings("driftdeck.yaml", text.encode(), Path("/x")).apps
    assert found.chart is not None
    return found.chart


def test_a_chart_is_had_from_a_repository_or_a_registry() -> None:
    found = read(WEB)
    assert (str(found), found.version) == ("https://charts.example/stable/web", "^1.2")
    assert str(read(WEB.replace("/stable", ""))) == "https://charts.example/web"
    found = read(WEB.replace("https:", "oci:"))
    assert (str(found), found.is_oci) == ("oci://charts.example/stable/web", True)
    assert str(found.remote.address) == "https://charts.example/stable"


def test_the_entry_of_its_repository_says_how_it_is_asked() -> None:
    entries = (
        "repositories:",
        "  - {url: 'https://charts.example', token_env: WEB, hosts: [files.example], poll: 5m}",
        "  - {url: 'oci://charts.example/stable', token_env: OCI}",
        "  - {url: 'oci://127.0.0.1:5000', insecure: true}",
        "  - {url: 'http://plain.example', insecure: true}",
    )
    remote = read(WEB, *entries).remote
    assert (remote.token_env, remote.hosts, remote.poll_s) == ("WEB", ("files.example",), 300.0)
    assert read(WEB.replace("/stable", ""), *entries).remote.token_env == "WEB"
    assert read(WEB.replace("https:", "oci:"), *entries).remote.token_env == "OCI"
    local = read("{name: web, repo: 'oci://127.0.0.1:5000/x', version: '1'}", *entries)
    assert (str(local), str(local.remote.address)) == (
        "oci://127.0.0.1:5000/x/web",
        "http://127.0.0.1:5000/x",
    )
    plain = read(WEB.replace("https://charts", "http://plain"), *entries)
    assert str(plain) == "http://plain.example/stable/web"


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        ("{name: web}", "this needs a repo"),
        (WEB.replace("name: web", "name: ../x"), "no name of a chart"),
        (WEB.replace("name: web", "name: --post-renderer"), "no name of a chart"),
        (WEB.replace("^1.2", "latest"), "no version and no range"),
        (WEB.replace("^1.2", "--x"), "no version and no range"),
        (WEB.replace("https:", "http:"), "insecure: true"),
        (WEB.replace("https:", "git:"), "charts are had from"),
        (WEB.replace("https:", "file:"), "charts are had from"),
        (WEB.replace("https://", "./"), "charts are had from"),
        (WEB.replace("charts.", "joe:pw@charts."), "no user and no password"),
        (WEB.replace("charts.example", "169.254.169.254"), "only this machine's own network"),
        (WEB.replace("/stable", "/../x"), "names no repository"),
        (WEB.replace("/stable", "/?x=1"), r"no \? and no #"),
        (WEB.replace("name:", "nam:"), 'did you mean "name"'),
    ],
)
def test_a_chart_that_is_none_is_an_error_at_its_place(chart: str, words: str) -> None:
    with pytest.raises(UsageError, match=rf"^driftdeck\.yaml:2:\d+: .*{words}") as told:
        read(chart)
    assert "pw" not in str(told.value)


@pytest.mark.parametrize("host", ["https://x", "-x", "a/b", "A", "x:", "''", "1"])
def test_a_host_that_is_none_is_an_error_at_its_place(host: str) -> None:
    entry = f"  - {{url: 'https://charts.example', hosts: [{host}]}}"
    with pytest.raises(UsageError, match=r"^driftdeck\.yaml:2:\d+: a host is written like"):
        read(WEB, "repositories:", entry)


def test_a_chart_is_for_helm() -> None:
    assert read(WEB, more=", render: helm").name == "web"
    with pytest.raises(UsageError, match="a chart is for helm, and this app is for kustomize"):
        read(WEB, more=", render: kustomize")
