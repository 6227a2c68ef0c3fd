"""When to read what: each app's folder once, again whenever refs move, and the history behind it.

What is read arrives as inputs of `core.reconcile`; what it means is decided there.  Reading is
blocking work in threads, and each repository is read by one thread at a time.
"""

from core.sources.reading import Makers
from core.sources.sources import Sources

__all__ = ["Makers", "Sources"]
