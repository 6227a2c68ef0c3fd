"""What a user asks for: apps, the clusters they are meant for, and what is left alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from typing_extensions import override

from core.model.sources.charts import Chart
from core.model.sources.remotes import Remote
from core.model.sources.signers import Signers

UNNAMED: Final = "current"  # a cluster that no settings name: the kubeconfig's current context


class Extras(StrEnum):
    """Which fields that only live has count as drift."""

    HUMAN = "human"  # what a person added, or Git dropped
    ANY = "any"  # also what a controller or a deployer added


class Contested(StrEnum):
    """What becomes of a field that Git sets and a controller owns."""

    SHOW = "show"  # named, and left to the controller
    ENFORCE = "enforce"  # drift like any other


class Render(StrEnum):
    """What makes objects of an app's folder."""

    AUTO = "auto"  # what the folder looks like
    PLAIN = "plain"  # its files are the objects
    KUSTOMIZE = "kustomize"
    HELM = "helm"


class KeyKind(StrEnum):
    """Which keys may open what sops encrypted."""

    AGE = "age"
    PGP = "pgp"
    # These are asked over the network, at an address that the encrypted file names.
    AWS_KMS = "aws_kms"
    GCP_KMS = "gcp_kms"
    AZURE_KV = "azure_kv"
    HC_VAULT = "hc_vault"
    HUAWEI_KMS = "huawei_kms"


OWN_KEYS: Final = (KeyKind.AGE, KeyKind.PGP)  # they lie on this machine


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """What neither compare nor apply touches (verdicts.md section 4).

    Exactly one of `pointer`, `path` and `manager` is not None; the others narrow it down.
    """

    pointer: str | None = None  # RFC 6901; "" is the whole object
    path: str | None = None  # as in `FieldChange.path`
    manager: str | None = None  # every field that this manager owns live
    group: str = ""  # regular expressions that match the whole string; "" matches all
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""  # a label selector
    source: str = ""  # where it is written, for people: "driftdeck.yaml:12"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealWindow:
    """A time that comes again, in which an app is written to unasked, or is not."""

    cron: str  # when it begins: minute, hour, day, month, weekday
    duration_s: float
    timezone: str = "UTC"
    denies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpec:
    """One folder of one revision of one repository, meant for one cluster."""

    name: str
    repo: str  # path of a local repository
    revision: str  # branch, tag or commit; "HEAD" for the checked-out branch
    path: str  # folder inside the repository; "" for its root
    cluster: str  # key of `ClusterSpec`
    include: tuple[str, ...] = ()  # globs of the only files that are read; () means all
    exclude: tuple[str, ...] = ()  # globs of files that are not
    render: Render = Render.AUTO
    values: tuple[str, ...] = ()  # files of values for helm, relative to `path`
    helm_charts: bool = False  # whether its kustomization may have charts of the repository
    remote_bases: tuple[Remote, ...] = ()  # repositories that bases of it may lie in, too
    chart: Chart | None = None  # of another machine; None: the folder's own, if it is one
    sops: tuple[KeyKind, ...] = OWN_KEYS  # that may open its encrypted files
    depends_on: tuple[str, ...] = ()  # apps that are in sync before anything of it is written
    namespace: str = ""  # for objects that name none; "" means the context's, else default
    heal: bool = True  # whether --autoheal corrects its drift
    heal_after: tuple[tuple[str, float], ...] = ()  # class of writers -> age of an edit in seconds
    heal_windows: tuple[HealWindow, ...] = ()  # () means always
    no_heal: tuple[IgnoreRule, ...] = ()  # what is compared, and never written unasked
    follow: bool = True  # whether --autoheal applies its new commits
    namespaces: tuple[str, ...] = ()  # the only ones it may touch; () means its own and named ones
    cluster_kinds: tuple[str, ...] = ()  # beside `namespaces`: allowed kinds that have none
    prune: bool = False  # whether --autoheal deletes what Git dropped
    allow_empty: bool = False  # whether a person may confirm that nothing is left (G4)
    mass_drift: int = 30  # percent of its objects; where more drift at once, none is healed
    take_over: bool = False  # also what another engine still tracks
    inventory_namespace: str = ""  # "" means `namespace`, else default
    owns: tuple[str, ...] = ()  # namespaces in which every object that Git lacks is EXTRA
    extras: Extras = Extras.HUMAN
    contested: Contested = Contested.SHOW
    ignore: tuple[IgnoreRule, ...] = ()
    managers: tuple[tuple[str, str], ...] = ()  # field manager -> class it is moved to
    signers: Signers | None = None  # whose signature a commit needs; None means that it needs none


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """How one API server is reached."""

    name: str
    context: str = ""  # kubeconfig context; "" means the current one
    in_cluster: bool = False
    protected: bool = False  # whoever writes to it types its name
    read_only: bool = False  # nobody writes to it
    heals_per_minute: int = 60  # with more, nothing is healed there before a person looks
    kubeconfig: str = ""  # path; "" means $KUBECONFIG, else the user's own
    secret: tuple[str, str] | None = None  # name and key of a Secret that holds the kubeconfig
    audit_log: str = ""  # path of the API server's audit log; "" means there is none to read
    same_as: str = ""  # name of the cluster that has this very server: nothing is asked of it then


@dataclass(frozen=True, slots=True)
class ClusterName:
    """How a cluster is called: `staging (user ada)`, `prod (context prod-eu, user ada)`."""

    stated: str = ""  # its name in the settings; UNNAMED where they name none
    context: str = ""  # of the kubeconfig; "" before it was found
    user: str = ""  # who we are there

    @property
    def short(self) -> str:
        """The name alone: that of the settings, else that of the context."""
        return self.context if self.stated == UNNAMED and self.context else self.stated

    @property
    def facts(self) -> str:
        """What tells it from another cluster of that name; "" while nothing is known."""
        context = f"context {self.context}" if self.context not in {"", self.short} else ""
        user = f"user {self.user}" if self.user else ""
        return ", ".join(filter(None, (context, user)))

    @override
    def __str__(self) -> str:
        return f"{self.short} ({self.facts})" if self.facts else self.short
