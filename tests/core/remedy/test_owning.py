"""Whether our own applies own just what one would state: then none is needed."""

import pytest

from core.compare import Policy
from core.remedy import owns_its_statement
from tests.core.compare.world import KINDS, SCHEMAS, desired, live_of, obj

GIT = obj("ConfigMap", "data: {a: x, b: y}")
BOTH = "data.a data.b"


@pytest.mark.parametrize(
    ("by", "owned"),
    [
        ({"driftdeck:Apply": BOTH}, True),
        ({"driftdeck:Apply": BOTH, "helm": BOTH}, True),  # whoever else owns it
        ({"driftdeck:Apply": "data.a"}, False),
        ({"driftdeck:Apply": f"{BOTH} data.c"}, False),  # the next apply would drop it
        ({"driftdeck:Update": BOTH}, False),
        ({"driftdeck:Apply:status": BOTH}, False),
        ({"helm:Apply": BOTH}, False),
        ({}, False),
    ],
)
def test_an_apply_is_needless_where_ours_own_its_fields_and_no_others(
    by: dict[str, str], *, owned: bool
) -> None:
    live = live_of(GIT, by)
    assert owns_its_statement(desired(GIT), live, SCHEMAS[KINDS["ConfigMap"]], Policy()) is owned


def test_an_apply_at_another_version_owns_by_other_names() -> None:
    git = obj("Deployment", "spec: {replicas: 2}")
    live = live_of(git, {"driftdeck:Apply": "spec.replicas"})  # written at v1, and Git's is apps/v1
    assert not owns_its_statement(desired(git), live, SCHEMAS[KINDS["Deployment"]], Policy())


def test_lists_are_divided_as_the_schema_says_and_not_at_all_without_one() -> None:
    git = obj("ConfigMap", "metadata: {finalizers: [x.io/a]}")
    for path, schema, owned in (
        ("metadata.finalizers[=x.io/a]", SCHEMAS[KINDS["ConfigMap"]], True),
        ("metadata.finalizers[=x.io/a]", None, False),
        ("metadata.finalizers", None, True),
    ):
        live = live_of(git, {"driftdeck:Apply": path})
        assert owns_its_statement(desired(git), live, schema, Policy()) is owned


def test_an_object_without_managed_fields_is_nobodys() -> None:
    assert not owns_its_statement(desired(GIT), live_of(GIT), None, Policy())
