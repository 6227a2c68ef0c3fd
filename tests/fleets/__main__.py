"""Tell both stories on three real API servers, and print how long their steps took."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.apiserver.server import ApiServer
from tests.fleets import estate, story
from tests.fleets.story import NAMES, Server


def main() -> None:
    """Start them, tell, print."""
    with tempfile.TemporaryDirectory(prefix="driftdeck-fleet-") as name, ExitStack() as stack:
        servers = {}
        for cluster in NAMES:
            one = stack.enter_context(ApiServer())
            config = one.kubeconfig("driftdeck")
            servers[cluster] = Server(config, one.client("alice"), one.kill, one.restart)
        for tell in (estate.tell, story.tell):
            folder = Path(name) / tell.__module__
            folder.mkdir()
            for what, took_s in tell(servers, folder):
                print(f"{what:<36} {took_s * 1000:>7,.0f} ms", flush=True)


if __name__ == "__main__":
    main()
