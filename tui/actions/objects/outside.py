"""What other programs show: the user's own for differences, and a browser for a commit.

A program gets a list of arguments, files that are masked and the user's alone, and the terminal
until it ends.  An address is shown before it is opened, and is never anything but https.
"""

import asyncio
import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from shutil import which
from typing import Final

from core.cli.output.external import VARIABLE, show_with
from core.cli.output.unified import Pair, pairs_of
from core.errors import UsageError
from core.model import Commit, Drift, Snapshot
from core.model.sources.remotes import AddressError, address_of, is_address
from core.reconcile.memory.commands import ShowSides
from core.telling.spans import Role, say
from tui.actions.objects.chosen import chosen, why_not_object
from tui.dialogs.asking import Question
from tui.model.focus import Pane
from tui.surface import Action, Group, Surface

_SIDES: Final = ("LIVE", "GIT")
_BROWSERS: Final = ("xdg-open", "open")  # what a desktop opens addresses with
_WEB: Final = frozenset({"https", "ssh"})  # schemes of repositories whose host has pages

# The user's own program for differences ---------------------------------------------------------


def why_not_external(on: Surface) -> str:
    """Why no program shows it; "" where one can."""
    return why_not_object(on) or ("" if os.environ.get(VARIABLE) else f"set {VARIABLE} to one")


def _external(on: Surface) -> None:
    """Have the object read whole, then hand both sides over."""
    row = chosen(on)
    if row is None:
        return
    number = next(on.session.numbers)
    on.session.waiting.append(partial(_hand_over, on, row, number))
    on.submit(ShowSides(number, frozenset({row.key})))


def _hand_over(on: Surface, row: Drift, number: int, snapshot: Snapshot) -> bool:
    found = snapshot.sides_for(number)
    if found is None:
        return False
    pairs = pairs_of({row.key: row}, found.sides)
    if not pairs:
        on.note("both sides are the same", Role.TEXT)
        return True
    problem = on.outside(partial(_shown, os.environ.get(VARIABLE, ""), pairs))
    if problem:
        on.note(say(problem)[0], Role.ERROR, sticky=True)
    return True


def _shown(program: str, pairs: tuple[Pair, ...]) -> str:
    """Run the program to its end; say what went wrong.  For a thread: it has a loop of its own."""
    try:
        asyncio.run(show_with(program, pairs, _SIDES))
    except UsageError as error:
        return str(error)
    return ""


# k9s --------------------------------------------------------------------------------------------


def why_not_k9s(on: Surface) -> str:
    """Why k9s cannot have the terminal; "" where it can."""
    if on.view.cluster is None:
        return "there is no cluster"
    return "" if which("k9s") else "k9s is not installed"


def say_k9s(on: Surface, text: str) -> str:
    """Do `:k9s`: on the cluster and in the namespace of what is selected."""
    cluster, row = on.view.cluster, chosen(on)
    if text or cluster is None:
        return "k9s takes nothing"
    app = on.view.app_view
    namespace = row.key.ref.namespace if row is not None else app.spec.namespace if app else ""
    words = ["k9s", *(["--context", cluster.context] if cluster.context else [])]
    words += ["--namespace", namespace] if namespace else []
    words += ["--kubeconfig", cluster.spec.kubeconfig] if cluster.spec.kubeconfig else []
    return on.outside(partial(_ran, words))


def _ran(argv: Sequence[str]) -> str:
    """Run a program that has the terminal; say why it does not."""
    try:
        subprocess.run(argv, check=False)  # noqa: S603 - a list of words, and no shell
    except OSError as error:
        return f"{argv[0]} cannot be started: {error.strerror}"
    return ""


# A browser --------------------------------------------------------------------------------------


def page_of(repo: str, commit: str) -> str:
    """Return the address of a commit's page, as GitHub, GitLab, Gitea and Forgejo have it.

    "" where the repository lies on this machine or its host has no pages.
    """
    try:
        address = address_of(repo) if is_address(repo) else None
    except AddressError:
        return ""
    if address is None or address.scheme not in _WEB:
        return ""
    host = address.host if address.scheme == "ssh" else f"{address.host}{_port(address.port)}"
    return f"https://{host}/{address.path.strip('/').removesuffix('.git')}/commit/{commit}"


def _port(port: int) -> str:
    return "" if port == 443 else f":{port}"  # noqa: PLR2004 - of https


def _commit(on: Surface) -> str:
    """The commit that is meant: under the cursor, the field's, the object's, or the app's."""
    view = on.view
    if view.focus.last_list is Pane.COMMITS and isinstance(on.selected, str):
        return on.selected
    row = chosen(on)
    field = on.field if row is not None else None
    for origin in (field.origin if field else None, row.origin if row else None):
        if origin is not None and origin.commit:
            return origin.commit
    revision: Commit | None = view.app_view.revision if view.app_view is not None else None
    return revision.id if revision is not None else ""


def _page(on: Surface) -> str:
    app, commit = on.view.app_view, _commit(on)
    return page_of(app.spec.repo, commit) if app is not None and commit else ""


def _why_not_browse(on: Surface) -> str:
    if on.view.app_view is None:
        return "there is no app"
    return "" if _page(on) else "its repository has no pages: it is not asked by https or ssh"


def _browse(on: Surface) -> None:
    """Show the address, and open it once a person said so."""
    page = _page(on)
    program = desktop_program(os.environ)
    then = partial(_open, program, page) if program else partial(on.copy, page)
    on.show(
        Question(
            "Open in a browser" if program else "There is no desktop here: copy the address",
            say(page)[0],
            "Open" if program else "Copy",
            then,
            styles=on.role_styles,
            opened_by=BROWSE.keys[0],
        )
    )


def desktop_program(environment: Mapping[str, str]) -> str:
    """Return what opens addresses on this desktop; "" where there is none, as over ssh."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "__CFBundleIdentifier")
    if "SSH_TTY" in environment or not any(name in environment for name in screens):
        return ""
    return next((found for name in _BROWSERS if (found := which(name))), "")


def _open(program: str, page: str) -> None:
    subprocess.Popen(  # noqa: S603 - a program of the system, and an address that we made
        [program, page],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


BROWSE: Final = Action(
    id="browse",
    keys=("o",),
    words="browse",
    group=Group.LOOK,
    does="the page of the commit that states this, in a browser: shown first",
    why_not=_why_not_browse,
    do=_browse,
)
ACTIONS: Final = (
    Action(
        id="external_diff",
        keys=("D",),
        words="own diff",
        group=Group.LOOK,
        does=f"both sides of the object in your own program ({VARIABLE})",
        why_not=why_not_external,
        do=_external,
    ),
    BROWSE,
)
