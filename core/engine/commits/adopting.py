"""Live values written into the files that state the objects, by one commit.

Only what a file states itself is edited, and only where reading the file again shows that just
this changed.  What a tool rendered is refused with the files it was made from, and a patch.
"""

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from posixpath import join
from typing import Final

from core.clean import clean
from core.clock import Clock
from core.engine.commits.listing import check_unlisted
from core.engine.commits.messages import message_of, patch_of
from core.engine.commits.racing import made_once
from core.errors import OutdatedError, RejectedError
from core.git import (
    EditPlan,
    Marks,
    Repositories,
    Repository,
    make_edit,
    marked,
    plan_edit,
)
from core.manifests.rewriting import rewritten, without, written_object
from core.model import AppSpec, Document, Problem, Remedy
from core.model.answers.adoptions import Adopted, AdoptPlan
from core.model.journal import Aim
from core.model.sources.globs import chosen
from core.model.values import few
from core.sources.trust import unsigned

_ODD: Final = re.compile(r"[^A-Za-z0-9.-]")
_FILES_NAMED_MAX: Final = 5


class Adopting:
    """Writes live values into Git.  Threads may share it."""

    def __init__(self, apps: Iterable[AppSpec], repositories: Repositories, clock: Clock) -> None:
        """Write for *apps*, whose folders lie in *repositories*."""
        self._specs = {spec.name: spec for spec in apps}
        self._repositories, self._clock = repositories, clock
        self._marks = Marks(repositories)

    def meet(self, spec: AppSpec) -> None:
        """Write for one app more; never blocks."""
        self._specs[spec.name] = spec

    def planned(self, wanted: AdoptPlan) -> AdoptPlan:
        """Work out how files come to state what is wanted.  Blocks.

        Raises:
            ProductError: The repository cannot be read, or no commit be made there.
        """
        rendered = [each for each in wanted.adopted if each.document.made is not None]
        if rendered:
            return _refused(wanted, rendered)
        edit = self._edit(wanted)
        pushed = self._repositories.pushing(self._specs[wanted.app].repo, edit.branch)
        return replace(
            wanted,
            branch=edit.branch,
            files=tuple(change.name for change in edit.changes),
            diff=edit.diff,
            notes=(*pushed, *edit.notes, *wanted.notes),
        )

    def made(self, plan: AdoptPlan) -> str:
        """Write the commit that was shown, and return its id.  Blocks.

        Raises:
            ProductError: It cannot be made, or would be another one by now.
        """
        return made_once(plan, self._made, lambda p: self._marks.find(self.aim(p)), self._again)

    def aim(self, plan: AdoptPlan) -> Aim:
        """Say where the commit of a plan is made."""
        return Aim(self._specs[plan.app].repo, plan.branch, plan.revision, plan.mark)

    def _made(self, plan: AdoptPlan) -> str:
        repo, now = self._specs[plan.app].repo, self._clock.wall()
        return make_edit(
            self._repositories.opened(repo),
            self._edit(plan),
            message=message_of(plan, now) + marked(plan.mark),
            now=now,
            publish=self._repositories.publisher(repo),
        )

    def _again(self, plan: AdoptPlan, error: OutdatedError) -> AdoptPlan:
        """Work it out on what the branch is now.

        Raises:
            OutdatedError: It is not what was shown.
        """
        spec = self._specs[plan.app]
        head = self._repositories.opened(spec.repo).resolve(spec.revision)
        now = replace(plan, revision=head.id)
        if self._edit(now).diff != plan.diff:
            raise error
        return now

    def _edit(self, plan: AdoptPlan) -> EditPlan:
        spec = self._specs[plan.app]
        if spec.signers is not None:
            raise RejectedError(unsigned("change"))
        repository = self._repositories.opened(spec.repo)
        if repository.resolve(spec.revision).id != plan.revision:
            raise OutdatedError(f"{clean(spec.revision)} moved since it was read; look again")
        contents, begun = self._contents(repository, spec, plan)
        return plan_edit(
            repository,
            contents,
            revision=spec.revision,
            parent=plan.revision,
            branch=plan.branch if plan.begins else "",
            begun=begun,
        )

    def _contents(
        self, repository: Repository, spec: AppSpec, plan: AdoptPlan
    ) -> tuple[dict[str, bytes | None], frozenset[str]]:
        """Return the files that change, with their contents, None for none; which are new."""
        places = {each.path: each for each in repository.files(plan.revision, spec.path)}
        contents: dict[str, bytes | None] = {}
        begun: set[str] = set()
        for each in sorted(plan.adopted, key=_goes):
            document = each.document
            if not document.file:
                folder = repository.real_folder(plan.revision, spec.path)
                new = join(folder, _file_of(spec, each))
                contents[new] = written_object(json.loads(each.body))
                begun.add(new)
                continue
            file = places.get(document.file)
            if file is None:
                raise OutdatedError(f"{clean(document.file)} is not there any more; look again")
            content = contents.get(file.place) or repository.blob(file.blob_id)
            try:
                contents[file.place] = _edited(each, content)
            except RejectedError as error:
                where = clean(f"{document.file}:{document.line}")
                reason = f"{each.key.ref} cannot be adopted: {where} cannot be edited: {error}"
                raise RejectedError(reason) from error
        gone = {path for path, content in contents.items() if content is None}
        if gone and gone >= {each.place for each in places.values()}:
            raise RejectedError(f"nothing would be left in {clean(spec.path or 'the repository')}")
        check_unlisted(repository, plan.revision, gone)
        return contents, frozenset(begun)


def _goes(adopted: Adopted) -> int:
    """Order edits: what goes comes last, and of one file its last object first."""
    return -adopted.document.index if adopted.gone else -sys.maxsize


def _edited(adopted: Adopted, content: bytes) -> bytes | None:
    if adopted.gone:
        return without(adopted.document, content)
    return rewritten(adopted.document, content, json.loads(adopted.body))


def _file_of(spec: AppSpec, adopted: Adopted) -> str:
    """Name the new file of an object.

    Raises:
        RejectedError: The app would not read it.
    """
    ref = adopted.key.ref
    name = _ODD.sub("-", f"{ref.kind.lower()}-{ref.name}") + ".yaml"
    if not chosen(name, spec.include, spec.exclude):
        raise RejectedError(f"{ref}: app {spec.name} does not read {name} (include, exclude)")
    return name


def _refused(wanted: AdoptPlan, rendered: Iterable[Adopted]) -> AdoptPlan:
    """Say what the objects are made from, and what could be added there by hand."""
    words, patches = [], []
    for each in rendered:
        words.append(f"{each.key.ref} is rendered from {_sources(each.document)}")
        if each.document.made is not None and each.document.made.statements:  # of kustomize
            patches.append(patch_of(each.document.made.statements[0], each))  # by its name there
    instead = "a patch there would" if patches else "change it there"
    reason = f"{'; '.join(words)}: no file states it as it is; {instead}"
    problem = Problem(Remedy.CHANGE_GIT, clean(reason))
    return replace(wanted, problem=problem, patch="---\n".join(patches))


def _sources(document: Document) -> str:
    made = document.made
    assert made is not None
    files = [f"{each.file}:{each.line}" for each in made.statements]
    files = list(dict.fromkeys([*files, *made.values])) or list(made.inputs)
    return few(files, _FILES_NAMED_MAX)
