"""A body that takes less room is the same body."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Document, KindRef, Live
from core.model.packing import inflated, packed, unpacked, with_body_packed

BODY = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web", "namespace": "shop", "uid": "4bd5", "resourceVersion": "17"},
        "data": {f"key-{number}": f"value {number}" for number in range(10)},
    }
).encode()


@given(st.binary(max_size=3000))
def test_whatever_is_packed_comes_back(body: bytes) -> None:
    kept = packed(body)
    assert unpacked(kept) is body  # whoever made it looks at it next
    packed(BODY)
    assert unpacked(kept) == body


@pytest.mark.parametrize("body", [b"", b"{}", b"\0", b"\0" * 500, b"{" + b"\xff" * 9])
def test_so_does_what_is_empty_short_or_looks_packed(body: bytes) -> None:
    assert inflated(packed(body)) == body


def test_what_kubernetes_says_takes_half_of_its_room_at_most() -> None:
    assert len(packed(BODY)) < len(BODY) / 2


def test_what_two_threads_pack_at_once_is_not_mixed_up() -> None:
    bodies = [BODY + b" " * number for number in range(40)]

    def pack(body: bytes) -> bool:
        return all(unpacked(packed(body)) == body for _ in range(50))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(pack, bodies))


def test_what_cannot_be_made_smaller_is_left_as_it_is() -> None:
    assert packed(b"{}") == b"{}"


def test_equal_bodies_make_equal_objects() -> None:
    one, other = Live("u", "1", BODY), Live("u", "1", bytes(BODY))
    assert one == other
    assert hash(one) == hash(other)
    assert one == one  # noqa: PLR0124 - by a shorter way
    assert one != Live("u", "1", BODY + b" ")


def test_to_hash_an_object_unpacks_no_body() -> None:
    inflated.cache_clear()
    assert len({Live("u", "1", BODY + b" " * number) for number in range(9)}) == 9
    assert inflated.cache_info().misses == 0


def test_a_body_can_be_replaced() -> None:
    assert replace(Live("u", "1", BODY), body=b"{}").body == b"{}"


def test_no_body_is_shown() -> None:
    assert "value" not in repr(Live("u", "1", BODY))


def test_a_document_comes_whole_from_another_process_and_says_once_what_others_say() -> None:
    def sent(name: str) -> Document:
        made = Document(KindRef("v1", "ConfigMap"), "shop", name, BODY, "a.yaml", 1, 0)
        written = msgspec.msgpack.encode(made)
        return msgspec.msgpack.decode(written, type=Document)

    one, other = sent("a"), sent("b")
    assert (one.body, one.name, other.name) == (BODY, "a", "b")
    assert one.kind is other.kind
    assert one.namespace is other.namespace


def test_a_body_that_was_not_given_is_missing_as_in_any_dataclass() -> None:
    @with_body_packed
    @dataclass(frozen=True, slots=True)
    class Note:
        body: bytes = field(repr=False)

    assert Note(BODY).body == BODY
    with pytest.raises(TypeError):
        Note()  # type: ignore[call-arg]
