"""Every error this product raises on purpose.

The tree is cut by what the reader can do next, not by where the fault arose:

* ProductError
  - UsageError          fix the command line or the settings
  - UnavailableError    wait; the engine retries by itself  (API server, Git lock)
    - NotHereError      the same, once somebody fetched it  (a partial clone)
  - DeniedError         ask someone for a permission  (RBAC, credentials)
  - RejectedError       change the manifest or the Git content  (parse, admission, schema)
    - ManifestError     the same, at one line of one file
    - NoFolderError     the same: a commit lacks the folder
  - OutdatedError       look again; the world moved meanwhile  (stale plan, HTTP 409)

Anything else that escapes is a bug: it ends the program with a traceback.
Text shown to a person is built here and nowhere else.
"""

from typing_extensions import override


class ProductError(Exception):
    """Root of the tree; front ends catch this and nothing broader."""

    retry_after_s: float | None = None  # when there is hope of another answer, if that is known


class UsageError(ProductError):
    """The command line, the settings file or the kubeconfig asks for something impossible."""


class UnavailableError(ProductError):
    """A dependency did not answer; `retry_after_s` says when the engine will ask again."""

    def __init__(self, what: str, *, retry_after_s: float | None = None) -> None:
        """Name the dependency as the user would ("cluster prod-eu"), and what it said."""
        super().__init__(what)
        self.what, self.retry_after_s = what, retry_after_s

    @override
    def __str__(self) -> str:
        if self.retry_after_s is None:
            return self.what
        return f"{self.what}; trying again in {self.retry_after_s:.0f} s"


class NotHereError(UnavailableError):
    """A partial clone does not hold an object yet that its remote promised."""


class DeniedError(ProductError):
    """The other side understood and refused; a person must grant something."""


class RejectedError(ProductError):
    """What Git says is wrong; the message is the server's or the parser's own."""


class ManifestError(RejectedError):
    """A file in Git cannot be read as Kubernetes objects; its author must change it."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        """Point at the place: *line* counts from 1, *reason* is the parser's own words."""
        super().__init__(path, line, reason)
        self.path, self.line, self.reason = path, line, reason

    @override
    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class NoFolderError(RejectedError):
    """There is no such folder in a commit; there may be in another one."""


class OutdatedError(ProductError):
    """The plan was made from a world that is no longer current."""
