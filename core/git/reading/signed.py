"""What of a commit or a tag was signed, cut out of its own bytes (safety.md section 7).

A signature covers the object without the signature.  What would leave a doubt which bytes those
are, or which of two headers counts, is refused: others may have read it another way.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from core.clean import clean
from core.git.reading.revisions import TAGS, branch_ref, ref_target, tag_named
from core.git.reading.store import COMMIT, SHA1_HEX, TAG, Store

_FIELD: Final = re.compile(rb"([^ \n\0]+) ([^\n\0]*(?:\n [^\n\0]*)*)\n")
_ORDER: Final = re.compile(rb"tree(?: parent)* author committer(?P<others>(?: [^ ]+)*)")
_ONCE: Final = (b"tree", b"author", b"committer", b"encoding", b"gpgsig", b"gpgsig-sha256")
_NEVER_LATER: Final = frozenset({b"tree", b"parent", b"author", b"committer"})
_TAG_HEADER: Final = re.compile(
    rb"object [0-9a-f]+\ntype [a-z]+\ntag (?P<name>[^\n\0]+)\n(?:tagger [^\n\0]*\n)?\n"
)
_BLOCK_BEGINS: Final = re.compile(rb"^-----BEGIN [A-Z0-9 ]+-----$", re.MULTILINE)


class Signed(NamedTuple):
    """One object, and the signature that it carries."""

    what: str  # for people: "commit 1a2b3c4"
    id: str
    payload: bytes = b""  # what the signature is over
    signature: bytes = b""  # "" where it carries none
    odd: str = ""  # why its bytes could not be what somebody signed


class Signable(NamedTuple):
    """A commit, and all whose signature would speak for it."""

    commit: str
    objects: tuple[Signed, ...]


def signable(store: Store, commit: str, revision: str) -> Iterator[Signable]:
    """Yield the commit that a revision means, then what a branch was before it, newest first.

    A tag that names the commit may be signed in its place.
    """
    tag = _tag(store, commit, revision)
    yield Signable(commit, (signed_commit(store, commit), *tag))
    if branch_ref(store, revision) is None:
        return  # no tag and no id was another one before
    while parents := store.commit(commit).parents:
        commit = parents[0]
        if not store.has(commit):
            return  # the clone is shallow
        yield Signable(commit, (signed_commit(store, commit),))


def signed_commit(store: Store, commit: str) -> Signed:
    """Part a commit into what was signed and the signature."""
    raw = store.raw(commit, COMMIT)
    found = Signed(f"commit {commit[:7]}", commit)
    header, _, _ = raw.partition(b"\n\n")
    fields = list(_FIELD.finditer(header + b"\n"))
    names = [field[1] for field in fields]
    order = _ORDER.fullmatch(b" ".join(names))
    whole = sum(len(field[0]) for field in fields) == len(header) + 1
    if order is None or not whole or _NEVER_LATER & set(order["others"].split()):
        return found._replace(odd="its header is not in git's order")
    doubled = next((name for name in _ONCE if names.count(name) > 1), None)
    if doubled is not None:
        return found._replace(odd=f"its header has two lines {doubled.decode()}")
    ours, other = (b"gpgsig", b"gpgsig-sha256")[:: 1 if len(commit) == SHA1_HEX else -1]
    if other in names:
        return found._replace(odd=f"it carries a signature of another kind ({other.decode()})")
    for field in fields:
        if field[1] == ours:
            payload = raw[: field.start()] + raw[field.end() :]
            return found._replace(payload=payload, signature=field[2].replace(b"\n ", b"\n"))
    return found


def _tag(store: Store, commit: str, revision: str) -> tuple[Signed, ...]:
    """Return the annotated tag by which a revision names a commit, if there is one."""
    name = tag_named(store, revision)
    target = ref_target(store, TAGS + name) if name is not None else None
    if name is None or target is None or store.kind(target) != TAG:
        return ()
    if store.peeled(target)[1] != commit:
        return ()  # it moved just now
    return (signed_tag(target, store.raw(target, TAG), name),)


def signed_tag(tag: str, raw: bytes, name: str) -> Signed:
    """Part a tag, called *name* here, into what was signed and the signature."""
    found = Signed(f"tag {clean(name)}", tag)
    header = _TAG_HEADER.match(raw)
    if header is None:
        return found._replace(odd="its header is not in git's order")
    if header["name"] != name.encode(errors="surrogateescape"):
        named = clean(header["name"].decode(errors="replace"))
        return found._replace(odd=f"it was made as {named}")
    for last in [*_BLOCK_BEGINS.finditer(raw, header.end())][-1:]:
        return found._replace(payload=raw[: last.start()], signature=raw[last.start() :])
    return found
