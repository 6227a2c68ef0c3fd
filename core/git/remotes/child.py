"""The process that speaks to servers of Git: a conversation for each line of stdin.

It may take so much memory and no more, it dies with whoever started it, and whatever goes wrong in
it is told as one line.  Nothing of a repository is run and nothing is checked out.
"""

import resource
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from dulwich.client import GitClient
from dulwich.object_store import DiskObjectStore
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from core.errors import OutdatedError, ProductError, RejectedError, UnavailableError
from core.git.local.operations import BRANCHES
from core.git.reading.revisions import TAGS
from core.git.remotes import caches
from core.git.remotes.choosing import chosen
from core.git.remotes.clients import client_of, spoken_to
from core.git.remotes.exchange import Asked, Push, Told
from core.git.remotes.serving import serve
from core.model import problem_of

MEMORY_BYTES: Final = 2 * 2**30  # beside the packs, which are mapped into it
FILE_BYTES: Final = 4 * 2**30  # of one pack
REFS_MAX: Final = 200_000
LOCK_S: Final = 20.0
_BUSY: Final = ("failed to update ref", "lock ref")  # as git words a lost race
_PREFIXES: Final = (b"HEAD", BRANCHES.encode(), TAGS.encode())


def main() -> None:
    """Read what is asked, do it, tell how it ended; until nobody asks any more."""
    serve(_answer)


def _answer(line: bytes) -> bytes:
    asked = msgspec.json.decode(line, type=Asked)
    _limit(Path(asked.folder))
    try:
        told = _done(asked)
    except ProductError as error:
        problem = problem_of(error)
        told = Told(problem=problem.words, remedy=problem.remedy)
    return msgspec.json.encode(told)


def _limit(folder: Path) -> None:
    packs = sum(pack.stat().st_size for pack in folder.glob("objects/pack/*"))
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES + packs),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (soft, hard))


def _done(asked: Asked) -> Told:
    folder = Path(asked.folder)
    with caches.opened(folder, asked.remote.address, patience_s=LOCK_S) as repo, spoken_to(asked):
        client = client_of(asked)
        if asked.push is not None:
            return _push(client, asked, repo, asked.push)
        return _fetch(client, asked, repo)


def _fetch(client: GitClient, asked: Asked, repo: Repo) -> Told:
    path = asked.remote.address.path.encode()
    listed = client.get_refs(path, ref_prefix=_PREFIXES)
    if len(listed.refs) > REFS_MAX:
        reason = f"more than {REFS_MAX:,} refs"
        raise UnavailableError(f"{asked.remote.address} has {reason}")
    refs = {_text(name): to.decode() for name, to in listed.refs.items() if to is not None}
    head = listed.symrefs.get(Ref(b"HEAD"), b"")
    choice = chosen(asked.revisions, refs, _text(head))
    wants = {to for to in {*choice.refs.values(), *choice.commits} if not caches.holds(repo, to)}
    # What follows on something that is here comes whole: a depth would cut it off from that.
    known = {to for name, to in choice.refs.items() if caches.has_ref(repo, name)}
    for some, depth in ((wants & known, None), (wants - known, asked.remote.depth)):
        if some:
            _bring(client, asked, repo, some, depth)
    tags = frozenset(name for name in refs if name.startswith(TAGS) and not name.endswith("^{}"))
    caches.enter(repo, choice, tags)
    caches.stamp(Path(asked.folder))
    if wants:
        caches.tidy(repo)
        caches.forget_unused(Path(asked.folder).parent)
    return Told(missing=tuple(choice.missing))


def _bring(client: GitClient, asked: Asked, repo: Repo, wants: set[str], depth: int | None) -> None:
    """Fetch what is not here, and see that it came."""
    ids = [ObjectID(want.encode()) for want in wants]
    client.fetch(
        asked.remote.address.path.encode(),
        repo,
        determine_wants=lambda _refs, depth=None: ids,  # noqa: ARG005 - dulwich passes it
        depth=depth,
        ref_prefix=_PREFIXES,
    )
    for want in wants:
        if not caches.holds(repo, want):
            raise UnavailableError(f"{asked.remote.address} did not send {want[:12]}")


def _push(client: GitClient, asked: Asked, repo: Repo, push: Push) -> Told:
    """Move one branch of the server, if it is still where it was when this was decided."""
    ref, where = Ref(push.ref.encode()), asked.remote.address
    store: DiskObjectStore = repo.object_store

    def update(refs: dict[Ref, ObjectID]) -> dict[Ref, ObjectID]:
        if refs.get(ref, b"") != push.before.encode():
            raise OutdatedError(f"{push.ref} of {where} moved since this was shown")
        return {ref: ObjectID(push.after.encode())}

    result = client.send_pack(where.path.encode(), update, partial(store.generate_pack_data))
    refused = (result.ref_status or {}).get(ref)
    if refused:
        words = f"{where} refuses the push to {push.ref}: {refused}"
        now = client.get_refs(where.path.encode(), ref_prefix=_PREFIXES).refs.get(ref)
        # Who is moving it this moment holds its lock, and it is still where it was.
        if (now or b"") != push.before.encode() or any(said in refused for said in _BUSY):
            raise OutdatedError(words)
        raise RejectedError(words)
    return Told()


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")
