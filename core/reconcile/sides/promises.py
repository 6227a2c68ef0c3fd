"""Kinds that a folder brings along: a CustomResourceDefinition and its resources in one commit.

Before the definition is applied the cluster does not serve the kind, so its resources cannot exist;
they are missing like any object that was not applied yet, and one sync applies both.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from core.model import Document, KindRef, Resource, mapping_of

DEFINITION: Final = KindRef("apiextensions.k8s.io/v1", "CustomResourceDefinition")


def promises(
    documents: Mapping[KindRef, Iterable[Document]], lacking: AbstractSet[KindRef]
) -> Mapping[KindRef, Resource]:
    """Find which of the *lacking* kinds the definitions among *documents* will make known."""
    if not lacking:
        return {}
    found = (
        resource for document in documents.get(DEFINITION, ()) for resource in _defined(document)
    )
    return {resource.kind: resource for resource in found if resource.kind in lacking}


def _defined(document: Document) -> Iterator[Resource]:
    """Read what one definition defines; a malformed one defines nothing."""
    spec = mapping_of(msgspec.json.decode(document.body, type=dict).get("spec"))
    names, versions = mapping_of(spec.get("names")), spec.get("versions")
    kind, plural, group = (names.get("kind"), names.get("plural"), spec.get("group"))
    if not (isinstance(kind, str) and isinstance(plural, str) and isinstance(group, str)):
        return
    for version in versions if isinstance(versions, list) else ():
        each = mapping_of(version)
        if each.get("served") is True:
            ref = KindRef(f"{group}/{each.get('name')}", kind)
            namespaced = spec.get("scope") == "Namespaced"
            below = mapping_of(each.get("subresources"))
            scaled = "scale" in below
            yield Resource(ref, plural, namespaced, "status" in below, has_scale=scaled)
