"""Image tags and chosen fields of one environment carried over to another, by one commit.

Where a value stands in the target's files is a guess until the target was read again with the edit:
only what changes exactly the chosen fields, and nothing else, is a promotion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from posixpath import join
from typing import Final

from core.clean import clean
from core.clock import Clock
from core.compare import is_secret_kind, own_namespace, paired, restated
from core.engine.promoting.places import Place, Read, Wanted, places, split_image
from core.errors import ManifestError, RejectedError
from core.git import EditPlan, Marks, Repositories, make_edit, marked, plan_edit
from core.manifests import Folder
from core.manifests.editing import Page, pages, replaced
from core.model import AppSpec, Commit, Document, FieldChange, ObjectRef
from core.model.paths import Element, format_path, parse_path
from core.sources.reading import Folders
from core.sources.trust import Trust, unsigned

_CONTAINERS: Final = (("containers",), ("initContainers",), ("ephemeralContainers",))
_SINGLE: Final = str | int | float | bool
_ENDINGS: Final = (".yaml", ".yml", ".json", "Kustomization")


@dataclass(frozen=True, slots=True)
class Promotion:
    """What would be carried over."""

    app: str
    source: AppSpec
    target: AppSpec
    carried: tuple[Wanted, ...]
    edit: EditPlan | None  # None: there is nothing to carry
    notes: tuple[str, ...] = ()  # of what is left as it is

    @property
    def message(self) -> str:
        """What the commit says."""
        lines = [f"{line}\n" for line in self.lines]
        trailers = f"App: {self.target.name}\nPromoted-From: {self.source.name}\n"
        subject = f"Promote {self.app} from {self.source.name} to {self.target.name}"
        return f"{subject}\n\n{''.join(lines)}\n{trailers}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Each field that is carried, with its values."""
        return tuple(
            clean(f"{one.ref.kind} {one.ref.name} {one.path}: {one.old} -> {one.new}")
            for one in self.carried
        )


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two environments, as it is in Git."""

    spec: AppSpec
    commit: Commit
    folder: Folder


class Promoting:
    """Works promotions out, and makes them."""

    def __init__(
        self, repositories: Repositories, folders: Callable[[str], Folders], clock: Clock
    ) -> None:
        """Read *repositories*, whose remotes were fetched already, by *folders* of each."""
        self._repositories, self._folders, self._clock = repositories, folders, clock
        self._trust, self.marks = Trust(), Marks(repositories)

    def planned(
        self, app: str, source: AppSpec, target: AppSpec, fields: Sequence[str], branch: str = ""
    ) -> Promotion:
        """Work a promotion out without making it.  Blocks.

        Raises:
            RejectedError: Something cannot be carried over as it is; nothing is.
            ProductError: A side cannot be read, or no commit be made there.
        """
        if target.signers is not None:
            raise RejectedError(unsigned("change"))
        one, other = self._side(source), self._side(target)
        wanted, notes = _wanted(one, other, fields)
        if not wanted:
            return Promotion(app, source, target, (), None, notes)
        contents = self._edited(one, other, wanted)
        self._check(other, wanted, contents)
        repository = self._repositories.opened(target.repo)
        edit = plan_edit(
            repository, contents, revision=target.revision, parent=other.commit.id, branch=branch
        )
        said = self._repositories.pushing(target.repo, edit.branch)
        return Promotion(app, source, target, wanted, edit, (*said, *edit.notes, *notes))

    def made(self, promotion: Promotion, mark: str = "") -> str:
        """Write the commit that was shown, found again by *mark*; return its id.  Blocks.

        Raises:
            ProductError: It cannot be made, or the branch moved since.
        """
        assert promotion.edit is not None
        repo = promotion.target.repo
        return make_edit(
            self._repositories.opened(repo),
            promotion.edit,
            message=promotion.message + marked(mark),
            now=self._clock.wall(),
            publish=self._repositories.publisher(repo),
        )

    def _side(self, spec: AppSpec) -> _Side:
        repository = self._repositories.opened(spec.repo)
        newest = repository.resolve(spec.revision)
        commit = self._trust.in_force(repository, spec, newest).commit
        return _Side(spec, commit, self._stated(spec, commit))

    def _stated(
        self, spec: AppSpec, commit: Commit, edits: dict[str, bytes] | None = None
    ) -> Folder:
        found = self._folders(spec.repo).stated(spec, commit, edits)
        problems = [*found.folder.problems, *([found.doubt.words] if found.doubt else [])]
        if problems:
            raise RejectedError(f"app {spec.name} cannot be read whole: {problems[0]}")
        return found.folder

    def _edited(self, one: _Side, other: _Side, wanted: Sequence[Wanted]) -> dict[str, bytes]:
        """Return the files of the target that are edited, with their new contents."""
        own, values = self._own(one, other)
        source = [page for name in _values(one.spec) for page in self._pages(one, name)][::-1]
        found: dict[tuple[str, int], Place] = {}
        for field in wanted:
            here = places(field, own, values, source)
            if not here:
                where = f"no file of {other.spec.name} alone states it"
                raise _refusal(_named(field.ref, field.path), where)
            for place in here:
                known = found.setdefault((place.file, place.leaf.start), place)
                if known.new != place.new:
                    reason = f"{place.file} states it together with another field"
                    raise _refusal(_named(field.ref, field.path), reason)
        repository = self._repositories.opened(other.spec.repo)
        contents: dict[str, bytes] = {}
        for file in sorted({place.file for place in found.values()}):
            blob = repository.blob_at(other.commit.id, file)
            news = [(one.leaf, one.new) for one in found.values() if one.file == file]
            try:
                contents[file] = replaced(repository.blob(blob or ""), news)
            except RejectedError as error:
                raise RejectedError(f"{clean(file)} cannot be edited in place: {error}") from error
        return contents

    def _own(self, one: _Side, other: _Side) -> tuple[Read, list[str]]:
        """Read the files of the target that the source is not made from; which are of values."""
        repository = self._repositories.opened(other.spec.repo)
        listed = repository.files(other.commit.id, other.spec.path)
        files = [each.path for each in listed if not each.at and each.path.endswith(_ENDINGS)]
        together = (one.spec.repo, one.commit.id) == (other.spec.repo, other.commit.id)
        theirs: set[str] = set()
        if together:
            theirs = {each.path for each in repository.files(one.commit.id, one.spec.path)}
        alone = {*_values(other.spec)} - {*_values(one.spec)}
        own = [path for path in files if path not in theirs or path in alone]
        values = [path for path in _values(other.spec) if path in own]
        return {path: self._pages(other, path) for path in own}, values

    def _pages(self, side: _Side, path: str) -> tuple[Page, ...]:
        repository = self._repositories.opened(side.spec.repo)
        blob = repository.blob_at(side.commit.id, path)
        try:
            return pages(path, repository.blob(blob)) if blob is not None else ()
        except ManifestError:
            return ()  # templates of helm are none; what is needed of one is missed by name

    def _check(self, target: _Side, wanted: Sequence[Wanted], contents: dict[str, bytes]) -> None:
        """See that the edit makes of the target what it is to make, and nothing else.

        Raises:
            RejectedError: It does not.
        """
        after = self._stated(target.spec, target.commit, contents)
        told = {(one.ref, one.path): one.new for one in wanted}
        seen: dict[tuple[ObjectRef, str], object] = {}
        for was, now in paired(target.folder, after):
            if was is None or now is None:
                there = now or was
                name = there.name if there is not None else ""
                raise RejectedError(f"an edit in place would add or remove {name}; do it with git")
            seen |= {(was.ref, change.path): change.git for change in restated(was, now)}
        for (ref, path), new in told.items():
            if seen.get((ref, path)) != new:
                files = ", ".join(map(clean, contents))
                reason = f"an edit of {files} does not make it {new}"
                raise _refusal(_named(ref, path), reason)
        for ref, path in seen.keys() - told.keys():
            reason = f"the same edit would change {_named(ref, path)}"
            raise _refusal(_named(wanted[0].ref, wanted[0].path), reason)


def _wanted(
    one: _Side, other: _Side, fields: Sequence[str]
) -> tuple[tuple[Wanted, ...], tuple[str, ...]]:
    """Choose what is carried of what differs, and say what of it is not."""
    namespaces = tuple(
        own_namespace(side.folder.documents, side.spec.namespace) for side in (other, one)
    )
    wanted: list[Wanted] = []
    notes: list[str] = []
    left = 0
    named = other.spec.name, one.spec.name
    for was, now in paired(other.folder, one.folder, (namespaces[0], namespaces[1]), named):
        if was is None or now is None:
            left += 1
            continue
        for change in restated(was, now):
            found = _carried(was, change, fields, hidden=was.sealed or now.sealed)
            if isinstance(found, Wanted):
                wanted.append(found)
            elif found:
                notes.append(found)
            else:
                left += 1
    met = {one.path for one in wanted}
    notes += [f"{path} does not differ" for path in fields if path not in met]
    if left:
        notes.append(f"{left} other differences stay as they are; `diff` shows them")
    return tuple(wanted), tuple(notes)


def _carried(
    document: Document, change: FieldChange, fields: Sequence[str], *, hidden: bool
) -> Wanted | str:
    """Return a field that is carried, why one that could be is not, or "" where it is no such."""
    parts, ref = parse_path(change.path), document.ref
    named = _named(ref, change.path)
    is_image = parts[-3:-2] in _CONTAINERS and parts[-1] == "image"
    if change.path not in fields and not (is_image and isinstance(parts[-2], Element)):
        return ""
    values = old, new = change.live, change.git
    if not isinstance(old, _SINGLE) or not isinstance(new, _SINGLE):
        raise _refusal(named, "only single values are that both environments state")
    if hidden or is_secret_kind(document.kind.kind):
        raise _refusal(named, "values of Secrets and of encrypted files are not shown")
    if is_image and change.path not in fields:
        ours, theirs = (split_image(str(value)).repository for value in values)
        if ours != theirs:
            return f"{named} stays as it is: {theirs} is another image than {ours}"
    return Wanted(ref, format_path(parts), parts, old, new, is_image)


def _values(spec: AppSpec) -> tuple[str, ...]:
    return tuple(join(spec.path, name) for name in ("values.yaml", *spec.values))


def _named(ref: ObjectRef, path: str) -> str:
    return f"{ref.kind} {ref.name} {path}"


def _refusal(named: str, reason: str) -> RejectedError:
    return RejectedError(clean(f"{named} cannot be carried over: {reason}"))
