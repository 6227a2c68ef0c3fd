"""What a listing and the events after it add up to."""

import pytest

from core.cluster.following.store import BURIED_MAX, Store, has_one_history, is_older
from core.model import KindRef, Live, ObjectRef

REF = ObjectRef("", "ConfigMap", "shop", "a")


def live(uid: str, version: str) -> Live:
    return Live(uid, version, b"{}")


def test_the_same_version_again_is_nothing() -> None:
    store = Store()
    first = live("u", "1")
    assert store.put(REF, first) == [(REF, first)]
    assert store.put(REF, live("u", "1")) == []


def test_another_uid_under_the_same_name_is_a_deletion_and_a_creation() -> None:
    store = Store()
    store.put(REF, live("old", "1"))
    new = live("new", "2")
    assert store.put(REF, new) == [(REF, None), (REF, new)]


def test_a_late_deletion_of_an_earlier_object_leaves_the_new_one() -> None:
    store = Store()
    store.put(REF, live("new", "2"))
    assert store.drop(REF, live("old", "3")) == []
    assert REF in store.objects


def test_a_deletion_of_something_unknown_is_nothing() -> None:
    assert Store().drop(REF, live("u", "2")) == []


def test_versions_are_compared_for_equality_only() -> None:
    store = Store()
    store.put(REF, live("u", "9"))
    older = live("u", "10")
    assert store.put(REF, older) == [(REF, older)]
    back = live("u", "2")
    assert store.put(REF, back) == [(REF, back)]


def test_an_unchanged_object_of_a_new_listing_stays_the_same_value() -> None:
    store = Store()
    kept = live("u", "1")
    store.put(REF, kept)
    store.replace({REF: live("u", "1")})
    assert store.objects[REF] is kept


def test_a_listing_without_an_object_removes_it() -> None:
    store = Store()
    store.put(REF, live("u", "1"))
    store.replace({})
    assert store.objects == {}


def test_a_uid_that_returns_after_its_deletion_is_noticed() -> None:
    store = Store()
    store.put(REF, live("u", "1"))
    store.drop(REF, live("u", "2"))
    assert store.is_buried(live("u", "1"))
    assert not store.is_buried(live("v", "1"))
    assert not store.is_buried(None)


def test_a_replaced_uid_is_buried_too() -> None:
    store = Store()
    store.put(REF, live("old", "1"))
    store.put(REF, live("new", "2"))
    assert store.is_buried(live("old", "1"))


def test_a_listing_with_an_object_from_before_its_deletion_is_of_an_older_state() -> None:
    store = Store()
    store.put(REF, live("u", "1"))
    store.drop(REF, live("u", "5"))
    assert store.replace({REF: live("u", "1")})


def test_an_object_that_comes_back_to_what_is_selected_is_no_older_state() -> None:
    store = Store()
    store.put(REF, live("u", "1"))
    store.drop(REF, live("u", "5"))  # it lost its label, and has it again
    assert not store.replace({REF: live("u", "6")})


def test_a_deletion_is_the_last_thing_that_happened_until_an_object_changes() -> None:
    store, other = Store(), ObjectRef("", "ConfigMap", "shop", "b")
    store.put(other, live("v", "3"))
    assert store.last_gone() is None
    store.drop(REF, live("u", "5"))
    assert store.last_gone() == (REF, "u")
    store.put(other, live("v", "6"))
    assert store.last_gone() is None


def test_only_so_many_deletions_are_remembered() -> None:
    store = Store()
    for number in range(BURIED_MAX + 1):
        store.drop(REF, live(str(number), "1"))
    assert not store.is_buried(live("0", "1"))
    assert store.is_buried(live("1", "1"))


@pytest.mark.parametrize(
    ("api_version", "one"),
    [
        ("v1", True),
        ("apps/v1", True),
        ("networking.k8s.io/v1", True),
        ("metrics.k8s.io/v1beta1", False),
        ("custom.metrics.k8s.io/v1beta2", False),
        ("projectcalico.org/v3", False),
    ],
)
def test_the_versions_of_what_another_server_may_serve_tell_nothing_of_etcd(
    api_version: str, one: bool
) -> None:
    assert has_one_history(KindRef(api_version, "Any")) is one


def test_only_numbers_can_be_older() -> None:
    assert is_older("9", "10")
    assert not is_older("10", "9")
    assert not is_older("9", "9")
    assert not is_older("", "9")
    assert not is_older("9", "abc")


def test_a_listing_tells_whether_an_object_is_as_it_was_before() -> None:
    store = Store()
    assert not store.replace({REF: live("u", "9")})
    assert not store.replace({REF: live("u", "9")})
    assert not store.replace({REF: live("u", "12")})
    assert not store.replace({REF: live("another", "10")})
    assert not store.replace({})
    assert not store.replace({REF: live("another", "9")})
    assert store.replace({REF: live("another", "8")})


def test_the_newest_object_is_the_one_whose_change_was_the_last() -> None:
    store = Store()
    assert store.newest() is None
    other, odd = ObjectRef("", "ConfigMap", "shop", "b"), ObjectRef("", "ConfigMap", "shop", "c")
    store.replace({REF: live("u", "9"), other: live("v", "10"), odd: live("w", "x")})
    assert store.newest() == (other, live("v", "10"))


def in_shop(store: Store) -> set[str]:
    return {ref.name for ref in store.within(["shop", "nowhere"])}


def test_the_objects_of_a_namespace_are_found_whatever_happened_since_that_was_asked() -> None:
    store, other = Store(), ObjectRef("", "ConfigMap", "bank", "b")
    first = live("u", "1")
    store.replace({REF: first, other: live("v", "1")})
    assert store.within(["shop"]) == {REF: first}
    assert store.within(["shop", "bank"]) == store.objects
    more, most = (ObjectRef("", "ConfigMap", "shop", name) for name in ("c", "d"))
    store.put(more, live("w", "2"))
    store.correct(most, live("x", "2"))
    assert in_shop(store) == {"a", "c", "d"}
    store.drop(more, live("w", "3"))
    store.correct(most, None)
    assert in_shop(store) == {"a"}
    store.replace({other: live("v", "1")})
    assert in_shop(store) == set()
