"""Copying to the clipboard: what a person pastes into a shell, a message or the settings.

Text is cleaned, a secret is never copied, and several lines are asked about first: in a shell each
of them is a command.
"""

import shlex
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from core.clean import clean
from core.model import Absent, Drift, FieldChange, Masked, Value
from core.telling.spans import Role, say
from core.telling.values import text_of, yaml_lines
from tui.actions.objects.chosen import NO_OBJECT, chosen
from tui.dialogs.asking import Question
from tui.dialogs.command.line import CommandLine
from tui.surface import Action, Group, Offer, Surface

BYTES_MAX: Final = 74_994  # of base64; terminals take no longer sequence
_SECRET: Final = "a secret is not copied"  # noqa: S105 - a sentence


def copied(on: Surface, text: str, what: str) -> str:
    """Copy *text*; say why not."""
    harmless = clean(text, multiline=True)
    if len(harmless.encode()) * 4 // 3 > BYTES_MAX:
        return f"{what} is too long for a clipboard; ctrl+s saves what the pane shows"
    lines = harmless.count("\n") + 1
    if lines == 1:
        _copy(on, harmless, what)
        return ""
    on.show(
        Question(
            f"Copy {lines} lines",
            f"{what} has {lines} lines. Pasted into a shell, each is a command.",
            "Copy",
            partial(_copy, on, harmless, what),
            styles=on.role_styles,
        )
    )
    return ""


def _copy(on: Surface, text: str, what: str) -> None:
    on.copy(text)
    on.note(f"copied {what}", Role.TEXT)


def value_text(value: Value | Absent) -> str | None:
    """Return a value as it is pasted; None for a secret, and for what is not there."""
    if isinstance(value, Absent | Masked):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list) and value:
        return "\n".join(yaml_lines(value))
    return text_of(value)


def texts(on: Surface) -> Mapping[str, str]:
    """What there is to copy, by the word that means it."""
    row, field = chosen(on), on.field
    found = dict(_of_field(field)) if field is not None and on.view.sheet is None else {}
    if row is not None:
        found |= _of_object(on, row)
    app = row.key.app if row is not None else on.view.app
    return found | ({"diff": f"driftdeck diff {shlex.quote(app)}"} if app is not None else {})


def _of_field(field: FieldChange) -> Iterable[tuple[str, str]]:
    yield "path", field.path
    for word, value in (("live", field.live), ("git", field.git)):
        text = value_text(value)
        if text is not None:
            yield word, text
    if field.origin is not None and field.origin.commit:
        yield "commit", field.origin.commit


def _of_object(on: Surface, row: Drift) -> dict[str, str]:
    ref, called = row.key.ref, on.view.snapshot.called(row.cluster)
    version = row.kind.api_version.rpartition("/")[2]
    kind = f"{ref.kind}.{version}.{ref.group}" if ref.group else ref.kind
    words = ["kubectl", *(["--context", called.context] if called.context else [])]
    words += [*(["-n", ref.namespace] if ref.namespace else []), "get", kind, ref.name]
    place = {"place": f"{row.file}:{row.line}"} if row.file else {}
    return {"kubectl": shlex.join([*words, "-o", "yaml"]), "name": ref.name, **place}


def say_copy(on: Surface, text: str) -> str:
    """Do `:copy WHAT`."""
    found = texts(on)
    if text in found:
        return copied(on, found[text], text)
    if text in {"live", "git"} and on.field is not None:
        side = on.field.live if text == "live" else on.field.git
        return _SECRET if isinstance(side, Masked) else f"there is nothing on the side {text}"
    return f"write one of: {', '.join(found)}"


def offers(on: Surface, _: str) -> Iterable[Offer]:
    """Offer what there is, each with what it is now."""
    return [Offer(word, say(text.partition("\n")[0])[0]) for word, text in texts(on).items()]


def _why_not(on: Surface) -> str:
    if on.view.sheet is not None:
        return "" if on.view.sheet.plain else "there is nothing to copy here; ctrl+s saves it"
    if on.field is None:
        return NO_OBJECT if chosen(on) is None else "pane 0 shows no fields; Y offers more"
    if isinstance(on.field.live, Masked):
        return _SECRET
    return "it is not live" if isinstance(on.field.live, Absent) else ""


def _live(on: Surface) -> None:
    """The live value of the field, or what the sheet is about."""
    sheet, field = on.view.sheet, on.field
    if sheet is not None:
        why = copied(on, sheet.plain, sheet.name)
    else:
        assert field is not None
        why = copied(on, value_text(field.live) or "", f"the live {say(field.path)[0]}")
    if why:
        on.note(why, Role.WARNING)


def _menu(on: Surface) -> None:
    on.show(CommandLine(on, "copy "))


ACTIONS: Final = (
    Action(
        id="copy",
        keys=("c",),
        words="copy",
        group=Group.LOOK,
        does="the live value of the field that pane 0 points at, or what a page shows",
        why_not=_why_not,
        do=_live,
    ),
    Action(
        id="copy_menu",
        keys=("Y",),
        words="copy more",
        group=Group.LOOK,
        opens_input=True,
        does="path, value, commit, or a command for kubectl or driftdeck",
        do=_menu,
    ),
)
