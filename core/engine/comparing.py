"""Two states of Git compared with each other: no cluster is asked, and no kubeconfig is read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from threading import Lock
from typing import Final

from core.attribution.origins import Origins
from core.attribution.recalling import spans
from core.attribution.rendering import attached, origin_of
from core.compare import (
    Unlike,
    detailed,
    mask,
    masked_body,
    own_namespace,
    stated,
    unlike,
)
from core.errors import NoFolderError, ProductError
from core.git import Conversation, Repositories, Repository
from core.manifests import Folder, Reader
from core.model import (
    Absent,
    AppSpec,
    Document,
    FieldChange,
    JsonObject,
    Key,
    Origin,
    Problem,
    Remedy,
    Sides,
    problem_of,
)
from core.model.answers.comparisons import Comparison, End, Restatement, Turn
from core.model.sources.charts import Chart
from core.reconcile.memory.effects import LookBack
from core.reconcile.memory.inputs import SourceRead
from core.reconcile.memory.results import LookedBack
from core.render import Pulling
from core.sources.reading import Folders, Makers, Stated

_NOTHING: Final = Stated("", Folder((), (), ()))
RENDERED_MAX: Final = 12  # commits; each takes a run of the renderer, or two
ORIGINS_MAX: Final = 200  # objects; each takes a walk through the history of its file


class Comparing:
    """Compares the folders of apps with each other."""

    def __init__(
        self,
        repositories: Repositories,
        reader: Reader,
        mask_key: bytes,
        *,
        whole: bool = False,
        makers: Makers | None = None,
    ) -> None:
        """Read *repositories* with *reader*; hashes of secrets are made with *mask_key*.

        *whole*: objects are wanted as a whole, and nobody asks which commit states a field.
        *makers* may be shared with others who read.
        """
        self._repositories, self._reader = repositories, reader
        self._key, self._whole = mask_key, whole
        self._makers = makers or Makers.of_user(reader)
        self._charts = self._makers.charts
        self._folders: dict[str, Folders] = {}
        self._lock = Lock()
        self._asking: Conversation | Pulling | None = None
        self._ended = False

    def end(self) -> None:
        """Ask no server any more, and end what is being asked.  Any thread may call it."""
        self._ended = True
        if self._asking is not None:
            self._asking.end()
        self._repositories.close()
        self._charts.close()
        self._reader.close()

    def folders(self, repo: str) -> Folders:
        """Return what reads the folders of a repository, with what was fetched and made before."""
        return Folders(repo, self._repositories, *self._makers)

    def compared(self, pairs: Sequence[tuple[AppSpec, AppSpec]]) -> tuple[Comparison, ...]:
        """Compare each pair; what is wrong with one stands in it and stops no other.  Blocks."""
        problems = self._had([spec for pair in pairs for spec in pair])
        return tuple(self._compared(End(one), End(other), problems) for one, other in pairs)

    def sources(self, specs: Sequence[AppSpec]) -> Iterator[tuple[AppSpec, SourceRead | Problem]]:
        """Read what each app states by the commit that is in force now.  Blocks.

        What cannot be fetched or pulled now counts as it was had last, if it was.
        """
        problems = self._had(specs)
        for spec in specs:
            problem = problems.get((spec.repo, spec.revision)) or self._charts.problem(spec.chart)
            try:
                read = self._folders_of(spec.repo).read(spec)
            except ProductError as error:
                yield spec, problem or problem_of(error)
                continue
            unread = problem or Problem(Remedy.WAIT, f"{spec.chart} was not pulled yet")
            yield spec, unread if read is None else read

    def compared_at(self, before: AppSpec, after: AppSpec) -> Comparison:
        """Compare two states that are here; no server is asked.  Threads may share it.  Blocks."""
        with self._lock:
            return self._compared(End(before), End(after), {})

    def look_back(self, asked: LookBack) -> LookedBack:
        """Render one object as commits stated it that changed what it is made from.  Blocks.

        Commits at which it cannot be rendered are passed by.  Threads may share it.

        Raises:
            ProductError: Git cannot say now.
        """
        with self._lock:
            repository = self._repositories.opened(asked.spec.repo)
            versions = self._versions(repository, asked)
            found = spans(repository, asked.document, versions)
        return LookedBack(asked.request, asked.key, found)

    def _versions(self, repository: Repository, asked: LookBack) -> Iterator[tuple[str, bytes]]:
        """Yield what the newest of those commits made of the object."""
        made = asked.document.made
        inputs = {path.rpartition("/")[0] for path in made.inputs} if made is not None else set()
        folders = sorted(inputs | {asked.spec.path})
        walk = repository.walk((asked.revision, folder) for folder in folders)
        changed = (commit for commit, lines in walk.changes() if lines)
        for commit in islice(changed, RENDERED_MAX):
            at = replace(asked.spec, revision=commit)
            try:
                folder = self._folder(End(at, repository.commit(commit))).folder
            except ProductError:
                continue
            same = (d for d in folder.documents if _is_of(d, asked.document))
            yield from ((commit, document.body) for document in islice(same, 1))

    def _had(self, specs: Sequence[AppSpec]) -> Mapping[tuple[str, str], Problem]:
        """Bring all that comes over the network up to date; by repository and revision problems."""
        problems = self._fetched(specs)
        for chart in dict.fromkeys(spec.chart for spec in specs):
            if chart is not None:
                self._pull(chart)
        return problems

    def _fetched(self, specs: Iterable[AppSpec]) -> Mapping[tuple[str, str], Problem]:
        """Bring the caches of remotes up to date; by repository and revision what is wrong."""
        wanted: dict[str, dict[str, None]] = defaultdict(dict)
        for spec in specs:
            if self._repositories.remote(spec.repo) is not None:
                wanted[spec.repo][spec.revision] = None
        problems: dict[tuple[str, str], Problem] = {}
        for path, revisions in wanted.items():
            self._asking = asking = self._repositories.fetching(path, revisions)
            if self._ended:
                asking.end()
            told = asking.told()
            for revision in revisions:
                problem = told.problem_of(revision, path)
                if problem is not None:
                    problems[path, revision] = problem
        return problems

    def _pull(self, chart: Chart) -> None:
        """Ask for a chart; what comes of it is known to whoever reads it."""
        self._asking = pulling = self._charts.pulling(chart)
        if self._ended:
            pulling.end()
        pulling.run()

    def _compared(
        self, before: End, after: End, problems: Mapping[tuple[str, str], Problem]
    ) -> Comparison:
        asked = ((end.spec.repo, end.spec.revision) for end in (before, after))
        wrong = tuple(dict.fromkeys(problems[one] for one in asked if one in problems))
        if any(problem.remedy is not Remedy.WAIT for problem in wrong):
            return Comparison(before, after, problems=wrong)
        try:
            (before, old), (after, new) = self._read(before), self._read(after)
            if old is None and new is None:
                self._folder(after)  # says that there is no such folder
        except ProductError as error:
            return Comparison(before, after, problems=(*wrong, problem_of(error)))
        notes = tuple(
            f'there is no folder "{end.spec.path}" in {end.spec.revision}'
            for end, found in ((before, old), (after, new))
            if found is None
        )
        old, new = old or _NOTHING, new or _NOTHING
        wrong += tuple(one.doubt for one in (old, new) if one.doubt is not None)
        refused = (
            Problem(Remedy.CHANGE_GIT, f"{end.spec.revision}: {words}")
            for end, found in ((before, old), (after, new))
            for words in found.folder.problems
        )
        made = Comparison(before, after, problems=(*wrong, *refused), notes=notes)
        return self._restated(made, old.folder, new.folder)

    def _read(self, end: End) -> tuple[End, Stated | None]:
        """Read one folder; None where its commit has none."""
        repository = self._repositories.opened(end.spec.repo)
        end = replace(end, commit=repository.resolve(end.spec.revision))
        try:
            return end, self._folder(end)
        except NoFolderError:
            return end, None

    def _folder(self, end: End) -> Stated:
        assert end.commit is not None
        return self._folders_of(end.spec.repo).stated(end.spec, end.commit)

    def _folders_of(self, repo: str) -> Folders:
        if repo not in self._folders:
            self._folders[repo] = self.folders(repo)
        return self._folders[repo]

    def _restated(self, found: Comparison, old: Folder, new: Folder) -> Comparison:
        origins = [self._origins(end) for end in (found.before, found.after)]
        namespaces = found.before.spec.namespace, found.after.spec.namespace
        called = found.before.spec.name, found.after.spec.name
        if called[0] != called[1]:  # environments often state their own
            one, other = namespaces
            namespaces = own_namespace(old.documents, one), own_namespace(new.documents, other)
        apart, same = unlike(old, new, namespaces, called)
        objects: list[Restatement] = []
        for at, each in enumerate(apart):
            made = self._restatement(found, each)
            if not self._whole:
                sought = origins if at < ORIGINS_MAX else []
                made = _explained(made, each.was, each.now, sought)
            masked = mask(made.changes, made.key.ref, key=self._key, sealed=each.sealed)
            objects.append(replace(made, changes=masked))
        objects.sort(key=lambda one: one.key)
        return replace(found, objects=tuple(objects), same=same)

    def _origins(self, end: End) -> Origins:
        assert end.commit is not None
        repository = self._repositories.opened(end.spec.repo)
        charted = end.spec.chart is not None
        return Origins(repository, self._reader, end.commit.id, end.spec.path, charted=charted)

    def _restatement(self, found: Comparison, each: Unlike) -> Restatement:
        key = Key(found.after.spec.name, each.said.ref)
        kind, turn = each.said.kind, Turn.of(each.was, each.now)
        if self._whole:
            sides = Sides(*(self._shown(each, side) for side in (each.was, each.now)))
            return Restatement(key, kind, turn, sides, each.changes)
        one, other = found.names
        return Restatement(key, kind, turn, None, detailed(each.changes, names=(other, one)))

    def _shown(self, each: Unlike, side: Document | None) -> JsonObject | None:
        """Return an object for a reader; its namespace where both sides agree about it."""
        if side is None:
            return None
        named = {document.namespace for document in (each.was, each.now) if document is not None}
        body = stated(side, named.pop() or "" if len(named) == 1 else "")
        return masked_body(body, each.said.ref, key=self._key, sealed=each.sealed)


def _is_of(one: Document, other: Document) -> bool:
    named = (one.kind.group, one.kind.kind, one.name, one.namespace)
    return named == (other.kind.group, other.kind.kind, other.name, other.namespace)


def _explained(
    made: Restatement, was: Document | None, now: Document | None, origins: Sequence[Origins]
) -> Restatement:
    """Say which commits state what differs; without *origins* where alone it stands."""
    try:
        if was is not None and now is not None:
            return replace(made, changes=_attached(made.changes, was, now, origins))
        if origins:
            side, said = (0, was) if now is None else (1, now)
            origin = origin_of(origins[side], said) if said is not None else None
            return replace(made, origin=origin)
    except ProductError:  # Git cannot say it now: nobody is named
        return made
    return replace(made, origin=_placed(now or was))


def _attached(
    changes: tuple[FieldChange, ...], was: Document, now: Document, origins: Sequence[Origins]
) -> tuple[FieldChange, ...]:
    """Give each field the place that states it: the second's, or what the second lacks the first's.

    Raises:
        UnavailableError: A repository cannot be read.
    """
    if not origins:
        return tuple(
            replace(change, origin=_placed(was if isinstance(change.git, Absent) else now))
            for change in changes
        )
    there = [change for change in changes if not isinstance(change.git, Absent)]
    gone = [change for change in changes if isinstance(change.git, Absent)]
    turned = [replace(change, git=change.live) for change in gone]
    known = {change.path: change.origin for change in attached(origins[1], now, tuple(there))}
    known |= {change.path: change.origin for change in attached(origins[0], was, tuple(turned))}
    return tuple(replace(change, origin=known[change.path]) for change in changes)


def _placed(document: Document | None) -> Origin | None:
    """Name the place of an object alone."""
    if document is None:
        return None
    note = f"beyond {ORIGINS_MAX} objects no commit is looked up"
    return Origin(document.file, document.line, "", "", "", "", note)
