"""The custom resources of the rows, put onto a server."""

from pathlib import Path
from typing import Final

import yaml

from tests.apiserver import definitions
from tests.apiserver.client import Client

_FILE: Final = Path(__file__).with_name("definitions.yaml")


def define(client: Client) -> None:
    """Create the definitions, and wait until the server publishes their schemas."""
    for definition in yaml.safe_load_all(_FILE.read_text(encoding="utf-8")):
        definitions.define(client, definition)
