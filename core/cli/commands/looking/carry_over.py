"""`driftdeck import argocd|flux`: what another engine was told, printed as settings of ours."""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from core.clean import clean
from core.cli.exit_codes import IN_SYNC
from core.cli.options import Options
from core.cli.output.streams import put, write
from core.cluster import collected
from core.errors import UsageError
from core.manifests import Reader, Workers
from core.model import UNNAMED, ClusterSpec, JsonObject
from core.neighbours import ARGOCD, FLUX, text_of

_ENGINES: Final = {"argocd": ARGOCD, "flux": FLUX}
_STDIN: Final = "-"


async def run(options: Options) -> int:
    """Read, carry over, print, and return the exit code."""
    engine, context = _ENGINES[options.engine], options.context or ""
    if options.files:
        reader = Reader(Workers())
        try:
            objects = await asyncio.to_thread(read_files, options.files, reader)
        finally:
            reader.close()
    else:
        spec = ClusterSpec(name=UNNAMED, context=context)
        _, bodies = await collected(spec, engine.kinds)
        objects = [json.loads(body) for body in bodies]
    carried = engine.carry(objects, context)
    put(sys.stderr, (clean(f"driftdeck: {note}") for note in carried.all_notes))
    if not carried.apps:
        raise UsageError(f"there is nothing of {engine.name} here that could become an app")
    write(sys.stdout, text_of(carried))
    return IN_SYNC


def read_files(names: Sequence[str], reader: Reader) -> list[JsonObject]:
    """Return every object of some files.  Blocks.

    Raises:
        UsageError: One cannot be read, or is no YAML of objects.
    """
    return [each for name in names for each in _objects(name, reader)]


def _objects(name: str, reader: Reader) -> Iterable[JsonObject]:
    try:
        content = sys.stdin.buffer.read() if name == _STDIN else Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no name of a file"
        raise UsageError(f"{name} cannot be read: {reason}") from error
    (outcome,) = reader.outcomes([("stdin" if name == _STDIN else name, content)])
    if outcome.problems:
        raise UsageError(outcome.problems[0])
    return [json.loads(document.body) for document in outcome.documents]
