import pytest

from core.sandbox.store import Change, Object, Store
from core.sandbox.types.statuses import StatusError

KIND = ("", "configmaps")


def _thing(name: str, value: str = "1") -> Object:
    return {"metadata": {"name": name, "namespace": "n"}, "data": {"x": value}}


def test_each_commit_gets_the_next_version() -> None:
    store = Store()
    first, second = store.put(KIND, _thing("a")), store.put(KIND, _thing("b"))
    versions = [int(str(one["metadata"]["resourceVersion"])) for one in (first, second)]  # type: ignore[index]  # metadata is a map
    assert versions[1] == versions[0] + 1 == store.version


def test_a_listener_hears_every_later_change_until_it_stops() -> None:
    store, heard = Store(), list[Change]()
    stop = store.listen(KIND, heard.append)
    store.put(KIND, _thing("a"))
    store.remove(KIND, ("n", "a"))
    stop()
    store.put(KIND, _thing("b"))
    assert [(one.before is None, one.after is None) for one in heard] == [
        (True, False),
        (False, True),
    ]


def test_a_version_that_left_the_history_is_gone() -> None:
    store = Store(history_max=2)
    begun = store.version
    for name in "abc":
        store.put(KIND, _thing(name))
    with pytest.raises(StatusError) as refused:
        store.since(KIND, begun)
    assert (refused.value.code, refused.value.body["reason"]) == (410, "Expired")
    assert len(store.since(KIND, begun + 1)) == 2


def test_the_past_can_be_listed_as_long_as_it_is_remembered() -> None:
    store = Store()
    store.put(KIND, _thing("a", "old"))
    then = store.version
    store.put(KIND, _thing("a", "new"))
    store.put(KIND, _thing("b"))
    store.remove(KIND, ("n", "a"))
    assert [one["data"] for one in store.all_at(KIND, "n", then)] == [{"x": "old"}]


def test_a_forgotten_history_is_gone_for_every_kind() -> None:
    store = Store()
    begun = store.version
    store.put(KIND, _thing("a"))
    store.forget()
    for resource in (KIND, ("apps", "deployments")):
        with pytest.raises(StatusError):
            store.since(resource, begun)
    assert list(store.since(KIND, store.version)) == []
