"""Commits made of texts, and tools made of scripts."""

import hashlib
import stat
from collections.abc import Mapping
from pathlib import Path

from core.git import File
from core.render import World
from tests.core.manifests.here import HERE

REGULAR = 0o100644


def world_of(files: Mapping[str, str]) -> World:
    """A commit that holds these files."""
    contents = {path: text.encode() for path, text in files.items()}
    listed = (
        File(path, hashlib.sha256(content).hexdigest(), REGULAR)
        for path, content in contents.items()
    )
    return World.of(tuple(listed), lambda file: contents[file.path], HERE)


def script(folder: Path, name: str, text: str) -> Mapping[str, str]:
    """Put a program of one's own on a PATH of one's own."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}:/usr/bin:/bin"}
