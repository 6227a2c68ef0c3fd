"""A folder of files: what one file does wrong stays with that file."""

import pytest

from core.errors import RejectedError, UnavailableError
from core.manifests import DocumentCache, Folder, Listed, read
from tests.core.manifests.here import HERE
from tests.core.manifests.test_loading import config_map

FILE = 0o100644
LINK = 0o120000
SUBMODULE = 0o160000


class Files:
    """Some files, and how often each was read."""

    def __init__(self) -> None:
        self.listed: list[Listed] = []
        self.reads: list[str] = []

    def add(self, path: str, text: str = "", *, mode: int = FILE, place: str = "") -> "Files":
        def content() -> bytes:
            self.reads.append(path)
            return text.encode()

        self.listed.append(Listed(path, f"{hash(text)}", mode, content, place or path))
        return self

    def read(self, cache: DocumentCache | None = None) -> Folder:
        return read(self.listed, cache or DocumentCache(HERE.outcomes))


def names(folder: Folder) -> list[str]:
    """List the objects of a folder."""
    return [document.name for document in folder.documents]


def test_yaml_and_json_are_read_in_the_order_of_their_paths() -> None:
    files = Files().add("b/x.yml", config_map("b")).add("a.yaml", config_map("a"))
    files.add("c.json", '{"apiVersion":"v1","kind":"X","metadata":{"name":"c"}}')
    files.add("README.md", "# no").add("script.sh", "no")
    assert names(files.read()) == ["a", "b", "c"]


def test_a_bad_file_is_one_problem_and_stops_nothing_else() -> None:
    files = (
        Files()
        .add("a.yaml", config_map("a"))
        .add("b.yaml", "kind: X\n")
        .add("c.yaml", config_map("c"))
    )
    folder = files.read()
    assert names(folder) == ["a", "c"]
    assert folder.problems == ("b.yaml:1: apiVersion is missing",)


def test_an_unchanged_file_is_not_read_again_and_gives_the_same_objects() -> None:
    cache = DocumentCache(HERE.outcomes)
    first = Files().add("a.yaml", config_map("a")).add("b.yaml", config_map("b")).read(cache)
    again = Files().add("a.yaml", config_map("a")).add("b.yaml", config_map("b", "data: {}\n"))
    second = again.read(cache)
    assert again.reads == ["b.yaml"]
    assert second.documents[0] is first.documents[0]
    assert second.documents[1] is not first.documents[1]


def test_a_bad_file_is_not_read_again_either() -> None:
    cache = DocumentCache(HERE.outcomes)
    Files().add("a.yaml", "kind: X").read(cache)
    again = Files().add("a.yaml", "kind: X")
    assert again.read(cache).problems
    assert again.reads == []


def test_the_cache_is_bounded() -> None:
    cache = DocumentCache(HERE.outcomes, files=2)
    files = Files().add("a.yaml", config_map("a")).add("b.yaml", config_map("b"))
    files.add("c.yaml", config_map("c"))
    files.read(cache)
    files.read(cache)
    assert files.reads == ["a.yaml", "b.yaml", "c.yaml", "a.yaml"]  # the third pushes out the first


def test_a_file_larger_than_the_cache_is_read_all_the_same() -> None:
    assert names(
        Files().add("a.yaml", config_map("a")).read(DocumentCache(HERE.outcomes, size_bytes=1))
    ) == ["a"]


def test_the_same_object_twice_is_the_last_one_with_both_places() -> None:
    cache = DocumentCache(HERE.outcomes)
    files = Files().add("b.yaml", config_map("x", "data: {a: b}\n")).add("a.yaml", config_map("x"))
    (document,) = files.read(cache).documents
    assert document.file == "b.yaml"
    assert document.warnings == (
        "b.yaml:1: the same object is stated at a.yaml:1; this one counts",
    )
    assert files.read(cache).documents[0] is document


def test_api_versions_do_not_make_two_objects_but_groups_and_namespaces_do() -> None:
    def stated(version: str, namespace: str) -> str:
        return f"apiVersion: {version}\nkind: X\nmetadata: {{name: x{namespace}}}\n"

    files = Files().add("1.yaml", stated("a.io/v1", "")).add("2.yaml", stated("a.io/v2", ""))
    files.add("3.yaml", stated("b.io/v1", "")).add("4.yaml", stated("a.io/v1", ", namespace: ns"))
    assert [one.file for one in files.read().documents] == ["2.yaml", "3.yaml", "4.yaml"]


def test_links_and_submodules_are_refused_by_name_and_never_read() -> None:
    files = Files().add("a.yaml", "/etc/passwd", mode=LINK).add("sub", mode=SUBMODULE)
    files.add("README", mode=LINK).add("x/b.yaml", config_map("b"))
    folder = files.read()
    assert names(folder) == ["b"]
    assert folder.problems == (
        "a.yaml:1: a symbolic link, which is not followed",
        "sub:1: a submodule, whose files are in another repository; they are not read",
    )
    assert files.reads == ["x/b.yaml"]


def test_what_a_link_leads_to_is_named_by_where_it_stands_and_counts_once() -> None:
    files = Files().add("app/b.yaml", config_map("b")).add("app/.x/c.yaml", config_map("c"))
    for link in ("app/one.yaml", "app/two.yaml"):
        files.add(link, config_map("a"), place="shared/a.yaml")
    files.add("app/c.yaml", config_map("c"), place="app/.x/c.yaml")
    folder = files.read()
    assert {one.file for one in folder.documents} == {
        "app/b.yaml",
        "app/.x/c.yaml",
        "shared/a.yaml",
    }
    assert all(one.warnings == () for one in folder.documents)


@pytest.mark.parametrize(
    ("path", "problems"),
    [
        ("a.yaml", ("a.yaml:1: a symbolic link to x, which is not there",)),
        ("shared", ("shared:1: a symbolic link to x, which is not there",)),
        ("logo.png", ()),
        ("notes.md", ()),
    ],
)
def test_a_link_that_leads_nowhere_is_a_problem_where_it_may_stand_for_manifests(
    path: str, problems: tuple[str, ...]
) -> None:
    def nothing() -> bytes:
        raise AssertionError

    link = Listed(path, "", LINK, nothing, path, "a symbolic link to x, which is not there")
    assert read([link], DocumentCache(HERE.outcomes)).problems == problems


def test_every_problem_names_the_file_or_folder_that_is_not_known_now() -> None:
    files = Files().add("a.yaml", "kind: [").add("b.yaml", config_map("b"))
    files.add("k/Chart.yaml", "name: x\n").add("l.yaml", mode=LINK).add("sub", mode=SUBMODULE)
    folder = files.read()
    assert [path for path, _ in folder.refused] == ["k/", "a.yaml", "l.yaml", "sub/"]
    assert tuple(problem for _, problem in folder.refused) == folder.problems


def test_entries_that_git_refuses_are_problems_whatever_they_are_called() -> None:
    folder = Files().add("x/.git", mode=0).read()
    assert folder.problems == ("x/.git:1: a name or kind of entry that Git does not check out",)


def test_an_absolute_name_is_a_problem_and_stops_nothing_else() -> None:
    folder = Files().add("/etc/passwd", mode=0).add("a.yaml", config_map("a")).read()
    assert folder.problems == (
        "/etc/passwd:1: a name or kind of entry that Git does not check out",
    )
    assert names(folder) == ["a"]


@pytest.mark.parametrize("name", ["R\udce9sum\udce9.pdf", "back\\slash.txt", "tab\there.md"])
def test_a_file_that_is_no_manifest_matters_not_whatever_it_is_called(name: str) -> None:
    folder = Files().add(name).add("a.yaml", config_map("a")).read()
    assert folder.problems == ()
    assert names(folder) == ["a"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("caf\udce9.yaml", r"caf\xe9.yaml:1: its name is not UTF-8"),
        ("caf\udce9/a.json", r"caf\xe9/a.json:1: its name is not UTF-8"),
        ("a\x1bb.yml", "a␛b.yml:1: its name holds a control character"),
    ],
)
def test_a_manifest_whose_name_cannot_be_told_is_named(name: str, problem: str) -> None:
    folder = Files().add(name, config_map("b")).add("a.yaml", config_map("a")).read()
    assert folder.problems == (problem,)
    assert names(folder) == ["a"]


@pytest.mark.parametrize("marker", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_kustomize_folder_is_left_out_as_a_whole_and_said_so(marker: str) -> None:
    files = Files().add("plain.yaml", config_map("a")).add(f"k/{marker}", "resources: [x.yaml]\n")
    files.add("k/x.yaml", config_map("b")).add("k/sub/patch.yaml", "spec: {}\n")
    folder = files.read()
    assert names(folder) == ["a"]
    (problem,) = folder.problems
    assert problem.startswith(f"k/{marker}:1: k is for kustomize, so it is rendered as an app of")
    assert problem.endswith("; none of its files was read")


def test_overlays_inside_a_kustomize_folder_are_part_of_it_and_told_once() -> None:
    files = Files().add("k/kustomization.yaml", "resources: [base]\n")
    files.add("k/overlay/kustomization.yaml", "resources: [x.yaml]\n")
    files.add("kk/kustomization.yaml", "resources: [x.yaml]\n")
    assert [path for path, _ in files.read().refused] == ["k/", "kk/"]


def test_a_chart_is_left_out_as_a_whole() -> None:
    files = (
        Files().add("Chart.yaml", "apiVersion: v2\nname: x\n").add("templates/x.yaml", "{{ x }}")
    )
    folder = files.read()
    assert folder.documents == ()
    assert len(folder.problems) == 1
    assert "the repository's root is for helm" in folder.problems[0]


def test_an_object_in_a_file_called_kustomization_is_an_object() -> None:
    text = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n"
    )
    folder = Files().add("kustomization.yaml", text).read()
    assert names(folder) == ["apps"]
    assert folder.problems == ()


def test_hidden_folders_and_our_own_settings_hold_no_manifests() -> None:
    files = (
        Files().add(".github/workflows/ci.yaml", "on: push\n").add("driftdeck.yaml", "apps: []\n")
    )
    files.add("a.yaml", config_map("a"))
    folder = files.read()
    assert names(folder) == ["a"]
    assert folder.problems == ()


def test_a_hidden_folder_that_was_asked_for_is_read() -> None:
    assert names(Files().add(".deploy/prod/a.yaml", config_map("a")).read()) == ["a"]


def test_a_file_the_repository_refuses_is_a_problem() -> None:
    def refuse() -> bytes:
        raise RejectedError("[SIZE] too large")

    folder = read([Listed("a.yaml", "1", FILE, refuse, "a.yaml")], DocumentCache(HERE.outcomes))
    assert folder.problems == ("a.yaml:1: [SIZE] too large",)


def test_a_repository_that_cannot_be_read_is_no_fault_of_the_file() -> None:
    def fail() -> bytes:
        raise UnavailableError("repository gone")

    with pytest.raises(UnavailableError):
        read([Listed("a.yaml", "1", FILE, fail, "a.yaml")], DocumentCache(HERE.outcomes))


def test_an_empty_folder_states_nothing() -> None:
    assert read([], DocumentCache(HERE.outcomes)) == Folder((), ())


def test_files_that_are_no_manifests_are_no_problem_and_are_listed() -> None:
    files = Files().add("a.yaml", config_map("a") + "---\nx: 1\n").add("values.yaml", "x: 1\n")
    files.add("dashboards/d.json", '{"title": "x"}').add("tsconfig.json", '{"a": 1, // no\n}')
    files.add("mkdocs.yml", "a: !!python/name:x.y ''\n").add("empty.yaml", "# nothing\n")
    folder = files.read()
    assert names(folder) == ["a"]
    assert (folder.problems, folder.refused) == ((), ())
    others = ("a.yaml:6", "dashboards/d.json", "mkdocs.yml", "tsconfig.json", "values.yaml")
    assert folder.others == others


@pytest.mark.parametrize(
    "text",
    [
        "kind: ConfigMap\n\tmetadata: x\n",
        "apiVersion: v1\nkind: X\nmetadata: [\n",
        "replicas: {{ .Values.replicas }}\n",
        "{{- range .Values.all }}\n- {{ . }}\n{{- end }}\n",
        '{"apiVersion" : "v1", "kind": "X",, }',
        "a: [\n",
        "kind: X\na: !Ref x\n",
    ],
)
def test_what_looks_like_a_manifest_and_is_broken_is_a_problem(text: str) -> None:
    folder = Files().add("a.yaml", text).read()
    assert len(folder.problems) == 1
    assert folder.others == ()


def test_one_wrong_object_is_a_problem_and_its_neighbours_are_read() -> None:
    wrong = config_map("b", "  labels: {a: %s}\n" % ("x" * 64))
    files = Files().add(
        "x.yaml", "---\n".join([config_map("a"), wrong, config_map("c"), "kind: X\n"])
    )
    folder = files.read()
    assert names(folder) == ["a", "c"]
    assert [path for path, _ in folder.refused] == ["x.yaml", "x.yaml"]
    assert [(one.name, problem) for one, problem in folder.broken] == [("b", folder.problems[0])]
    assert folder.problems[0].startswith("x.yaml:10: [SIZE]")
    assert folder.problems[1] == "x.yaml:17: apiVersion is missing"


def test_hostile_paths_are_shown_safely() -> None:
    folder = Files().add("a\x1b[2J.yaml", "kind: X").read()
    assert all(problem.isprintable() for problem in folder.problems)
