"""What is wrong with a repository, in words: dulwich says it in two dozen kinds of exceptions.

The words name the repository and the object.  What stands in a file of it is not repeated.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dulwich.errors import (
    ApplyDeltaError,
    ChecksumMismatch,
    FileFormatException,
    RefFormatError,
)
from dulwich.file import FileLocked
from dulwich.pack import PackFileDisappeared, UnresolvedDeltas
from dulwich.refs import SymrefLoop

from core.clean import clean
from core.errors import NotHereError, UnavailableError

DAMAGE: Final = (  # what dulwich ends with when the bytes it reads are nonsense
    FileFormatException,
    RefFormatError,
    ChecksumMismatch,
    ApplyDeltaError,
    UnresolvedDeltas,
    PackFileDisappeared,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    OverflowError,
    AssertionError,
    StopIteration,  # a file of refs without a line
)


@contextmanager
def translated(path: Path | str, object_id: str = "") -> Iterator[None]:
    """Turn what dulwich raises about a repository into words; used around its calls only."""
    try:
        yield
    except KeyError as error:
        reason = f"object {object_id or error} is missing"
        raise damaged(path, reason) from error
    except FileLocked as error:
        raise locked(path, error) from error
    except SymrefLoop as error:
        raise UnavailableError(f"repository {path}: a ref points to itself") from error
    except DAMAGE as error:
        what = f"object {object_id}" if object_id else "an object"
        raise damaged(path, f"{what} cannot be read ({words(error)})") from error
    except OSError as error:
        raise UnavailableError(f"repository {path}: {words(error)}") from error


def locked(path: Path | str, error: FileLocked) -> UnavailableError:
    """Explain a lock file; a full disk or a crash leaves one behind."""
    lock = error.lockfilename
    name = lock.decode(errors="replace") if isinstance(lock, bytes) else str(lock)
    reason = f"locked by another git process; if none is running, remove {clean(name)}"
    return UnavailableError(f"repository {path} is {reason}", retry_after_s=1)


def not_here(path: Path | str, what: str, *, bare: bool) -> NotHereError:
    """Say what brings the objects that a partial clone lacks."""
    git = f"git -C {clean(str(path))}"
    checkout = "" if bare else f"`{git} checkout` or "
    reason = f"{what} not here yet; {checkout}`{git} fetch --refetch --no-filter` brings them"
    return NotHereError(f"repository {path} is a partial clone: {reason}")


def damaged(path: Path | str, reason: str) -> UnavailableError:
    """Return the error for what git would not read either."""
    return UnavailableError(f"repository {path} is damaged: {reason}; `git fsck` says more")


def words(error: BaseException) -> str:
    """Return what an error says, in one line."""
    return clean(str(error) or type(error).__name__, max_cells=200)
