"""core.render.charts.child: which version comes, from where, and what is refused on the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from core.errors import DeniedError, ProductError, UnavailableError, UsageError
from core.model.sources.charts import Chart
from core.model.sources.remotes import Remote, address_of
from core.render.charts.child import pulled
from core.render.charts.exchange import FILES_MAX, STORED_MAX, Asked, Pulled
from core.render.keeping.store import Store
from tests.core.render.charts.host import ChartHost, packaged


@pytest.fixture
def host() -> Iterator[ChartHost]:
    with ChartHost() as made:
        for version in ("1.0.0", "1.2.3", "1.3.0-rc.1", "2.0.0"):
            made.add("web", version)
        made.add("web-extra", "9.0.0")
        yield made


@pytest.fixture
def elsewhere() -> Iterator[ChartHost]:
    with ChartHost() as made:
        yield made


class World:
    """What an app asks for, and where it is kept."""

    def __init__(self, host: ChartHost, folder: Path) -> None:
        self.host, self.folder = host, folder

    def asked(
        self,
        version: str = "^1.0",
        name: str = "web",
        *,
        oci: bool = False,
        hosts: tuple[str, ...] = (),
    ) -> Asked:
        remote = Remote(address=address_of(f"{self.host.address}/stable"), hosts=hosts)
        chart = Chart(name=name, version=version, remote=remote, is_oci=oci)
        return Asked(chart=chart, folder=str(self.folder), timeout_s=60.0)

    def files(self, found: Pulled) -> dict[str, bytes]:
        store = Store(self.folder, files_max=FILES_MAX, bytes_max=STORED_MAX)
        return msgspec.msgpack.decode(store.get(found.digest) or b"", type=dict[str, bytes])


@pytest.fixture
def world(host: ChartHost, tmp_path: Path) -> World:
    return World(host, tmp_path / "charts")


@pytest.mark.parametrize("oci", [False, True])
@pytest.mark.parametrize(
    ("wanted", "version"),
    [("^1.0", "1.2.3"), ("1.0.0", "1.0.0"), ("*", "2.0.0"), ("1.2", "1.2.3"), (">=1 <2", "1.2.3")],
)
def test_of_a_range_the_greatest_version_comes(
    world: World, wanted: str, version: str, *, oci: bool
) -> None:
    found = pulled(world.asked(wanted, oci=oci))
    assert found.version == version
    assert f"version: {version}" in world.files(found)["Chart.yaml"].decode()
    assert set(world.files(found)) == {"Chart.yaml", "values.yaml", "templates/m.yaml"}


@pytest.mark.parametrize("oci", [False, True])
def test_what_is_here_is_not_brought_again(world: World, *, oci: bool) -> None:
    asked = world.asked(oci=oci)
    first = pulled(asked)
    world.host.asked.clear()
    assert pulled(replace(asked, known=first)) == first
    assert not any(path.endswith(first.digest) or "tgz" in path for path, _ in world.host.asked)
    world.host.add("web", "1.4.0")
    assert pulled(replace(asked, known=first)).version == "1.4.0"


def test_an_index_that_did_not_change_is_not_read_again(world: World) -> None:
    first = pulled(world.asked())
    assert first.seen
    world.host.files["/stable/web-1.2.3.tgz"] = b"gone"
    assert pulled(replace(world.asked(), known=first)) == first


def test_a_version_that_was_replaced_comes_anew(world: World) -> None:
    first = pulled(world.asked())
    world.host.add("web", "1.2.3", packaged("web", "1.2.3", other="a: 1\n"))
    second = pulled(replace(world.asked(), known=first))
    assert (second.version, second.digest == first.digest) == ("1.2.3", False)


@pytest.mark.parametrize("oci", [False, True])
@pytest.mark.parametrize(
    ("wanted", "name", "kind"),
    [("^7", "web", UsageError), ("1.2.4", "web", ProductError), ("*", "none", ProductError)],
)
def test_what_is_not_there_is_told_by_name(
    world: World, wanted: str, name: str, kind: type[ProductError], *, oci: bool
) -> None:
    with pytest.raises(kind, match=rf"{'oci' if oci else 'http'}://127.*{name}"):
        pulled(world.asked(wanted, name, oci=oci))


def test_credentials_go_to_the_host_alone_and_in_no_address(
    world: World, elsewhere: ChartHost
) -> None:
    world.host.token = "s3cr3t"
    with pytest.raises(DeniedError, match=r"refuses a request without credentials \(401\)"):
        pulled(world.asked())
    with pytest.raises(DeniedError, match=r"refuses the credentials \(401\)"):
        pulled(replace(world.asked(), username="git", token="other"))
    elsewhere.add("web", "1.2.3")
    world.host.index(f"{elsewhere.address}/stable/")
    asked = world.asked(hosts=(f"127.0.0.1:{elsewhere.port}",))
    found = pulled(replace(asked, username="git", token="s3cr3t"))
    assert found.version == "1.2.3"
    assert elsewhere.asked == [("/stable/web-1.2.3.tgz", "")]
    assert "s3cr3t" not in repr(replace(asked, token="s3cr3t"))


def test_a_file_on_another_host_is_refused_unless_the_settings_say_so(
    world: World, elsewhere: ChartHost
) -> None:
    """C48 and C58: neither an index nor a redirect leads to a host that nobody named."""
    elsewhere.add("web", "1.2.3")
    place = f"127.0.0.1:{elsewhere.port}"
    world.host.index(f"{elsewhere.address}/stable/")
    words = rf"sends us to http://{place}, which is refused; `hosts: \[{place}\]`"
    with pytest.raises(UsageError, match=words):
        pulled(world.asked())
    world.host.index()
    target = f"{elsewhere.address}/stable/web-1.2.3.tgz"
    world.host.redirects["/stable/web-1.2.3.tgz"] = target
    with pytest.raises(UsageError, match=words):
        pulled(world.asked())
    assert elsewhere.asked == []
    assert pulled(world.asked(hosts=(place,))).version == "1.2.3"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "//x", "http://["])
def test_a_redirect_to_what_is_no_web_is_refused(world: World, target: str) -> None:
    world.host.redirects["/stable/index.yaml"] = target
    with pytest.raises((UsageError, UnavailableError)):
        pulled(world.asked())


def test_redirects_on_the_host_are_followed_and_end(world: World) -> None:
    world.host.redirects["/stable/index.yaml"] = "/moved.yaml"
    world.host.files["/moved.yaml"] = world.host.files["/stable/index.yaml"]
    assert pulled(world.asked()).version == "1.2.3"
    world.host.redirects["/moved.yaml"] = "/moved.yaml"
    with pytest.raises(UnavailableError, match="more than 5 redirects"):
        pulled(world.asked())


@pytest.mark.parametrize("oci", [False, True])
def test_what_comes_is_what_was_announced(world: World, *, oci: bool) -> None:
    digest = pulled(world.asked(oci=True)).digest
    world.host.files["/stable/web-1.2.3.tgz"] = packaged("web", "1.2.3", evil="a: 1\n")
    world.host.redirects[f"/v2/stable/web/blobs/sha256:{digest}"] = "/stable/web-1.2.3.tgz"
    with pytest.raises(UnavailableError, match="what came is not what"):
        pulled(world.asked(oci=oci))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"<html>sign in</html>", "no index of charts"),
        (b"entries: [", "its index.yaml:2: did not find"),
        (b"", "no index of charts"),
        (b"entries:\n  web:\n  - version: 1.2.3\n", "says of 1.2.3 not where it is"),
        (b"entries: {web: [{version: 1.2.3, urls: ['../web-1.0.0.tgz']}]}", "there is no archive"),
        (b"\xff\xfe\x00", "index"),
    ],
)
def test_an_index_that_is_none_is_told(world: World, text: bytes, words: str) -> None:
    world.host.files["/stable/index.yaml"] = text
    with pytest.raises((UnavailableError, DeniedError), match=words):
        pulled(world.asked())


def test_an_index_that_another_program_wrote_is_read_as_a_whole(world: World) -> None:
    world.host.files["/stable/index.yaml"] = (
        b'{"entries": {"web": [{"version": "1.2.3", "urls": ["web-1.2.3.tgz"]}, 1, {}]}}'
    )
    assert pulled(world.asked()).version == "1.2.3"


@pytest.mark.parametrize("status", [403, 404, 429, 500])
def test_a_server_that_does_not_want_to_is_told_with_its_status(world: World, status: int) -> None:
    world.host.status = status
    with pytest.raises(ProductError, match=rf"{status}|there is no index.yaml"):
        pulled(world.asked())


def test_a_registry_that_gives_out_tokens_is_asked_with_one(
    world: World, elsewhere: ChartHost
) -> None:
    world.host.token, world.host.realm = "s3cr3t", f"{world.host.address}/token"
    asked = replace(world.asked(oci=True), username="git", token="s3cr3t")
    assert pulled(asked).version == "1.2.3"
    world.host.realm = f"{elsewhere.address}/token"
    with pytest.raises(UsageError, match="which is refused"):
        pulled(asked)
    assert elsewhere.asked == []
    elsewhere.token = "s3cr3t"
    hosts = (f"127.0.0.1:{elsewhere.port}",)
    allowed = replace(asked.chart, remote=replace(asked.chart.remote, hosts=hosts))
    assert pulled(replace(asked, chart=allowed)).version == "1.2.3"


def test_by_tls_the_certificate_counts_and_nothing_leads_out_of_it(tmp_path: Path) -> None:
    with ChartHost(tmp_path) as host:
        host.add("web", "1.2.3")
        asked = World(host, tmp_path / "charts").asked()
        with pytest.raises(UnavailableError, match="its certificate is refused"):
            pulled(asked)
        remote = replace(asked.chart.remote, ca_file=str(tmp_path / "cert.pem"))
        asked = replace(asked, chart=replace(asked.chart, remote=remote))
        assert pulled(asked).version == "1.2.3"
        host.redirects["/stable/index.yaml"] = host.address.replace("https", "http") + "/x"
        with pytest.raises(UsageError, match=r"sends us to http://\S+, which is refused$"):
            pulled(asked)
