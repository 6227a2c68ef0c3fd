"""What connections take, and what they leave."""

import gc
import weakref
from asyncio.sslproto import SSLProtocol
from dataclasses import replace

import pytest

from core.cluster.connection import transport
from core.cluster.connection.request import Request
from core.cluster.connection.transport import CLOSED_MAX, TLS_READ_BYTES, Transport
from core.cluster.login.login import FixedBearer, Login
from core.garbage import Looks
from tests.core.cluster.following.test_reflector import in_turn, says
from tests.core.cluster.scripted import linked, serving


@pytest.fixture(autouse=True)
def _no_look_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LOOKS", Looks())


class Knot:
    """What the last reference to it does not free."""

    def __init__(self) -> None:
        self.itself = self


def test_a_tls_connection_keeps_no_more_to_read_into_than_glibc_maps_by_itself() -> None:
    assert SSLProtocol.max_size == TLS_READ_BYTES < 128 * 1024


async def test_a_connection_that_is_replaced_leaves_nothing_that_piles_up() -> None:
    gc.disable()
    try:
        async with serving(in_turn(says(200, {}))) as server, linked(server.url):
            left = weakref.ref(Knot())
            assert left() is not None
        assert left() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("compressed", [True, False])
async def test_calls_and_streams_ask_for_compressed_answers_only_where_the_login_says_so(
    compressed: bool,
) -> None:
    async with serving(in_turn(says(200, {}))) as server:
        who = Login(context="c", server=server.url, namespace="", user="u", bearer=FixedBearer("t"))
        sending = Transport(replace(who, compressed=compressed))
        try:
            await sending.call(Request(path="/x"), {})
            async with sending.stream(Request(path="/x"), {}):
                pass
        finally:
            await sending.close()
    asked = [each.headers["Accept-Encoding"] for each in server.asked]
    assert ["gzip" in each for each in asked] == [compressed] * 2
    assert [each == "identity" for each in asked] == [not compressed] * 2


async def test_what_closed_streams_leave_does_not_pile_up() -> None:
    gc.disable()
    try:
        async with serving(in_turn(says(200, {}))) as server, linked(server.url) as link:
            left = weakref.ref(Knot())
            for number in range(1, CLOSED_MAX + 1):
                async with link.stream(Request(path="/x")):
                    pass
                assert (left() is None) == (number == CLOSED_MAX)
    finally:
        gc.enable()
