"""Split a byte stream into lines, however the network cut it."""

from dataclasses import dataclass, field

from core.model import Live, ObjectRef

LINE_BYTES_MAX = 64 * 1024 * 1024  # an object is at most a few MiB: this is no Kubernetes answer


class LineTooLongError(ValueError):
    """The stream holds no line break where one must be."""


class Lines:
    """Collects chunks and hands out whole lines.

    A line may be megabytes long and arrive in many pieces, so pieces are kept in a list and only
    the new one is searched: joining at each arrival would be quadratic.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._pieces: list[bytes] = []
        self._size = 0

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._pieces)

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that *chunk* completes, without their breaks and without empty ones."""
        head, *rest = chunk.split(b"\n")
        if not rest:
            self._keep(head)
            return []
        self._pieces.append(head)
        first = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        self._keep(rest.pop())
        return [line for line in (first, *rest) if line]

    def _keep(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > LINE_BYTES_MAX:
            message = f"a line of more than {LINE_BYTES_MAX} bytes"
            raise LineTooLongError(message)


@dataclass(slots=True)
class OpenStream:
    """What is known of the stream that is open now."""

    opened_at: float
    initial: dict[ObjectRef, Live] | None  # collected until the listing is complete
    lines: Lines = field(default_factory=Lines)
    events: int = 0
