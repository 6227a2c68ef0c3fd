"""Coming to a cluster that others deployed: `python -m tests.bench.adoption`.

How many of how many, for each way in which objects came there, on a real API server; and how long
it takes beside `kubectl apply --server-side` of the same objects.
"""

import shutil
import tempfile
from pathlib import Path

from tests.adoption.hands import HANDS
from tests.adoption.objects import KINDS
from tests.adoption.story import Story
from tests.apiserver.server import ApiServer
from tests.bench.matrix import print_table


def main() -> None:
    """Play the story of every hand, and print what came of it."""
    rows = [
        [
            f"{len(KINDS)} kinds, by",
            "shown on day one",
            "left first",
            "taken over",
            "changed by that",
            "cause other than Git",
            "not followed",
            "not reverted",
            "take over / kubectl",
            "commit / kubectl",
        ]
    ]
    with ApiServer() as server:
        for hand in HANDS:
            with tempfile.TemporaryDirectory(prefix="driftdeck-adoption-") as folder:
                story = Story(server, Path(folder), hand)
                told = story.run()[hand]
                again = story.hands[hand].apply_again
                kubectl_s = again() if shutil.which("kubectl") else float("nan")
            counts = [told.shown, told.changed, told.odd_causes, told.not_followed, told.not_undone]
            shown, *others = [f"{len(each)} of {told.of}" for each in counts]
            times = [f"{told.took_s[what] / kubectl_s:.1f}" for what in told.took_s]
            rows.append(
                [hand, shown, f"{told.left}", f"{told.taken} of {told.of}", *others, *times]
            )
    print_table(rows)


if __name__ == "__main__":
    main()
