"""core.git.reading.packs: what git packed is read as it is, and what is odd is left to others."""

import random
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.git import Repository
from core.git.reading.packs import OBJECT_BYTES, Packs
from tests.core.git.sample import Sample

KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


def history(sample: Sample, commits: int = 30) -> None:
    """Files that grow a little with each commit, so that git packs them as deltas."""
    for number in range(commits):
        text = "".join(f"line {line}: {number if line == number else 0}\n" for line in range(200))
        files: dict[str, bytes | None] = {
            f"a/{number % 7}.yaml": text.encode(),
            "b": b"%d" % number,
        }
        sample.commit(files, f"change {number}")
    sample.git("tag", "-a", "-m", "first", "v1", "main")


def packed(sample: Sample, *words: str) -> Packs:
    sample.git("-c", "pack.window=50", *words, "repack", "-adfq", "--depth=20")
    return Packs(sample.path / ".git" / "objects" / "pack")


def objects(sample: Sample) -> list[tuple[str, str]]:
    """Each object's id and kind."""
    listed = sample.git("cat-file", "--batch-all-objects", "--batch-check").splitlines()
    return [(line.split()[0], line.split()[1]) for line in listed]


@pytest.mark.parametrize("words", [(), ("-c", "repack.useDeltaBaseOffset=false")])
def test_every_object_is_what_git_says(sample: Sample, words: tuple[str, ...]) -> None:
    history(sample)
    packs = packed(sample, *words)
    every = objects(sample)
    deltas = sample.git("cat-file", "--batch-all-objects", "--batch-check=%(deltabase)").split()
    assert len(set(deltas)) > 10
    with sample.opened() as repository:
        for name, kind in every:
            found = packs.get(bytes.fromhex(name))
            assert found is not None
            assert found.kind == KINDS[kind]
            if kind == "blob":
                assert found.data == repository.blob(name)
    assert packs.get(b"\0" * 20) is None


def test_what_is_packed_later_is_found_once_it_is_looked_for(sample: Sample) -> None:
    history(sample, 3)
    packs = packed(sample)
    second = sample.commit({"c": b"new\n"}, "new")
    sample.git("repack", "-dq")
    assert packs.get(bytes.fromhex(second)) is None
    packs.look_again()
    assert packs.get(bytes.fromhex(second)) is not None


def test_what_is_written_another_way_is_left_to_dulwich(sample: Sample) -> None:
    big = random.Random(1).randbytes(OBJECT_BYTES + 1)  # noqa: S311 - the same each time
    sample.commit({"big": big, "small": b"x\n"})
    packs = packed(sample)
    with sample.opened() as repository:
        head = repository.resolve("main").id
        blob = repository.blob_at(head, "big")
        assert blob is not None
        assert packs.get(bytes.fromhex(blob)) is None
        assert repository.blob(blob) == big
    packs = packed(sample, "-c", "pack.indexVersion=1")
    assert packs.get(bytes.fromhex(head)) is None
    assert Repository(sample.path).resolve("main").id == head
    assert Packs(sample.path / "nowhere").get(bytes.fromhex(head)) is None


def test_no_damage_is_more_than_an_object_that_is_not_believed(
    sample: Sample, tmp_path: Path
) -> None:
    history(sample, 8)
    packed(sample)
    (whole,) = (sample.path / ".git" / "objects" / "pack").glob("*.pack")
    index, content = whole.with_suffix(".idx").read_bytes(), whole.read_bytes()
    names = [bytes.fromhex(name) for name, _ in objects(sample)]
    dice = random.Random(7)  # noqa: S311 - the same each time
    for number in range(40):
        folder = tmp_path / str(number)
        folder.mkdir()
        damaged = [bytearray(index), bytearray(content)]
        for _ in range(1 + number % 3):
            one = damaged[number % 2]
            one[dice.randrange(8, len(one))] ^= 1 << dice.randrange(8)
        if number % 5 == 0:
            del damaged[1][dice.randrange(100, len(content)) :]
        for end, one in zip((".idx", ".pack"), damaged, strict=True):
            (folder / f"pack-x{end}").write_bytes(one)
        packs = Packs(folder)
        for name in names:
            packs.get(name)


@pytest.mark.parametrize("length", [7, 8, 500, 1031, 1032])
def test_an_index_that_was_cut_short_holds_nothing(sample: Sample, length: int) -> None:
    head = sample.commit({"a": b"1\n"}, "first")
    packed(sample)
    folder = sample.path / ".git" / "objects" / "pack"
    (index,) = folder.glob("*.idx")
    content = index.read_bytes()
    index.chmod(0o644)
    index.write_bytes(content[:length])
    assert Packs(folder).get(bytes.fromhex(head)) is None
    with pytest.raises(UnavailableError):
        Repository(sample.path).resolve("main")
