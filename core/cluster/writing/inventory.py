"""What driftdeck applied, remembered in the cluster itself.

ConfigMaps `driftdeck-<app>-<n>`, one line per object, at most 512 KiB each: one object that holds
everything exceeded its limit elsewhere (argo-cd #621, #14486).  The first one also says for which
app and which cluster it is, so that a copied namespace is not mistaken for our own inventory (G7).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from core.clean import clean
from core.compare.evidence.jobs import ENDS
from core.errors import RejectedError
from core.model import Home, ObjectRef
from core.reconcile.memory.results import InventoryRow

FORMAT: Final = "1"
SHARD_BYTES_MAX: Final = 512 * 1024
_NOTHING: Final = "-"


def shard_name(app: str, index: int) -> str:
    """Return the name of one ConfigMap."""
    return f"driftdeck-{app}-{index}"


def app_of(name: str) -> str:
    """Return the app of a ConfigMap that `shard_name` named."""
    return name.removeprefix("driftdeck-").rpartition("-")[0]


def line_of(row: InventoryRow) -> str:
    """Write one row: group/kind/namespace/name, uid, digest, and how it ended if it did."""
    ref = row.ref
    parts = (ref.group, ref.kind, ref.namespace, ref.name)
    identity = "/".join(map(_quoted, parts))
    known = f"{identity} {row.uid or _NOTHING} {row.digest or _NOTHING}"
    return f"{known} {row.end}" if row.end else known


@lru_cache(maxsize=1 << 15)
def _quoted(part: str) -> str:
    """Write a name: each row is written again with every record, and most names are plain."""
    return quote(part, safe=":")


def row_of(line: str) -> InventoryRow:
    """Read one row.

    Raises:
        RejectedError: It is none.
    """
    fields = line.split(" ")
    identity = fields[0].split("/")
    whole = len(fields) == 3 or (len(fields) == 4 and fields[3] in ENDS)  # noqa: PLR2004
    if not whole or len(identity) != 4:  # noqa: PLR2004 - the shape `line_of` writes
        raise RejectedError(f"the inventory holds a line that cannot be read: {line[:80]!r}")
    group, kind, namespace, name = map(unquote, identity)
    uid, digest = (None if text == _NOTHING else text for text in fields[1:3])
    return InventoryRow(ObjectRef.read(group, kind, namespace, name), uid, digest, *fields[3:])


def texts_of(rows: Iterable[InventoryRow]) -> tuple[str, ...]:
    """Return the text of each shard; one at least, for the first says whose it is."""
    shards: list[list[str]] = [[]]
    size = 0
    for line in sorted(line_of(row) for row in rows):
        size += len(line) + 1  # lines are ASCII: `quote` leaves nothing else
        if size > SHARD_BYTES_MAX:
            shards.append([])
            size = len(line) + 1
        shards[-1].append(line)
    return tuple("\n".join(lines) for lines in shards)


def rows_of(texts: Sequence[str]) -> tuple[InventoryRow, ...]:
    """Read the rows of all shards, sorted.

    Raises:
        RejectedError: A line cannot be read.
    """
    lines = (line for text in texts for line in text.splitlines() if line)
    return tuple(sorted((row_of(line) for line in lines), key=lambda row: row.ref))


def data_of(
    texts: Sequence[str], app: str, cluster_uid: str, home: Home
) -> tuple[dict[str, str], ...]:
    """Return the data of each ConfigMap."""
    head = {"format": FORMAT, "app": app, "cluster": cluster_uid}
    head |= {"root": home.root, "remote": home.remote, "path": home.path}
    return tuple({**(head if index == 0 else {}), "rows": text} for index, text in enumerate(texts))


def home_of(data: Mapping[str, str]) -> Home | None:
    """Return the folder whose inventory this is; None where it does not say."""
    if "path" not in data:
        return None
    return Home(data.get("root", ""), data.get("remote", ""), data["path"])


def check_head(data: Mapping[str, str], app: str, cluster_uid: str, home: Home) -> None:
    """Make sure that an inventory is ours to read.

    Raises:
        RejectedError: It has another format, or is another app's or another cluster's.
    """
    written = data.get("format", "")
    if written != FORMAT:
        raise RejectedError(
            f"the inventory has format {written!r}; this driftdeck reads {FORMAT!r}"
        )
    if data.get("app", "") != app:
        raise RejectedError(f"the inventory belongs to the app {data.get('app', '')!r}")
    there = data.get("cluster", "")
    if there and cluster_uid and there != cluster_uid:
        raise RejectedError(
            "the inventory belongs to another cluster: nothing is concluded from it"
        )
    written_for = home_of(data)
    if written_for is not None and not written_for.is_same(home):
        raise RejectedError(_not_ours(written_for, app, home))


def _not_ours(theirs: Home, app: str, ours: Home) -> str:
    """Say whose an inventory is, and what to do about it."""
    inventory = f"the inventory {shard_name(app, 0)} is of {clean(str(theirs))}, not of this app"
    other = "another name ends that (--app with --repo, or name: in driftdeck.yaml)"
    if not theirs.is_of(ours):
        return f"{inventory}; {other}"
    moved = f'set path to "{clean(ours.path)}" in that ConfigMap'
    return f"{inventory}; {other}; if the folder moved, {moved}"
