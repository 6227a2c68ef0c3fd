"""core.compare.masking: no secret value leaves the comparison."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.compare import detailed, mask, mask_object
from core.model import (
    ABSENT,
    Absent,
    FieldChange,
    FieldVerdict,
    Json,
    JsonObject,
    Masked,
    ObjectRef,
)
from tests.core.compare.world import KEY, judged

SECRET = ObjectRef("", "Secret", "app", "web")
CANARY = "s3cr3t-canary-value"
CANARY_64 = base64.b64encode(CANARY.encode()).decode()
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def change(path: str, git: Json, live: Json, detail: tuple[str, ...] = ()) -> FieldChange:
    return FieldChange(path, FieldVerdict.DRIFT, live=live, git=git, detail=detail)


def masked(path: str, git: Json, live: Json, ref: ObjectRef = SECRET) -> FieldChange:
    (result,) = mask([change(path, git, live, detail=(CANARY,))], ref, key=KEY)
    return result


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.password", CANARY_64),
        ("data.password", CANARY),  # not base64 at all
        ("data", {"password": CANARY_64}),
        ("data", [CANARY]),
        ("stringData.password", CANARY),
        ("stringData", {"password": {"nested": CANARY}}),
        (f'metadata.annotations["{LAST_APPLIED}"]', CANARY),
        ("metadata.annotations", {LAST_APPLIED: CANARY}),
        ("metadata", {"annotations": {LAST_APPLIED: CANARY}}),
    ],
)
@pytest.mark.parametrize("kind", ["Secret", "SealedSecret", "MySecretStore"])
def test_no_secret_value_is_left(path: str, value: Json, kind: str) -> None:
    result = masked(path, value, "", ObjectRef("x.io", kind, "app", "web"))
    text = repr(result)
    assert CANARY not in text
    assert CANARY_64 not in text
    assert "Masked(" in text
    assert result.detail == ()


@pytest.mark.parametrize("path", [f'data[="{CANARY}"]', f'data[id="{CANARY}"].x'])
def test_a_value_that_names_an_entry_is_hidden_in_the_path(path: str) -> None:
    ref = ObjectRef("x.io", "AppSecret", "app", "web")
    result, again = masked(path, "a", "b", ref), masked(path, "a", "b", ref)
    assert CANARY not in repr(result)
    assert result.path == again.path
    assert masked(path.replace(CANARY, "other"), "a", "b", ref).path != result.path
    extra = FieldChange(path, FieldVerdict.DRIFT, live="a", git=ABSENT)
    assert not mask([extra], ref, key=KEY)[0].healable  # by which path could it be removed?
    stuck = FieldChange(path, FieldVerdict.DRIFT, live="a", git="b", healable=False)
    assert not mask([stuck], ref, key=KEY)[0].healable
    assert result.healable
    config = ObjectRef("", "ConfigMap", "app", "web")
    assert masked(path, "a", "b", config).path == path


def test_x_05_the_last_applied_text_is_hidden_in_every_kind() -> None:
    ref = ObjectRef("apps", "Deployment", "app", "web")
    assert CANARY not in repr(masked("metadata.annotations", {LAST_APPLIED: CANARY}, {}, ref))


def test_what_is_not_secret_is_the_same_object() -> None:
    given_changes = (change("type", "Opaque", "other"), change("metadata.labels.a", "x", "y"))
    assert mask(given_changes, SECRET, key=KEY) == given_changes
    plain = change("data.a", "x", "y")
    assert mask([plain], ObjectRef("", "ConfigMap", "app", "web"), key=KEY)[0] is plain


def test_an_absent_side_stays_absent() -> None:
    result = mask([FieldChange("data.a", FieldVerdict.DRIFT, ABSENT, "eA==")], SECRET, key=KEY)[0]
    assert result.live is ABSENT
    assert isinstance(result.git, Masked)


@given(st.binary(), st.binary())
def test_equal_secrets_look_equal_and_others_do_not(one: bytes, other: bytes) -> None:
    wrapped = base64.encodebytes(one).decode()
    result = masked("data.a", base64.b64encode(one).decode(), wrapped)
    assert result.git == result.live
    result = masked("data.a", base64.b64encode(one).decode(), base64.b64encode(other).decode())
    assert (result.git == result.live) is (one == other)


def test_secrets_that_differ_in_how_they_are_written_say_so() -> None:
    for git, live in ((CANARY_64, f"{CANARY_64}\n"), ("1", 1)):
        result = masked("data.a", git, live)
        assert result.git == result.live
        assert "written as another text or type" in result.detail[0]
        assert detailed([result]) == (result,)


def test_a_text_and_its_base64_look_equal() -> None:
    assert masked("stringData.a", CANARY, "").git == masked("data.a", CANARY_64, "").git


def test_a_value_that_looks_like_a_mask_is_hashed_like_any_other() -> None:
    fake: JsonObject = {"sha256": "0123456789ab"}
    assert masked("data.a", fake, fake).git != fake


def test_a_secret_inside_a_map_is_masked_by_itself() -> None:
    result = masked("data", {"a": CANARY_64}, {"a": "b3RoZXI=", "b": ""})
    assert isinstance(result.git, dict)
    assert isinstance(result.live, dict)
    assert {*map(type, result.git.values()), *map(type, result.live.values())} == {Masked}
    assert result.git["a"] == masked("data.a", CANARY_64, "").git


def test_a_value_of_ones_own_is_no_secret_for_what_it_looks_like() -> None:
    own: JsonObject = {"sha256": "0123456789ab"}
    (result,) = mask([change("spec.sum", own, "")], ObjectRef("", "ConfigMap", "a", "b"), key=KEY)
    assert result.git == own


def test_a_hash_tells_nothing_without_the_key_of_the_run() -> None:
    (one,) = mask([change("data.a", "eA==", "")], SECRET, key=b"one")
    (two,) = mask([change("data.a", "eA==", "")], SECRET, key=b"two")
    assert one.git != two.git
    assert isinstance(one.git, Masked)
    assert len(one.git.digest) == 12


def test_judging_a_secret_and_masking_its_explanation_leaves_nothing() -> None:
    judgement = judged("Secret", {"stringData": {"a": CANARY}}, {"data": {"a": "b3RoZXI="}})
    result = mask(detailed(judgement.changes), SECRET, key=KEY)
    assert [each.path for each in result] == ["data.a"]
    assert CANARY not in repr(result)
    assert CANARY_64 not in repr(result)
    assert "b3RoZXI=" not in repr(result)


def test_a_warning_without_values_hides_the_value_in_its_path() -> None:
    warning = FieldChange(f'data[="{CANARY}"]', FieldVerdict.WARN, ABSENT, ABSENT, note=CANARY)
    (result,) = mask([warning], ObjectRef("x.io", "AppSecret", "app", "web"), key=KEY)
    assert CANARY not in repr(result)


@pytest.mark.parametrize(("path", "value"), [("data.a", {"name": "x"}), ("data", ["x"])])
def test_a_secret_value_that_is_no_text_is_hidden_as_one(path: str, value: Json) -> None:
    assert isinstance(masked(path, value, "").git, Masked)


def test_what_is_secret_in_an_entry_of_a_list_is_hidden_and_the_rest_is_shown() -> None:
    ref = ObjectRef("apps", "StatefulSet", "app", "web")
    claims: Json = [{"annotations": {LAST_APPLIED: CANARY, "note": "plain"}}, {"name": "b"}]
    result = masked("spec.volumeClaimTemplates", claims, [], ref)
    assert CANARY not in repr(result)
    assert "plain" in repr(result)


@pytest.mark.parametrize("value", [CANARY_64, {"x": CANARY}])
def test_a_secret_that_one_side_alone_has_is_hidden_whichever_side_that_is(value: Json) -> None:
    for git, live in ((ABSENT, value), (value, ABSENT)):
        secret = FieldChange("data.a", FieldVerdict.DRIFT, live=live, git=git)
        (result,) = mask([secret], SECRET, key=KEY)
        assert CANARY not in repr(result)
        assert CANARY_64 not in repr(result)
        assert {type(result.git), type(result.live)} == {Absent, Masked}


SETTINGS = ObjectRef("", "ConfigMap", "app", "web")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.url", CANARY),
        ("data", {"url": CANARY}),
        ("binaryData.x", CANARY_64),
        ("metadata.labels.team", CANARY),
        ("metadata.annotations", {"note": CANARY}),
        ("spec", {"items": [{"name": CANARY}, [CANARY]], "n": 7}),
        (f"spec.containers[name={CANARY}].image", "x"),
        ("", {"kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"a": CANARY}}),
    ],
)
def test_no_value_of_a_sealed_object_is_left_whatever_its_kind(path: str, value: Json) -> None:
    (result,) = mask([change(path, value, "")], SETTINGS, key=KEY, sealed=True)
    text = repr(result)
    assert CANARY not in text
    assert CANARY_64 not in text
    assert "Masked(" in text or "[name=" in result.path


def test_a_sealed_object_keeps_its_identity_and_its_shape() -> None:
    whole: JsonObject = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web", "namespace": "app", "labels": {"a": CANARY}},
        "data": {"a": CANARY, "b": CANARY},
    }
    shown = mask_object(whole, SETTINGS, key=KEY, sealed=True)
    assert isinstance(shown, dict)
    data, metadata = shown["data"], shown["metadata"]
    assert isinstance(data, dict)
    assert isinstance(metadata, dict)
    assert (shown["apiVersion"], shown["kind"]) == ("v1", "ConfigMap")
    assert (metadata["name"], metadata["namespace"]) == ("web", "app")
    assert data["a"] == data["b"] == metadata["labels"]["a"]
    assert isinstance(data["a"], Masked)
    assert mask_object(whole, SETTINGS, key=KEY) == whole
