"""core.cli.choosing: what a word on the command line means is one object, or is refused."""

from dataclasses import replace

import pytest

from core.cli.choosing import fields_named, objects_named
from core.errors import UsageError
from core.model import ABSENT, FieldChange, FieldVerdict, Snapshot
from tests.core.cli.scripted import CART, WEB, drifted, missing, picture_of


def pictured() -> Snapshot:
    shown = picture_of(drifted(), missing())
    (view,) = shown.clusters
    shorts = {"deploy": frozenset({"deployment"}), "svc": frozenset({"service"})}
    return replace(shown, clusters=(replace(view, short_kinds=shorts),))


@pytest.mark.parametrize(
    "word", ["Deployment/web", "deployment/web", "deploy/web", "Deployment/shop/web"]
)
def test_an_object_is_named_by_its_kind_and_name(word: str) -> None:
    assert [row.key for row in objects_named([word, "svc/cart"], pictured())] == [WEB, CART]


@pytest.mark.parametrize(
    "word", ["web/web", "deploy/other/web", "svc/web", "deploy/", "/web", "web"]
)
def test_what_names_nothing_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="no such object"):
        objects_named([word], pictured())


def test_what_means_several_is_refused_with_all_of_them() -> None:
    twin = drifted(WEB._replace(ref=WEB.ref._replace(namespace="other")))
    shown = picture_of(drifted(), twin)
    with pytest.raises(UsageError, match="Deployment/shop/web of shop, Deployment/other/web of"):
        objects_named(["Deployment/web"], shown)
    (found,) = objects_named(["Deployment/other/web"], shown)
    assert found is twin


def test_fields_are_those_that_drifted_of_whichever_object() -> None:
    fields = (
        FieldChange("spec.replicas", FieldVerdict.DRIFT, 7, 3),
        FieldChange("spec.paused", FieldVerdict.DRIFT, True, ABSENT),
        FieldChange("spec.strategy", FieldVerdict.INFO, {}, ABSENT),
    )
    rows = [drifted(changes=fields), missing()]
    assert fields_named(["spec.replicas"], rows) == {WEB: {"spec.replicas"}}
    for path in ("spec.strategy", "spec"):
        with pytest.raises(UsageError, match="did") as refused:
            fields_named([path, "spec.paused"], rows)
        assert str(refused.value) == (
            f"{path}: no field that drifted; spec.paused, spec.replicas did"
        )
