"""core.compare.restating: two states of Git against each other, without any cluster."""

from dataclasses import dataclass

from core.compare import paired, restated
from core.manifests import load
from core.model import ABSENT, Absent, Document, Value

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [%s]}}}
"""


@dataclass(frozen=True)
class Folder:
    documents: tuple[Document, ...]
    refused: tuple[tuple[str, str], ...] = ()


def read(text: str, file: str = "a.yaml") -> tuple[Document, ...]:
    return load(file, text.encode()).documents


def apart(old: str, new: str) -> dict[str, tuple[Value | Absent, Value | Absent]]:
    """Return what differs between two statements: by path what was, and what is."""
    (was,), (now,) = read(old), read(new)
    return {change.path: (change.live, change.git) for change in restated(was, now)}


def containers(*texts: str) -> str:
    return WEB % ", ".join(texts)


def a_map(text: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\n{text}"


def names(before: Folder, after: Folder, *namespaces: str) -> list[tuple[str, str]]:
    one, other = namespaces or ("", "")
    return [
        (w.name if w else "", n.name if n else "") for w, n in paired(before, after, (one, other))
    ]


def test_fields_are_told_by_path_with_both_values_also_where_one_side_lacks_them() -> None:
    found = apart(a_map("data: {a: '1', b: x, c: same}"), a_map("data: {a: '2', d: z, c: same}"))
    assert found == {"data.a": ("1", "2"), "data.b": ("x", ABSENT), "data.d": (ABSENT, "z")}


def test_entries_that_have_names_are_compared_by_name() -> None:
    old = containers("{name: web, image: 'a:1'}", "{name: log, image: l}")
    new = containers("{name: web, image: 'a:2'}", "{name: new, image: k}")
    assert apart(old, new) == {
        "spec.template.spec.containers[name=log]": ({"name": "log", "image": "l"}, ABSENT),
        "spec.template.spec.containers[name=new]": (ABSENT, {"name": "new", "image": "k"}),
        "spec.template.spec.containers[name=web].image": ("a:1", "a:2"),
    }


def test_another_order_is_a_difference_for_only_a_cluster_could_say_that_it_is_none() -> None:
    entries = "{name: a}", "{name: b}"
    (path,) = apart(containers(*entries), containers(*reversed(entries)))
    assert path == "spec.template.spec.containers"


def test_entries_without_names_of_their_own_are_one_value() -> None:
    twins = "{name: a, x: 1}", "{name: a, x: 2}"
    (path,) = apart(containers(*twins), containers(*reversed(twins)))
    assert path == "spec.template.spec.containers"
    assert apart(containers("a", "b"), containers("a", "c"))


def test_what_everybody_knows_to_be_equal_is_no_difference() -> None:
    resources = "{name: a, resources: {limits: {cpu: %s}}}"
    assert not apart(containers(resources % "1000m"), containers(resources % "1"))
    assert apart(containers(resources % "1000m"), containers(resources % "2"))
    assert not apart(a_map("data: {a: b}"), a_map("data:\n  a: b # a remark\n  c: null"))
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    assert not apart(secret + "data: {p: eA==}", secret + "stringData: {p: x}")


def test_what_only_a_cluster_could_know_to_be_equal_is_shown() -> None:
    assert apart(a_map("data: {cpu: 1000m}"), a_map("data: {cpu: '1'}"))
    assert apart(a_map(""), a_map("data: {}"))
    assert apart(a_map("data: {a: '1'}"), a_map("data: {a: 1}"))


def test_another_version_of_a_kind_is_the_same_object_and_differs() -> None:
    old = "apiVersion: a.example/v1\nkind: A\nmetadata: {name: a}"
    assert apart(old, old.replace("v1", "v2")) == {"apiVersion": ("a.example/v1", "a.example/v2")}
    assert names(Folder(read(old)), Folder(read(old.replace("v1", "v2")))) == [("a", "a")]


def test_an_object_is_the_same_whether_it_names_the_apps_namespace_or_none() -> None:
    plain, named = a_map(""), a_map("").replace("name: m", "name: m, namespace: shop")
    one, other = Folder(read(plain)), Folder(read(named))
    assert names(one, other, "shop", "shop") == [("m", "m")]
    assert not apart(plain, named)
    assert names(one, other, "cart", "cart") == [("m", ""), ("", "m")]


def test_apps_are_compared_as_if_they_had_one_namespace() -> None:
    staged, live = (a_map("").replace("name: m", f"name: m, namespace: {n}") for n in ("s", "p"))
    assert names(Folder(read(staged)), Folder(read(live)), "s", "p") == [("m", "m")]


def called(before: list[str], after: list[str], *apps: str) -> list[tuple[str, str]]:
    """Return how objects are called that count as one, in two apps."""
    one, other = apps
    old, new = (
        Folder(read("---\n".join(a_map("").replace("name: m", f"name: {name}") for name in side)))
        for side in (before, after)
    )
    found = paired(old, new, apps=(one, other))
    return sorted((w.name if w else "", n.name if n else "") for w, n in found)


def test_a_name_that_says_which_app_or_environment_it_is_of_is_the_same_as_the_others() -> None:
    staging, prod = ["m", "shop-staging-web", "staging-a"], ["m", "shop-prod-web", "prod-a"]
    assert called(staging, prod, "shop-staging", "shop-prod") == list(
        zip(staging, prod, strict=True)
    )
    assert called(["web-eu-x"], ["web-x"], "web-eu", "web") == [("web-eu-x", "web-x")]
    assert called(["eu-db"], ["us-db"], "shop-eu-1", "shop-us-1") == [("eu-db", "us-db")]


def test_names_are_the_same_by_whole_words_only_and_each_has_one_twin() -> None:
    apps = "a-eu", "a-us"
    assert called(["neu-x"], ["nus-x"], *apps) == [("", "nus-x"), ("neu-x", "")]
    both = ["eu-x", "us-x"]
    assert called(both, both, *apps) == [("eu-x", "eu-x"), ("us-x", "us-x")]
    assert called(both, ["us-x"], *apps) == [("eu-x", ""), ("us-x", "us-x")]
    assert called(["eu-us", "us-eu"], ["us-us"], *apps) == [("eu-us", "us-us"), ("us-eu", "")]
    assert called(["eu-x"], ["us-x"], "a", "a") == [("", "us-x"), ("eu-x", "")]


def test_what_a_file_said_that_cannot_be_read_any_more_is_not_known_to_be_gone() -> None:
    known, broken = Folder(read(a_map(""))), Folder((), (("a.yaml", "no"),))
    assert names(known, broken) == names(broken, known) == []
    assert names(known, Folder(())) == [("m", "")]
