"""Tell the story on three real API servers, and print how long its steps took."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.apiserver.server import ApiServer
from tests.fleets.story import NAMES, Server, tell


def main() -> None:
    """Start them, tell it, print."""
    with tempfile.TemporaryDirectory(prefix="driftdeck-fleet-") as folder, ExitStack() as stack:
        servers = {}
        for name in NAMES:
            one = stack.enter_context(ApiServer())
            config = one.kubeconfig("driftdeck")
            servers[name] = Server(config, one.client("alice"), one.kill, one.restart)
        for what, took_s in tell(servers, Path(folder)):
            print(f"{what:<36} {took_s * 1000:>7,.0f} ms")


if __name__ == "__main__":
    main()
