"""What a line that is being typed may become: phrases by name or by words, then what follows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tui.surface import Offer, Phrase, Surface

_BETWEEN: Final = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to go on."""

    line: str  # all of it; it ends with a space where something is to follow
    shown: str
    says: str
    why_not: str = ""  # why it cannot be done now; it stays visible (K8)


def choices(on: Surface, typed: str) -> list[Choice]:
    """Say what *typed* may become, the likeliest first."""
    name, space, rest = typed.lstrip().partition(" ")
    phrase = next((each for each in on.phrases if each.name == name), None)
    if phrase is None or not space:
        return [_named(on, each) for each in _found(on.phrases, f"{name} {rest}".lower())]
    offers = list(phrase.offers(on, rest))
    return [
        Choice(f"{name} {offer.text}", offer.text, offer.says) for offer in _fitting(offers, rest)
    ]


def _named(on: Surface, phrase: Phrase) -> Choice:
    needed = phrase.takes and not phrase.takes.startswith("[")
    line = f"{phrase.name} " if needed else phrase.name
    shown = f"{phrase.name} {phrase.takes}".strip()
    return Choice(line, shown, phrase.does, phrase.why_not(on))


def _found(phrases: Sequence[Phrase], wanted: str) -> list[Phrase]:
    """Those that begin so, then those with words that do, then those with all the letters."""
    words = wanted.split()
    ways: tuple[Callable[[Phrase], bool], ...] = (
        lambda phrase: phrase.name.startswith(wanted.strip()),
        lambda phrase: _has_words(f"{phrase.name} {phrase.does}".lower(), words),
        lambda phrase: _is_within("".join(words), phrase.name),
    )
    return list({each.name: each for way in ways for each in phrases if way(each)}.values())


def _has_words(text: str, wanted: Sequence[str]) -> bool:
    words = _BETWEEN.split(text)
    return all(any(word.startswith(each) for word in words) for each in wanted)


def _is_within(letters: str, name: str) -> bool:
    """Whether a name has these letters in this order."""
    rest = iter(name)
    return all(letter in rest for letter in letters)


def _fitting(offers: Sequence[Offer], rest: str) -> list[Offer]:
    wanted = rest.lower().lstrip()
    ways: tuple[Callable[[Offer], bool], ...] = (
        lambda offer: offer.text.lower().startswith(wanted),
        lambda offer: all(word in offer.text.lower() for word in wanted.split()),
    )
    return list({each.text: each for way in ways for each in offers if way(each)}.values())
