"""core.compare.removing: where a field stands that a patch has to remove."""

import json
from typing import Any

from core.compare import removals
from core.model import Live


def live(**body: Any) -> Live:
    return Live("u", "1", json.dumps(body).encode())


def test_a_label_with_an_odd_key_is_pointed_at() -> None:
    found = live(metadata={"labels": {"a.b/c": "1"}})
    assert removals(found, ['metadata.labels["a.b/c"]']) == ("/metadata/labels/a.b~1c",)


def test_entries_of_keyed_lists_are_found_by_key_and_the_later_one_goes_first() -> None:
    found = live(spec={"env": [{"name": "A"}, {"name": "B"}, {"name": "C"}]})
    paths = ["spec.env[name=A]", "spec.env[name=C]"]
    assert removals(found, paths) == ("/spec/env/2", "/spec/env/0")


def test_members_of_sets_are_found_by_value() -> None:
    found = live(metadata={"finalizers": ["x/a", "x/b"]})
    assert removals(found, ["metadata.finalizers[=x/b]"]) == ("/metadata/finalizers/1",)


def test_what_is_gone_already_needs_no_removal() -> None:
    assert removals(live(data={}), ["data.a", "spec.env[name=A].value"]) == ()


def test_an_entry_without_any_of_the_keys_is_no_match() -> None:
    found = live(spec={"ports": [{"name": "x"}, {"port": 80}]})
    assert removals(found, ["spec.ports[port=80,protocol=TCP]"]) == ("/spec/ports/1",)


def test_the_old_name_of_a_service_account_goes_with_the_new_one() -> None:
    found = live(spec={"serviceAccountName": "a", "serviceAccount": "a"})
    assert removals(found, ["spec.serviceAccountName"]) == (
        "/spec/serviceAccountName",
        "/spec/serviceAccount",
    )
