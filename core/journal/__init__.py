"""What was written, kept on disk: each intent before the write it announces, each outcome after.

`entries` are its rows and their hash chain, `store` is the one door to SQLite, and `journal` what
the engine holds: it writes many rows in one transaction, for each of those waits for the disk.
"""

from core.journal.entries import Entry, object_in, record_of
from core.journal.journal import Journal
from core.journal.store import Store, journal_file

__all__ = ["Entry", "Journal", "Store", "journal_file", "object_in", "record_of"]
