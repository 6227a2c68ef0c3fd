"""What the command line said, as one plain value; nothing heavy is imported to make it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every flag of every command; None is a text flag that was not given."""

    # which app
    config: str | None = None
    repo: str | None = None
    revision: str | None = None
    path: str | None = None
    context: str | None = None
    namespace: str | None = None
    app: str | None = None
    # how
    read_only: bool = False
    no_color: bool = False
    autoheal: bool = False
    headless: bool = False
    shards: int | None = None
    listen: str | None = None  # where metrics and health are asked for
    # the terminal
    write: bool = False
    ascii: bool = False
    no_mouse: bool = False
    # single commands
    output: str = "text"
    everything: bool = False  # --all
    past: bool = False  # when Git stated objects as they are
    span: str = ""  # "A..B", two revisions
    apps: tuple[str, ...] = ()  # two apps, to be compared with each other
    live: bool = False  # by what is live of them
    source: str = ""  # --from: an environment, or an app
    target: str = ""  # --to: likewise
    fields: tuple[str, ...] = ()  # --field
    objects: tuple[str, ...] = ()  # as they are named on the command line
    branch: str = ""  # one that begins
    subject: str = ""  # what both environments have
    object_name: str = ""  # "Deployment/web"
    dry_run: bool = False
    prune: bool = False  # what Git dropped, too
    confirm: tuple[str, ...] = ()  # protected objects of that, as they are named
    yes: bool = False
    commit: str = ""
    number: int | None = None  # of an entry of the journal
    wait: str = ""  # "5m", until all works
    lasting: str = ""  # "2h", how long something is set aside
    reason: str = ""  # and why
    since: str = ""  # "2h", of the journal
    controller: bool = False  # and what the controller in the cluster wrote
    folder: str = ""  # --kustomize: where files are written, not printed
    image: str = ""
    replicas: int = 0  # 0: as many as there are shards
    containerfile: bool = False
    dashboard: bool = False
    alerts: bool = False
    in_cluster: bool = False  # as the account of the pod
    engine: str = ""  # whose objects are imported
    files: tuple[str, ...] = ()  # that hold them; none: the cluster does
