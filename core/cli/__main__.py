"""`python -m core.cli` is the same program without the terminal."""

from core.cli import main

main()
