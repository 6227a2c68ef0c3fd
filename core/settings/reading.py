"""File and flags put together; flags win.

A settings file grants authority (which clusters, which namespaces), so it is read strictly: an
unknown key, a wrong type or a file that others may write is an error that names the place.
"""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from core.errors import UsageError
from core.model import AppSpec, ClusterSpec
from core.model.controllers.controller import UNSTATED, Controller, Notify
from core.model.sources.layouts import Layout, Matched
from core.model.sources.remotes import Remote, Webhook
from core.settings.checks import (
    FieldError,
    app_name,
    enclosing,
    inner_path,
    name_of_folder,
    namespace,
    repository,
)
from core.settings.dependences import check_found
from core.settings.document import UNNAMED_CLUSTER, Stated, parse_settings
from core.settings.running.controller import home_of
from core.settings.sources.remotes import remote

FILE_NAME: Final = "driftdeck.yaml"

_FILE_BYTES_MAX: Final = 1 << 20
POD: Final = "KUBERNETES_SERVICE_HOST"  # Kubernetes sets it in every container


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line says about apps; None is a flag that was not given."""

    config: str | None = None
    repo: str | None = None
    revision: str | None = None
    path: str | None = None
    context: str | None = None
    namespace: str | None = None
    app: str | None = None

    @property
    def source(self) -> tuple[str, ...]:
        """The flags given that say what one app is made from."""
        given = {
            "--repo": self.repo,
            "--path": self.path,
            "--revision": self.revision,
            "--context": self.context,
            "--namespace": self.namespace,
        }
        return tuple(flag for flag, value in given.items() if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The apps that were chosen, and the clusters they are meant for; no other is contacted."""

    apps: tuple[AppSpec, ...]
    clusters: tuple[ClusterSpec, ...]
    neighbours: tuple[AppSpec, ...] = ()  # not chosen, and may state what a chosen app does
    remotes: tuple[Remote, ...] = ()  # how the repositories of other machines are asked
    webhook: Webhook | None = None  # where their servers may say that there is news
    layouts: tuple[Layout, ...] = ()  # which stand for apps that are not known yet
    problems: tuple[str, ...] = ()  # of what layouts have matched
    elsewhere: tuple[AppSpec, ...] = ()  # of clusters that no chosen app is meant for
    named: tuple[ClusterSpec, ...] = ()  # all that the file names
    journal: Path | None = None  # where what is written is recorded; None: with the user's state
    controller: Controller = UNSTATED
    notify: tuple[Notify, ...] = ()  # who is told of what the controller sees

    @property
    def homes(self) -> Mapping[str, str]:
        """In which namespace of which cluster a controller may tell of these apps."""
        named = [one for one in self.clusters if one.name == self.controller.cluster]
        return {one.name: self.controller.namespace for one in named or self.clusters}

    def divided(self, shards: int) -> "Settings":
        """Have several replicas share the apps, whatever the file says."""
        return replace(self, controller=replace(self.controller, shards=shards, stated=True))

    def leasing(self, environment: Mapping[str, str]) -> ClusterSpec | None:
        """The cluster whose Leases say who writes: in a pod always, elsewhere where it is stated.

        None: whoever runs this writes as he is told to.

        Raises:
            UsageError: Several replicas may run, and nothing says where they meet.
        """
        known = self.named if any(each in self.named for each in self.clusters) else self.clusters
        in_pod = POD in environment and any(each.in_cluster for each in known)
        return home_of(self.controller, known) if self.controller.stated or in_pod else None

    def of_apps(self, names: frozenset[str]) -> "Settings":
        """Choose some of the apps; the others of their clusters are neighbours, then."""
        apps = tuple(app for app in self.apps if app.name in names)
        needed = {app.cluster for app in apps}
        rest = (*self.neighbours, *(app for app in self.apps if app.name not in names))
        return replace(
            self,
            apps=apps,
            clusters=tuple(one for one in self.clusters if one.name in needed),
            neighbours=tuple(app for app in rest if app.cluster in needed),
            elsewhere=(*self.elsewhere, *(app for app in rest if app.cluster not in needed)),
        )

    def with_twins(self, twins: Mapping[str, str]) -> "Settings":
        """Let clusters be the server of another one: they are refused, their apps known there."""
        here = {cluster.name for cluster in self.clusters}
        near = tuple(
            replace(app, cluster=twins[app.cluster])
            for app in self.elsewhere
            if twins.get(app.cluster) in here
        )
        clusters = tuple(replace(one, same_as=twins.get(one.name, "")) for one in self.clusters)
        return replace(self, clusters=clusters, neighbours=(*self.neighbours, *near))


Expand: TypeAlias = Callable[[tuple[Layout, ...], tuple[Remote, ...]], Matched]


def read_settings(flags: Flags, folder: Path, expand: Expand | None = None) -> Settings:
    """Work out what to look at.

    Args:
        flags: The command line.
        folder: Where relative names on the command line start, and where driftdeck.yaml may lie.
        expand: Reads which apps layouts stand for now; left out, only what has to be is known.

    Raises:
        UsageError: Nothing was named, or what was named cannot be.
        ProductError: Layouts have to be read, and cannot be.
    """
    file = _stated(flags, folder)
    remotes, layouts = _remotes(flags, file.remotes), tuple(map(_rooted_layout, file.layouts))
    found = expand(layouts, remotes) if layouts and expand is not None else Matched()
    found = found.without({app.name: app for app in file.apps})
    layouts = layouts if expand is None else ()
    apps, clusters = (*file.apps, *found.apps), file.clusters
    if found.apps and not found.problems:
        check_found(apps)
    stated, apps = apps, _chosen(apps, flags.app, found.problems) if not layouts else apps
    if flags.source:
        if layouts:
            raise UsageError(f"{flags.source[0]} changes one app; say which with --app")
        apps, clusters = _overridden(apps, clusters, flags, folder)
    needed = {app.cluster for app in apps} | {name for one in layouts for name in one.clusters}
    names = {app.name for app in apps}
    return Settings(
        apps=tuple(map(_rooted, apps)),
        clusters=tuple(c for c in clusters if c.name in needed),
        neighbours=tuple(_rooted(a) for a in stated if a.cluster in needed and a.name not in names),
        elsewhere=tuple(_rooted(a) for a in stated if a.cluster not in needed),
        named=file.clusters,
        remotes=remotes,
        webhook=file.webhook,
        layouts=layouts,
        problems=found.problems,
        controller=file.controller,
        notify=file.notify,
    )


def _stated(flags: Flags, folder: Path) -> Stated:
    file = settings_file(flags, folder)
    if file is None:
        return Stated((_app_of_flags(flags, folder),), (UNNAMED_CLUSTER,))
    return parse_settings(str(file), file_bytes(file), file.parent)


def read_home(flags: Flags, folder: Path, *, in_pod: bool = False) -> tuple[ClusterSpec, str]:
    """Find out in which cluster and namespace the controller lives; no app has to be known.

    A file that is written for the controller's pod says of its cluster only that it is its own:
    elsewhere that is the kubeconfig's current context, unless a flag names another.

    Raises:
        UsageError: The file cannot be read, or names several clusters and nothing says which.
    """
    file = settings_file(flags, folder)
    controller, clusters = UNSTATED, tuple[ClusterSpec, ...]((UNNAMED_CLUSTER,))
    if file is not None:
        stated = parse_settings(str(file), file_bytes(file), file.parent)
        controller, clusters = stated.controller, stated.clusters
    if flags.context is not None:
        spec = _cluster_of_context(flags.context, clusters)
    else:
        spec = _home_of(controller, clusters)
    if spec.in_cluster and not in_pod:
        spec = ClusterSpec(name=spec.name)
    return spec, flags.namespace or controller.namespace


def _home_of(controller: Controller, clusters: tuple[ClusterSpec, ...]) -> ClusterSpec:
    try:
        return home_of(controller, clusters)
    except FieldError as error:
        raise UsageError(f"{error}, or name its --context") from error


# The file ---------------------------------------------------------------------------------------


def settings_file(flags: Flags, folder: Path) -> Path | None:
    """Return the file that is read, be it there or not; None: the flags describe an app."""
    if flags.config is not None:
        return folder / os.path.expanduser(flags.config)  # noqa: PTH111 - see Repository
    implied = folder / FILE_NAME
    # A repository is a question about that repository, not about the file's apps.
    own_app = flags.repo is not None or (flags.path is not None and flags.app is None)
    return implied if not own_app and os.path.lexists(implied) else None


def file_bytes(file: Path) -> bytes:
    """Read the file if only its owner's say stands in it.

    A link that leaves its folder is refused; one that stays inside is how Kubernetes mounts a
    ConfigMap.

    Raises:
        UsageError: It cannot be read, or must not be believed.
    """
    if file.is_symlink() and not file.resolve().is_relative_to(file.parent.resolve()):
        raise UsageError(f"{file} is a link to another folder; name the file itself")
    try:
        # A FIFO must not make us wait for its writer.
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UsageError(f"{file} is no regular file")
            if status.st_mode & stat.S_IWOTH:
                raise UsageError(f"{file} may be written by everybody; chmod o-w it first")
            content = stream.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > _FILE_BYTES_MAX:
        raise UsageError(f"{file} is larger than {_FILE_BYTES_MAX:,} bytes")
    return content


def _rooted(app: AppSpec) -> AppSpec:
    """Let a folder inside of a repository mean that repository, and by itself that folder of it."""
    found = enclosing(app.repo)
    if found is None:
        return app
    repo, inside = found
    return replace(app, repo=repo, path=app.path or inside)


def _rooted_layout(layout: Layout) -> Layout:
    """Do the same for a layout: its folders are below the one that its `repo` names."""
    found = enclosing(layout.spec.repo)
    if found is None:
        return layout
    repo, inside = found
    return replace(layout, spec=replace(layout.spec, repo=repo), shape=f"{inside}/{layout.shape}")


# The flags --------------------------------------------------------------------------------------


def _app_of_flags(flags: Flags, folder: Path) -> AppSpec:
    """Make the one app that the flags describe; `_overridden` fills in the rest of them."""
    if not flags.source:
        raise UsageError(
            f"there is no {FILE_NAME} here; write one, or name a repository with --repo"
            " (and --path, --context)"
        )
    try:
        repo = repository(flags.repo or ".", folder)
    except FieldError as error:
        raise UsageError(f"--repo: {error}") from error
    folder_name = name_of_folder((flags.path or "").rstrip("/.") or repo)
    try:
        name = app_name(flags.app or folder_name)
    except FieldError as error:
        raise UsageError(f"--app: {error}") from error
    return AppSpec(name=name, repo=repo, revision="HEAD", path="", cluster=UNNAMED_CLUSTER.name)


def _remotes(flags: Flags, stated: tuple[Remote, ...]) -> tuple[Remote, ...]:
    """Add the repository of the flags, where the settings do not say how it is asked."""
    try:
        named = None if flags.repo is None else remote(flags.repo)
    except FieldError as error:
        raise UsageError(f"--repo: {error}") from error
    known = {str(one.address) for one in stated}
    return stated if named is None or str(named.address) in known else (*stated, named)


def _chosen(
    apps: tuple[AppSpec, ...], name: str | None, problems: tuple[str, ...]
) -> tuple[AppSpec, ...]:
    chosen = tuple(app for app in apps if name is None or app.name == name)
    if not chosen:
        known = ", ".join(app.name for app in apps)
        said = f'there is no app "{name}"; apps here: {known}' if name else "there is no app"
        raise UsageError("; ".join((said, *problems)))
    return chosen


def _overridden(
    apps: tuple[AppSpec, ...], clusters: tuple[ClusterSpec, ...], flags: Flags, folder: Path
) -> tuple[tuple[AppSpec, ...], tuple[ClusterSpec, ...]]:
    """Let the flags win, where it is clear which app they mean."""
    if len(apps) > 1:
        raise UsageError(f"{flags.source[0]} changes one app; say which with --app")
    (app,) = apps
    try:
        app = replace(
            app,
            repo=app.repo if flags.repo is None else repository(flags.repo, folder),
            revision=flags.revision or app.revision,
            path=app.path if flags.path is None else inner_path(flags.path),
            namespace=app.namespace if flags.namespace is None else namespace(flags.namespace),
        )
    except FieldError as error:
        raise UsageError(f"--{error.field}: {error}") from error
    if flags.context is None:
        return (app,), clusters
    cluster = _cluster_of_context(flags.context, clusters)
    return (replace(app, cluster=cluster.name),), (cluster,)


def _cluster_of_context(context: str, clusters: tuple[ClusterSpec, ...]) -> ClusterSpec:
    """Find the cluster of a kubeconfig context, so that a protected one stays protected.

    A context the file does not know becomes a cluster of that name: no other cluster's name may
    stand over it on a screen.
    """
    known = [cluster for cluster in clusters if cluster.context == context]
    return known[0] if known else ClusterSpec(name=context, context=context)
