"""Who did it: the user and client behind a live field, the commit and line behind Git's.

Three witnesses are heard.  `managedFields` and our own watch were heard already, when the row was
judged (`core.compare`); here the audit log names users (`users`), and Git's history names commits
(`blame` walks it, `origins` turns what it finds into places), and what earlier ones stated
(`recalling`).  Nothing here decides anything.
"""

from core.attribution.attribution import Attribution

__all__ = ["Attribution"]
