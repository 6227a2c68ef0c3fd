"""The files of a folder, straight from the trees; hostile names never become paths."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.repo import Repo

from core.errors import RejectedError, UnavailableError
from core.git import File, Repository
from tests.core.git.sample import Sample

FILE = 0o100644
HOSTILE = [
    b".git",
    b".GIT",
    b".Git",
    b"git~1",
    b"GIT~12",
    b".git\xe2\x80\x8c",
    b".git.",
    b".git ",
    b"..",
    b".",
    b"a/b",
    b"/etc/passwd",
    b"x" * 10_000,
]
UNUSUAL = [
    b"aux.yaml",
    b"C:x",
    b"a b",
    "grüße.yaml".encode(),
    b".gitignore",
    b".git\xff",
    b"R\xe9sum\xe9.pdf",
    b"a\\b",
    b"\xff\xfe",
    b"\x1b[2J",
    b"a\nb",
    b"a\x7fb",
]


def planted(path: Path, entries: list[tuple[bytes, int, bytes]]) -> str:
    """Write a commit whose tree holds entries that no git would make."""
    with Repo(str(path)) as repo:
        blob = Blob.from_string(b"x")
        tree = Tree()
        raw = b"".join(
            b"%o %s\0" % (mode, name) + bytes.fromhex(sha.decode()) for name, mode, sha in entries
        )
        tree.set_raw_string(raw)
        commit = Commit()
        commit.tree = ObjectID(tree.id)
        commit.author = commit.committer = b"A <a@b>"
        commit.author_time = commit.commit_time = commit.author_timezone = (
            commit.commit_timezone
        ) = 0
        commit.message = b"x"
        for made in (blob, tree, commit):
            repo.object_store.add_object(made)
        return commit.id.decode()


def read_everything(repository: Repository) -> list[bytes]:
    """Read every file of the head."""
    files = repository.files(repository.resolve("HEAD").id, "")
    return [repository.blob(file.blob_id) for file in files]


X = Blob.from_string(b"x").id


def test_files_below_a_folder_are_listed_with_their_ids(
    repository: Repository, sample: Sample
) -> None:
    commit = sample.commit({"apps/a/b.yaml": b"b", "apps/a.yaml": b"a", "other/x": b""})
    files = repository.files(commit, "apps")
    assert [file.path for file in files] == ["apps/a.yaml", "apps/a/b.yaml", "apps/web.yaml"]
    assert [repository.blob(file.blob_id) for file in files] == [b"a", b"b", b"a: 1\n"]
    assert {file.mode for file in files} == {FILE}


def test_the_root_is_written_as_nothing(repository: Repository) -> None:
    commit = repository.resolve("HEAD").id
    everything = repository.files(commit, "")
    assert [file.path for file in everything] == ["README.md", "apps/web.yaml"]
    assert repository.files(commit, "./") == everything
    assert repository.files(commit, "/apps/") == everything[1:]


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("nope", "does not exist"),
        ("APPS", 'does not exist.*there is "apps"'),
        ("apps/web.yaml", "is a file"),
        ("apps/web.yaml/x", "does not exist"),
        ("../x", "not a path inside"),
        ("apps/../..", "not a path inside"),
        ("a\0b", "not a path inside"),
        ("\x1b[2J", "does not exist"),
    ],
)
def test_a_folder_that_is_none_is_refused_in_words(
    repository: Repository, folder: str, words: str
) -> None:
    with pytest.raises(RejectedError, match=words) as caught:
        repository.files(repository.resolve("HEAD").id, folder)
    assert str(caught.value).isprintable()


def test_links_and_submodules_are_listed_with_their_modes(
    repository: Repository, sample: Sample
) -> None:
    (sample.path / "apps/link.yaml").symlink_to("/etc/passwd")
    sample.git("add", "apps/link.yaml")
    sample.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},apps/sub")
    sample.git("commit", "-q", "-m", "links")
    modes = {
        file.path: file.mode for file in repository.files(repository.resolve("HEAD").id, "apps")
    }
    assert modes == {"apps/link.yaml": 0o120000, "apps/sub": 0o160000, "apps/web.yaml": FILE}


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:12]))
def test_a_hostile_name_is_listed_as_refused(
    repository: Repository, sample: Sample, name: bytes
) -> None:
    commit = planted(sample.path, [(name, FILE, X), (b"z.yaml", FILE, X)])
    refused, good = sorted(repository.files(commit, ""), key=lambda file: file.path == "z.yaml")
    assert good == File("z.yaml", X.decode(), FILE)
    assert (refused.blob_id, refused.mode) == ("", 0)
    assert refused.path.isprintable()
    with pytest.raises(RejectedError):
        repository.blob(refused.blob_id)


def test_a_hostile_folder_is_not_entered(repository: Repository, sample: Sample) -> None:
    apps = sample.git("rev-parse", "HEAD:apps").strip().encode()
    commit = planted(sample.path, [(b"..", 0o040000, apps)])
    assert [file.path for file in repository.files(commit, "")] == [".."]


@pytest.mark.parametrize("name", UNUSUAL, ids=ascii)
def test_a_name_that_is_only_unusual_is_listed(
    repository: Repository, sample: Sample, name: bytes
) -> None:
    commit = planted(sample.path, [(name, FILE, X)])
    listed = name.decode(errors="surrogateescape")
    assert repository.files(commit, "") == (File(listed, X.decode(), FILE),)
    assert repository.blob_at(commit, listed) == X.decode()


def test_a_folder_whose_name_is_no_utf_8_is_gone_into(
    repository: Repository, sample: Sample
) -> None:
    apps = sample.git("rev-parse", "HEAD:apps").strip().encode()
    commit = planted(sample.path, [(b"caf\xe9", 0o040000, apps)])
    assert [file.path for file in repository.files(commit, "")] == ["caf\udce9/web.yaml"]


@pytest.mark.parametrize("mode", [0o100600, 0o100664, 0o100755])
def test_odd_modes_of_files_are_files(repository: Repository, sample: Sample, mode: int) -> None:
    commit = planted(sample.path, [(b"x", mode, X)])
    assert repository.files(commit, "")[0].blob_id == X.decode()


def test_an_entry_of_no_known_kind_is_refused(repository: Repository, sample: Sample) -> None:
    commit = planted(sample.path, [(b"fifo", 0o010644, X)])
    assert repository.files(commit, "") == (File("fifo", "", 0),)


def test_a_tree_with_one_name_twice_is_refused(repository: Repository, sample: Sample) -> None:
    commit = planted(sample.path, [(b"x", FILE, X), (b"x", 0o100755, X)])
    with pytest.raises(RejectedError, match="one name twice"):
        repository.files(commit, "")


def test_unsorted_entries_are_read(repository: Repository, sample: Sample) -> None:
    commit = planted(sample.path, [(b"z", FILE, X), (b"a", FILE, X)])
    assert [file.path for file in repository.files(commit, "")] == ["a", "z"]


def test_a_folder_that_is_too_deep_is_refused(repository: Repository, sample: Sample) -> None:
    commit = sample.commit({"/".join(["d"] * 150) + "/x.yaml": b"x"})
    with pytest.raises(RejectedError, match="nested more than 100"):
        repository.files(commit, "")
    assert repository.files(commit, "apps")


def test_a_file_that_no_longer_matches_its_id_is_damage(
    repository: Repository, sample: Sample
) -> None:
    blob = repository.files(repository.resolve("HEAD").id, "apps")[0].blob_id
    path = sample.path / ".git/objects" / blob[:2] / blob[2:]
    other = sample.git("rev-parse", "HEAD:README.md").strip()
    path.chmod(0o644)
    path.write_bytes((sample.path / ".git/objects" / other[:2] / other[2:]).read_bytes())
    with sample.opened() as fresh, pytest.raises(UnavailableError, match="damaged"):
        fresh.blob(blob)


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"x\x9c\x03\x00"])
def test_a_file_that_cannot_be_unpacked_is_damage(
    repository: Repository, sample: Sample, rubbish: bytes
) -> None:
    blob = repository.files(repository.resolve("HEAD").id, "apps")[0].blob_id
    path = sample.path / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(rubbish)
    with sample.opened() as fresh, pytest.raises(UnavailableError, match="damaged"):
        fresh.blob(blob)


@pytest.mark.parametrize("cut", [0, 10, -30])
def test_a_damaged_pack_is_damage_and_no_crash(sample: Sample, cut: int) -> None:
    sample.commit({f"f{number}": b"x" * number for number in range(300)})
    (pack,) = (sample.path / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:cut])
    with sample.opened() as fresh, pytest.raises(UnavailableError):
        read_everything(fresh)


def test_a_huge_file_is_refused(repository: Repository, sample: Sample) -> None:
    commit = sample.commit({"big.yaml": b"#" * (33 * 2**20)})
    blob = repository.files(commit, "")[-1].blob_id
    with pytest.raises(RejectedError, match=r"\[SIZE\]"):
        repository.blob(blob)


def test_what_is_no_file_is_no_blob(repository: Repository, sample: Sample) -> None:
    tree = sample.git("rev-parse", "HEAD:apps").strip()
    for wrong in (tree, "1" * 40):
        with pytest.raises(UnavailableError):
            repository.blob(wrong)


def test_threads_may_share_a_repository(repository: Repository, sample: Sample) -> None:
    commit = sample.commit({f"f/{number}.yaml": str(number).encode() for number in range(200)})

    def everything(_: int) -> bytes:
        return b"".join(repository.blob(file.blob_id) for file in repository.files(commit, "f"))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(everything, range(16)))) == 1


def test_a_sha256_repository_is_read_or_refused_in_words(sample: Sample) -> None:
    sample.path.mkdir()
    sample.git("init", "-q", "--object-format=sha256")
    (sample.path / "x.yaml").write_text("a: 1\n")
    sample.git("add", ".")
    sample.git("commit", "-q", "-m", "x")
    with sample.opened() as repository:
        commit = repository.resolve("HEAD").id
        assert len(commit) == 64
        assert repository.blob(repository.files(commit, "")[0].blob_id) == b"a: 1\n"


def test_a_large_file_that_is_asked_for_again_is_the_same_bytes(
    repository: Repository, sample: Sample
) -> None:
    commit = sample.commit({"big.yaml": b"#" * 2**20, "small.yaml": b"# small\n"})
    big, small = (
        next(file.blob_id for file in repository.files(commit, "") if file.path == name)
        for name in ("big.yaml", "small.yaml")
    )
    assert repository.blob(big) is repository.blob(big)
    assert repository.blob(small) is not repository.blob(small)
