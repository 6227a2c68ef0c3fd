"""`python -m tests.apiserver`: a real API server to play with, until Ctrl-C."""

import argparse
import contextlib
import signal

from tests.apiserver import binaries
from tests.apiserver.server import ApiServer
from tests.apiserver.users import USERS


def main() -> None:
    """Start, print the line to paste into another shell, and wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.apiserver", description=__doc__)
    parser.add_argument(
        "--build", nargs="+", metavar="NAME", choices=binaries.PROGRAMS, help="only build these"
    )
    parser.add_argument("flags", nargs="*", help="for the kube-apiserver, after --")
    arguments = parser.parse_args()
    if arguments.build:
        for name in arguments.build:
            print(binaries.binary(name))
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), ApiServer(flags=arguments.flags) as server:
        path = server.kubeconfig(*(user.name for user in USERS))
        print(f"export KUBECONFIG={path}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
