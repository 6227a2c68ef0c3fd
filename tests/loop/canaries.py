"""One word that must never come out, and every form in which it could.

Everything secret in these tests begins with the word, so that a value that was cut, wrapped or
encoded is still found.
"""

import base64
from collections.abc import Mapping

WORD = "k4n4ry"


def canary(name: str) -> str:
    return f'{WORD}-{name}-"ä\n{WORD}'


def base64_of(name: str) -> str:
    return base64.b64encode(canary(name).encode()).decode()


def _base64_forms(text: bytes) -> list[str]:
    """The letters that base64 makes of *text* at each place in three bytes."""
    forms = []
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text).decode()
        first, last = -(-8 * before // 6), 8 * (before + len(text)) // 6
        forms.append(whole[first:last])
    return forms


ONCE = _base64_forms(WORD.encode())
TWICE = [form for once in ONCE for form in _base64_forms(once[:8].encode())]
FORMS = (WORD, WORD.encode().hex(), *ONCE, *TWICE)


def leaks(said: Mapping[str, str]) -> dict[str, list[str]]:
    """The forms of the word in what was said, by where; blanks are where a line was wrapped."""
    found: dict[str, list[str]] = {}
    for where, text in said.items():
        joined = "".join(text.split())
        for form in FORMS:
            at = joined.lower().find(form) if form.islower() else joined.find(form)
            if at >= 0:
                found.setdefault(where, []).append(f"{form}: {joined[max(0, at - 80) : at + 60]}")
    return found
