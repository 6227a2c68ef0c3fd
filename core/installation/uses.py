"""What an app needs of its cluster: which kinds in which namespaces, as its files state it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.installation.kinds import Named, Served
from core.model import AppSpec, Document, ObjectRef
from core.reconcile.sides.fences import refusal

_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One kind in one namespace."""

    group: str
    kind: str
    served: Served
    namespace: str  # "" of kinds without one


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What one app uses."""

    spec: AppSpec
    namespace: str  # of objects that name none
    uses: tuple[Use, ...]
    unknown: tuple[str, ...] = ()  # kinds of which nobody knows the resource
    stated: tuple[str, ...] = ()  # namespaces that it states as objects
    grants: tuple[str, ...] = ()  # objects that give others rights
    refused: tuple[str, ...] = ()  # objects that its settings keep it from

    @property
    def keeps_in(self) -> str:
        """The namespace of its inventory."""
        return self.spec.inventory_namespace or self.namespace

    @property
    def writes(self) -> bool:
        """Whether anything of it is written unasked."""
        return self.spec.heal or self.spec.follow


def used_by(
    spec: AppSpec,
    documents: Iterable[Document],
    kinds: Mapping[Named, Served],
    namespace: str,
) -> Used:
    """Tell what an app uses.

    Args:
        spec: The app.
        documents: What its files state.
        kinds: How kinds are served.
        namespace: Of objects that name none, where the app does not say.
    """
    namespace = spec.namespace or namespace
    uses: dict[tuple[Named, str], Use] = {}
    unknown: dict[str, None] = {}
    refused: dict[str, None] = {}
    refs: list[ObjectRef] = []
    for document in documents:
        named = (document.kind.group, document.kind.kind)
        served = kinds.get(named)
        if served is None:
            unknown[f"{document.kind.kind} ({document.kind.api_version})"] = None
            continue
        place = (document.namespace or namespace) if served.namespaced else ""
        ref = ObjectRef(*named, place, document.name)
        why = refusal(spec, ref)
        if why:
            refused[f"{ref}: {why}"] = None
            continue
        refs.append(ref)
        group, kind = named
        uses[named, place] = Use(group=group, kind=kind, served=served, namespace=place)
    return Used(
        spec=spec,
        namespace=namespace,
        uses=tuple(use for _, use in sorted(uses.items())),
        unknown=tuple(sorted(unknown)),
        stated=tuple(sorted({r.name for r in refs if (r.group, r.kind) == ("", "Namespace")})),
        grants=tuple(sorted({str(ref) for ref in refs if ref.group == _RBAC})),
        refused=tuple(sorted(refused)),
    )
