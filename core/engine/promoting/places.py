"""Where in the files of an environment a value stands that is to be another one.

A manifest or a patch states the field itself; a kustomization names a tag of an image; a file of
values has a key whose value both environments turn into the field.  These are guesses by what the
texts say, and the caller sees whether an edit there does what it is to do.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename
from typing import NamedTuple, TypeAlias

from core.manifests.editing import Leaf, Page, Steps
from core.manifests.text.scalars import Scalar
from core.model import Json, ObjectRef
from core.model.paths import Parts, locate
from core.render.world import KUSTOMIZATIONS

Read: TypeAlias = Mapping[str, Sequence[Page]]  # files by path


@dataclass(frozen=True, slots=True)
class Wanted:
    """One field of the target that is to be as in the source."""

    ref: ObjectRef
    path: str
    parts: Parts
    old: Scalar
    new: Scalar
    is_image: bool


class Place(NamedTuple):
    """A value of a file, and what it is to be."""

    file: str
    leaf: Leaf
    new: Scalar


class Image(NamedTuple):
    """An image by its parts; "" is one that it does not have."""

    repository: str
    tag: str
    digest: str


def split_image(image: str) -> Image:
    """Part an image into repository, tag and digest."""
    named, _, digest = image.partition("@")
    above, slash, last = named.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(above + slash + name, tag, digest)


def places(wanted: Wanted, own: Read, values: Sequence[str], source: Sequence[Page]) -> list[Place]:
    """Find where a field is stated.

    Args:
        wanted: The field.
        own: The files of the target that the source has no part in.
        values: Those of them that are given to helm.
        source: What the source gives to helm, the last one first.
    """
    stated = _stated(wanted, own)
    tagged = [*_tagged(wanted, own)] if wanted.is_image and not stated else []
    return stated or tagged or [*_valued(wanted, {name: own[name] for name in values}, source)]


def _stated(wanted: Wanted, own: Read) -> list[Place]:
    named = [(_name(page.value, wanted.ref.kind), file, page) for file, page in _pages(own)]
    exact = [each for each in named if each[0] == wanted.ref.name]
    # An overlay may give names a prefix or a suffix.
    near = exact or [each for each in named if each[0] and each[0] in wanted.ref.name]
    found: list[Place] = []
    for _, file, page in near:
        steps = locate(page.value, wanted.parts)
        leaf = None if steps is None else page.leaves.get(steps)
        if leaf is not None and leaf.text == _text(wanted.old):
            found.append(Place(file, leaf, wanted.new))
    return found


def _name(value: Json, kind: str) -> str:
    """Return the name of an object of a kind; "" where it is none."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(metadata, dict) or value.get("kind") != kind:
        return ""
    return str(metadata.get("name") or "")


def _tagged(wanted: Wanted, own: Read) -> Iterator[Place]:
    old, new = split_image(str(wanted.old)), split_image(str(wanted.new))
    keys = (("newTag", old.tag, new.tag), ("digest", old.digest, new.digest))
    for file, page in _pages(own):
        images = page.value.get("images") if isinstance(page.value, dict) else None
        if basename(file) not in KUSTOMIZATIONS or not isinstance(images, list):
            continue
        for i, image in enumerate(images):
            if not isinstance(image, dict):
                continue
            if (image.get("newName") or image.get("name")) == old.repository:
                moved = [(key, was, now) for key, was, now in keys if was != now]
                here = [(("images", i, key), was, now) for key, was, now in moved]
                yield from _all(file, page, here)


def _valued(wanted: Wanted, own: Read, source: Sequence[Page]) -> Iterator[Place]:
    said: list[tuple[str, str]] = [(_text(wanted.old), _text(wanted.new))]
    if wanted.is_image:
        old, new = split_image(str(wanted.old)), split_image(str(wanted.new))
        moved = ((old.tag, new.tag), (old.digest, new.digest))
        said += [(was, now) for was, now in moved if was != now and was and now]
    for file, page in _pages(own):
        for steps, leaf in page.leaves.items():
            there = next((one.leaves[steps] for one in source if steps in one.leaves), None)
            if there is not None and (leaf.text, there.text) in said:
                whole = not wanted.is_image and (leaf.text, there.text) == said[0]
                yield Place(file, leaf, wanted.new if whole else there.text)


def _all(file: str, page: Page, moved: Sequence[tuple[Steps, str, str]]) -> Iterator[Place]:
    """Yield the places of all parts, or of none where one is not there."""
    leaves = [(page.leaves.get(steps), was, now) for steps, was, now in moved]
    if all(leaf is not None and leaf.text == was and now for leaf, was, now in leaves):
        yield from (Place(file, leaf, now) for leaf, _, now in leaves if leaf is not None)


def _pages(own: Read) -> Iterator[tuple[str, Page]]:
    return ((file, page) for file, pages in own.items() for page in pages)


def _text(value: Scalar) -> str:
    return value if isinstance(value, str) else json.dumps(value)
