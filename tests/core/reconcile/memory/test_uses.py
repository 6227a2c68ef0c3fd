"""What an app uses is worked out once for each reading."""

from dataclasses import replace

from core.model import Document, KindRef, ObjectRef
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.tables import Map
from core.reconcile.memory.uses import NO_USES, Uses
from tests.core.reconcile.world import (
    CONFIG_MAP,
    DEPLOYMENT,
    NAMESPACE,
    SECRET,
    document,
    ref,
)

JOB = KindRef("batch/v1", "Job")
MAP = document(CONFIG_MAP, "a")
STATED: dict[KindRef, tuple[Document, ...]] = {
    CONFIG_MAP: (MAP, replace(MAP, namespace=None)),
    DEPLOYMENT: (replace(document(DEPLOYMENT, "b"), namespace="back"),),
}
ELSEWHERE = ObjectRef("batch", "Job", "jobs", "once")
APPLIED = Map({each: InventoryRow(each, "u1", None) for each in (ref(CONFIG_MAP, "a"), ELSEWHERE)})


def uses(default: str = "shop") -> Uses:
    return NO_USES.of(STATED, APPLIED, default)


def test_an_app_uses_each_kind_where_it_states_or_applied_one() -> None:
    assert uses().namespaces(CONFIG_MAP) == {"web", "shop"}
    assert uses().namespaces(DEPLOYMENT) == {"back"}
    assert uses().namespaces(JOB) == {"jobs"}
    assert uses().namespaces(SECRET) == set()


def test_what_it_applied_is_known_by_group_and_kind() -> None:
    assert uses().applied == {("", "ConfigMap"): {"web"}, ("batch", "Job"): {"jobs"}}


def test_it_is_worked_out_once_for_the_same_documents_and_rows() -> None:
    known = uses()
    assert known.of(STATED, APPLIED, "shop") is known


def test_it_is_worked_out_anew_for_other_documents_rows_or_namespace() -> None:
    known = uses()
    assert known.of({}, APPLIED, "shop").stated == {}
    assert known.of(STATED, None, "shop").applied == {}
    assert known.of(STATED, APPLIED, "till").namespaces(CONFIG_MAP) == {"web", "till"}


def test_what_was_applied_and_has_no_namespace_is_used_nowhere() -> None:
    one = ref(NAMESPACE, "web")
    found = NO_USES.of({}, Map({one: InventoryRow(one, "u1", None)}), "shop")
    assert found.applied == {("", "Namespace"): set()}
