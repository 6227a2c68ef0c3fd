"""`python -m tui` is the console script `driftdeck`."""

from tui.main import main

main()
