"""`python -m core.cli` is the same program."""

from core.cli import main

main()
