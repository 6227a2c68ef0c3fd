"""The files of a chart's archive: regular ones below one folder, and within limits."""

import io
import re
import tarfile
import zlib
from typing import Final

from core.clean import clean
from core.errors import RejectedError

BYTES_MAX: Final = 32 * 2**20  # of the archive
UNPACKED_MAX: Final = 64 * 2**20
FILES_MAX: Final = 10_000
_GZIP: Final = 31  # zlib's word for a gzip header
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f\\]+")


def files_of(archive: bytes) -> dict[str, bytes]:
    """Return the files of a chart by their paths inside its folder.

    Raises:
        RejectedError: It is no such archive, or holds what no chart needs.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_unpacked(archive)), mode="r:") as tar:
            files = _files(tar)
    except (tarfile.TarError, zlib.error, ValueError, EOFError) as error:
        raise RejectedError(f"its archive cannot be read: {clean(str(error))}") from error
    if "Chart.yaml" not in files:
        raise RejectedError("its archive holds no Chart.yaml")
    return files


def _unpacked(archive: bytes) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    content = unpacking.decompress(archive, UNPACKED_MAX)
    if unpacking.unconsumed_tail:
        raise RejectedError(f"its archive holds more than {UNPACKED_MAX >> 20} MiB")
    if not unpacking.eof:
        raise RejectedError("its archive ends too early")
    return content


def _files(tar: tarfile.TarFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for count, member in enumerate(tar):
        shown = clean(member.name, max_cells=80)
        if count >= FILES_MAX:
            raise RejectedError(f"its archive holds more than {FILES_MAX:,} files")
        if member.isdir():
            continue
        if not member.isreg():
            raise RejectedError(f'its archive holds "{shown}", which is no regular file')
        parts = member.name.removeprefix("./").split("/")
        odd = {"", ".", ".."} & set(parts)
        if odd or len(parts) < 2 or _NAME.fullmatch(member.name) is None:  # noqa: PLR2004 - folder, file
            raise RejectedError(f'its archive holds "{shown}", which leads out of its folder')
        content = tar.extractfile(member)
        files["/".join(parts[1:])] = b"" if content is None else content.read()
    return files
