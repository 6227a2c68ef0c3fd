"""core.render.charts.archive: regular files below one folder, within limits, and nothing else."""

import gzip
import tarfile

import pytest

from core.errors import RejectedError
from core.render.charts.archive import FILES_MAX, files_of
from tests.core.render.charts.host import packaged, packed

CHART = {"web/Chart.yaml": b"name: web\n"}


def member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def test_the_files_of_a_chart_are_called_from_its_folder_on() -> None:
    files = files_of(packed({**CHART, "web/charts/sub-1.tgz": b"x", "./web/templates/a": b"y"}))
    assert files == {
        "Chart.yaml": b"name: web\n",
        "charts/sub-1.tgz": b"x",
        "templates/a": b"y",
    }


@pytest.mark.parametrize(
    "name", ["../x", "web/../../x", "/etc/passwd", "x", "web//x", "web/a\\..\\b", "web/\x1b[2Jx"]
)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    """C60: what unpackers call zip-slip."""
    with pytest.raises(RejectedError, match="leads out of its folder"):
        files_of(packed({**CHART, name: b"x"}))


@pytest.mark.parametrize(
    "odd",
    [
        member("web/Chart.lock", tarfile.SYMTYPE, "/etc/passwd"),
        member("web/x", tarfile.LNKTYPE, "web/Chart.yaml"),
        member("web/x", tarfile.FIFOTYPE),
        member("web/x", tarfile.CHRTYPE),
    ],
)
def test_what_is_no_regular_file_is_refused(odd: tarfile.TarInfo) -> None:
    with pytest.raises(RejectedError, match="is no regular file"):
        files_of(packed({**CHART, odd.name: odd}))


def test_what_is_too_large_is_refused_before_it_is_there() -> None:
    with pytest.raises(RejectedError, match="more than 64 MiB"):
        files_of(gzip.compress(bytes(65 * 2**20), 1))
    one = tarfile.TarInfo("web/a").tobuf()
    with pytest.raises(RejectedError, match="more than 10,000 files"):
        files_of(gzip.compress(one * (FILES_MAX + 1) + bytes(1024), 1))


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (b"", "ends too early"),
        (b"<html>", "cannot be read"),
        (packaged("web", "1.0.0")[:-20], "ends too early"),
        (gzip.compress(b"no tar" * 200), "cannot be read"),
        (packed({"web/values.yaml": b""}), "holds no Chart.yaml"),
    ],
    ids=["nothing", "a page", "cut off", "no tar", "no chart"],  # the bytes hold the time
)
def test_what_is_no_archive_of_a_chart_is_told(archive: bytes, words: str) -> None:
    with pytest.raises(RejectedError, match=words):
        files_of(archive)
