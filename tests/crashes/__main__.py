"""`python -m tests.crashes [DEED...]`: kill at every write, say what the next run made of it."""

import sys
import tempfile
from pathlib import Path

from tests.crashes.sweep import DEEDS, sweep


def main() -> int:
    """Sweep the deeds that are named, else all; 1 where anything was not as it must be."""
    wanted = {*sys.argv[1:]} or {deed.name for deed in DEEDS}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for deed in DEEDS:
            for point in sweep(deed, Path(folder)) if deed.name in wanted else ():
                when = "carried out" if point.after else "arrived"
                ended = "; ".join(point.faults) or "ok"
                at = f"{point.deed} write {point.nth} {when}"
                print(f"{at}: {ended}  ({point.write})", flush=True)
                failed += bool(point.faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
