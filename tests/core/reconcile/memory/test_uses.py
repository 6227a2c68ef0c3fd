"""What an app uses is worked out once for each reading."""

from dataclasses import replace

from core.model import Document, KindRef, ObjectRef
from core.reconcile.memory.results import InventoryRow
from core.reconcile.memory.tables import Map
from core.reconcile.memory.uses import NO_USES, Uses
from tests.core.reconcile.world import CONFIG_MAP, DEPLOYMENT, document, ref

MAP = document(CONFIG_MAP, "a")
STATED: dict[KindRef, tuple[Document, ...]] = {
    CONFIG_MAP: (MAP, replace(MAP, namespace=None)),
    DEPLOYMENT: (replace(document(DEPLOYMENT, "b"), namespace="back"),),
}
ELSEWHERE = ObjectRef("batch", "Job", "jobs", "once")
APPLIED = Map({each: InventoryRow(each, "u1", None) for each in (ref(CONFIG_MAP, "a"), ELSEWHERE)})


def uses(default: str = "shop") -> Uses:
    return NO_USES.of(STATED, APPLIED, default)


def test_an_app_uses_the_namespaces_of_what_it_states_and_of_what_it_applied() -> None:
    assert uses().namespaces == {"web", "shop", "back", "jobs"}


def test_it_uses_the_kinds_of_what_it_applied() -> None:
    assert uses().applied == {("", "ConfigMap"), ("batch", "Job")}


def test_it_is_worked_out_once_for_the_same_documents_and_rows() -> None:
    known = uses()
    assert known.of(STATED, APPLIED, "shop") is known


def test_it_is_worked_out_anew_for_other_documents_rows_or_namespace() -> None:
    known = uses()
    assert known.of({}, APPLIED, "shop").namespaces == {"web", "jobs"}
    assert known.of(STATED, None, "shop").applied == set()
    assert known.of(STATED, APPLIED, "till").namespaces == {"web", "till", "back", "jobs"}


def test_what_has_no_namespace_uses_none() -> None:
    crd = ObjectRef("", "Namespace", "", "web")
    assert NO_USES.of({}, Map({crd: InventoryRow(crd, "u1", None)}), "shop").namespaces == set()
