"""Fitting lines into a terminal.  Widths are cells, never characters."""

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size

from core.telling.spans import Line, Role, Span, part, plain


def width_of(line: Iterable[Span]) -> int:
    """Cells that *line* takes."""
    return sum(cell_len(text) for text, _ in line)


def _head(text: str, cells: int) -> str:
    """A beginning of *text* that is wider than *cells*; all of it if it is not.

    What follows it makes no difference to what fits.  A value may be a megabyte, and to measure
    all that is left of it for each line that is broken off takes time by its square.
    """
    size = 2 * max(cells, 1)  # letters; more than two without a width each are rare
    while size < len(text) and cell_len(text[:size]) <= cells:
        size *= 2
    return text[:size]


def cut(text: str, cells: int, *, ellipsis: str = "…") -> str:
    """At most *cells* cells of *text*; an ellipsis says that something is missing."""
    head = _head(text, cells)
    if cell_len(head) <= cells:
        return text
    if cells <= 0:
        return ""
    return set_cell_size(head, cells - 1).rstrip() + ellipsis


def cut_left(text: str, cells: int) -> str:
    """Like `cut`, keeping the end: the last parts of a field path tell most."""
    if cell_len(_head(text, cells)) <= cells:
        return text
    if cells <= 0:
        return ""
    kept = text[-cells:]  # a letter takes a cell or two; one by one from the start is quadratic
    while kept and cell_len(kept) > cells - 1:
        kept = kept[1:]
    return "…" + kept


def cut_middle(text: str, cells: int) -> str:
    """Like `cut`, keeping both ends: the ends of long cluster names tell them apart."""
    start = _head(text, cells)
    if cell_len(start) <= cells:
        return text
    head = max(1, (cells - 1) // 2)
    return set_cell_size(start, head).rstrip() + cut_left(text, cells - head)


def padded(text: str, cells: int) -> str:
    """*text* in exactly *cells* cells."""
    return set_cell_size(cut(text, cells), max(0, cells))


def right(text: str, cells: int) -> str:
    """*text* at the right end of *cells* cells."""
    short = cut(text, cells)
    return " " * (cells - cell_len(short)) + short


def clip(line: Line, cells: int) -> Line:
    """*line* in at most *cells* cells; an ellipsis says that something is missing."""
    if width_of(line) <= cells:
        return line
    kept: list[Span] = []
    room = cells
    for text, role in line:
        size = cell_len(text)
        if size >= room:
            # one cell too many even when it fits exactly, so that the cut is visible
            kept.append((cut(text + "  ", room), role))
            break
        kept.append((text, role))
        room -= size
    return tuple(kept)


def fold(line: Line, cells: int, *, indent: int = 2) -> list[Line]:
    """Break *line* into lines of at most *cells*, the later ones indented; spans keep roles."""
    if width_of(line) <= cells:
        return [line]
    lines: list[Line] = []
    current: list[Span] = []
    room = cells
    for text, role in line:
        rest = text
        while cell_len(head := _head(rest, room)) > room:
            taken = _beginning(head, room)
            lines.append((*current, (taken, role)))
            current, room = [(" " * indent, role)], max(2, cells - indent)
            rest = rest[len(taken) :]
        current.append((rest, role))
        room -= cell_len(rest)
    return [*lines, tuple(current)]


def flow(line: Line, cells: int, *, indent: int = 0) -> list[Line]:
    """Break *line* at spaces into lines of at most *cells*, the later ones indented.

    Spans keep their roles, and words that are too long break anywhere: nothing is cut.
    """
    text, end = plain(line), 0
    lines: list[Line] = []
    for piece in wrap(text, cells, indent=indent):
        start = text.index(piece, end)
        end = start + len(piece)
        lead: Line = ((" " * indent, Role.TEXT),) if lines and indent else ()
        lines.append((*lead, *part(line, start, end)))
    return lines


def _beginning(text: str, cells: int) -> str:
    """As many letters of *text* as fit; a wide one that fits half is left for the next line."""
    head = set_cell_size(text, max(0, cells))
    return head if text.startswith(head) else head[:-1]


def wrap(text: str, cells: int, *, indent: int = 0) -> list[str]:
    """Break *text* at spaces into lines of at most *cells*; long words break anywhere.

    All but the first have *indent* cells less.
    """
    lines: list[str] = []
    current = ""
    room = cells
    for word in text.split(" "):
        joined = f"{current} {word}" if current else word
        if cell_len(joined) <= room:
            current = joined
            continue
        if current:
            lines.append(current)
            room = cells - indent
        current = word
        while cell_len(start := _head(current, room)) > room > 0:
            head = set_cell_size(start, room).rstrip()
            lines.append(head)
            room = cells - indent
            current = current[len(head) :] if head else current[1:]
    return [*lines, current] if current else lines
