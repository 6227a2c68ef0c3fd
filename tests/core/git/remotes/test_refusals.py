"""core.git.remotes: servers that refuse, lie, hang or send too much, and what is left of it."""

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.git.remotes import clients
from core.model import Remedy
from core.model.sources.remotes import address_of
from tests.apiserver.waiting import eventually
from tests.githost.https import Answer, Handler, HttpsHost
from tests.githost.place import Place
from tests.githost.ssh import new_key

STALL_S = 3.0


def children() -> set[str]:
    """The ids of the processes that speak to servers now."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            parent = re.search(r"PPid:\s+(\d+)", (folder / "status").read_text())
        except OSError:
            continue
        if b"core.git.remotes.child" in words and parent and int(parent[1]) == os.getpid():
            found.add(folder.name)
    return found


def fetched(place: Place, **changed: object) -> tuple[Remedy, str]:
    path = str(changed.get("address", place.remote.address))
    told = place.repositories(**changed).fetching(path, ["main"]).told()
    return told.remedy, told.problem


def test_a_server_that_refuses_the_credentials_is_a_matter_of_rights(
    web: Place, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("s3cret-that-is-wrong")
    remedy, words = fetched(web, token_file=str(wrong))
    assert remedy is Remedy.GRANT
    assert words == f"{web.path} refuses the credentials (401)"
    remedy, words = fetched(web, token_file="", helper=False)
    assert remedy is Remedy.GRANT
    assert words == f"{web.path} refuses a request without credentials (401)"


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), ("two words", "holds no token"), ("", "holds no token")],
)
def test_a_token_file_without_a_token_is_a_matter_of_settings(
    web: Place, tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "other"
    if content is not None:
        file.write_text(content)
    remedy, said = fetched(web, token_file=str(file))
    assert remedy is Remedy.FIX_SETTINGS
    assert words in said


def test_a_repository_that_is_not_there_is_named(web: Place, host: HttpsHost) -> None:
    remedy, words = fetched(web, address=address_of(host.url("other.git")))
    assert remedy is Remedy.GRANT
    assert words.endswith("there is no such repository, or none for these credentials")


def to(location: str) -> Callable[[Handler], bool]:
    def answer(handler: Handler) -> bool:
        where = location.format(path=handler.path, port=handler.host.port)
        handler.say(302, Location=where)
        return True

    return answer


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://localhost:{port}{path}", "redirects to https://localhost, which is refused"),
        ("http://127.0.0.1:{port}{path}", "redirects to http://127.0.0.1, which is refused"),
        ("https://127.0.0.1:{port}{path}", "too many redirects"),
    ],
)
def test_a_redirect_to_another_host_or_without_an_end_is_refused(
    web: Place, host: HttpsHost, location: str, words: str
) -> None:
    host.answer = to(location)
    _, said = fetched(web)
    assert words in said
    assert len(host.asked) <= 2 + clients.REDIRECTS_MAX


def test_a_page_that_is_no_repository_is_told_as_that(web: Place, host: HttpsHost) -> None:
    def page(handler: Handler) -> bool:
        handler.say(200, b"<html>Please log in</html>", Content_Type="text/html")
        return True

    host.answer = page
    remedy, words = fetched(web)
    assert remedy is Remedy.WAIT
    assert words == f"{web.path} answers with text/html, not with Git's protocol"


def endless(handler: Handler) -> bool:
    """A listing of refs that never ends."""
    if "info/refs" not in handler.path:
        return False
    handler.send_response(200)
    handler.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
    handler.send_header("Connection", "close")
    handler.end_headers()
    line = f"{'a' * 40} refs/heads/{'b' * 900}\n".encode()
    some = (b"%04x" % (len(line) + 4) + line) * 1000
    try:
        handler.wfile.write(b"001e# service=git-upload-pack\n0000")
        while True:
            handler.wfile.write(some)
    except OSError:
        return True


def test_a_listing_of_refs_without_an_end_is_cut(web: Place, host: HttpsHost) -> None:
    host.answer = endless
    remedy, words = fetched(web)
    assert (remedy, words) == (Remedy.WAIT, f"{web.path} lists more than 16 MiB of refs")


@pytest.fixture
def stalling() -> Iterator[Answer]:
    """Say nothing to a fetch until the test is over."""
    over = threading.Event()

    def answer(handler: Handler) -> bool:
        return handler.command == "POST" and over.wait()

    yield answer
    over.set()


def test_a_server_that_says_nothing_is_given_up_and_leaves_nothing_behind(
    web: Place, host: HttpsHost, stalling: Answer
) -> None:
    repositories = web.repositories()
    first = repositories.fetching(web.path, ["main"]).told()
    assert first.problem == ""
    web.sample.commit({"app/b.yaml": b"b: 1\n"}, "second")
    host.answer = stalling
    told = repositories.fetching(web.path, ["main"]).told(deadline_s=STALL_S)
    assert told.problem == f"{web.path}: it took longer than 3 s and was ended"
    repositories.close()
    assert eventually(lambda: not children(), within_s=60)
    host.answer = None
    assert repositories.opened(web.path).resolve("main").subject == "first"
    assert repositories.fetching(web.path, ["main"]).told().problem == ""
    assert repositories.opened(web.path).resolve("main").subject != "first"


def test_a_conversation_is_ended_at_once_when_nobody_wants_it_any_more(
    web: Place, host: HttpsHost, stalling: Answer
) -> None:
    host.answer = stalling
    conversation = web.repositories().fetching(web.path, ["main"])
    thread = threading.Thread(target=conversation.told)
    thread.start()
    assert eventually(lambda: host.asked, within_s=60)
    conversation.end()
    thread.join(60)
    assert not thread.is_alive()
    assert conversation.told().problem.endswith("the program ends")


def test_a_pack_that_is_damaged_on_its_way_is_not_taken(web: Place, host: HttpsHost) -> None:
    repositories = web.repositories()
    repositories.fetching(web.path, ["main"]).told()
    first = repositories.opened(web.path).resolve("main").id
    web.sample.commit({"app/b.yaml": os.urandom(5_000)}, "second")

    def damaging(handler: Handler) -> bool:
        say = handler.say

        def damaged(status: int, body: bytes = b"", **headers: str) -> None:
            at = body.find(b"PACK")
            changed = bytearray(body)
            if at >= 0:
                changed[at + 200] ^= 1
            say(status, bytes(changed), **headers)

        handler.say = damaged  # type: ignore[method-assign]
        return False

    host.answer = damaging
    told = repositories.fetching(web.path, ["main"]).told()
    assert told.problem
    assert repositories.opened(web.path).resolve("main").id == first
    host.answer = None
    assert repositories.fetching(web.path, ["main"]).told().problem == ""
    assert repositories.opened(web.path).resolve("main").subject != "first"


def test_a_certificate_that_nobody_vouches_for_is_refused(web: Place) -> None:
    remedy, words = fetched(web, ca_file="")
    assert remedy is Remedy.WAIT
    assert words == f"{web.path}: its certificate is refused: self-signed certificate"


def test_a_server_that_is_down_is_told_in_its_own_words(web: Place, host: HttpsHost) -> None:
    host.stop()
    assert fetched(web) == (Remedy.WAIT, f"{web.path}: Connection refused")


def test_the_proxy_of_the_environment_is_used_but_for_hosts_that_need_none(
    web: Place, host: HttpsHost
) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def serve() -> None:
            connection, _ = proxy.accept()
            asked.append(connection.recv(2_000))
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            connection.close()

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://me:pw@127.0.0.1:{proxy.getsockname()[1]}"
        told = web.repositories(https_proxy=url).fetching(web.path, ["main"]).told()
        assert "403" in told.problem
        assert "pw" not in told.problem
        assert asked[0].startswith(f"CONNECT 127.0.0.1:{host.port} ".encode())
        assert b"proxy-authorization: basic bwu6chc=" in asked[0].lower()
        spared = web.repositories(https_proxy=url, no_proxy="127.0.0.1")
        assert spared.fetching(web.path, ["main"]).told().problem == ""


def test_a_host_whose_key_is_not_the_pinned_one_is_refused(shell: Place, tmp_path: Path) -> None:
    other = tmp_path / "other_hosts"
    pinned = Path(shell.remote.known_hosts).read_text().split()
    key = Path(f"{shell.remote.ssh_key}.pub").read_text().split()[1]
    other.write_text(f"{pinned[0]} ssh-ed25519 {key}\n")
    for known_hosts in (other, tmp_path / "none"):
        remedy, words = fetched(shell, known_hosts=str(known_hosts))
        assert remedy is Remedy.GRANT
        assert "Host key verification failed" in words


def test_a_key_that_the_host_does_not_know_is_refused(shell: Place, tmp_path: Path) -> None:
    remedy, words = fetched(shell, ssh_key=str(new_key(tmp_path / "other_key")))
    assert remedy is Remedy.GRANT
    assert "Permission denied" in words
