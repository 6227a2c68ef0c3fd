"""Lines that go somewhere, or limit a list to one: they are filters, which Esc clears."""

from collections.abc import Callable, Iterable
from typing import Final

from tui.actions.find import limit
from tui.actions.objects import bookmarking
from tui.actions.places import to_app
from tui.model.focus import Pane
from tui.surface import Offer, Phrase, Surface


def _app(on: Surface, text: str) -> str:
    return "" if to_app(on, text) else f'there is no app "{text}"'


def _apps(on: Surface, _: str) -> Iterable[Offer]:
    for row in on.view.all_apps:
        cluster = on.view.snapshot.called(row.view.spec.cluster).short
        yield Offer(row.view.spec.name, f"{row.sign.word}, on {cluster}")


def _clusters(on: Surface, _: str) -> Iterable[Offer]:
    for view in on.view.snapshot.clusters:
        yield Offer(view.spec.name, str(view.called) if view.connected else "not heard")


def _namespaces(on: Surface, _: str) -> Iterable[Offer]:
    return map(Offer, sorted({row.key.ref.namespace for row in on.view.objects()} - {""}))


def _repos(on: Surface, _: str) -> Iterable[Offer]:
    return map(Offer, sorted({app.spec.repo for app in on.view.snapshot.apps}))


Offers = Callable[[Surface, str], Iterable[Offer]]


def _limiting(key: str, pane: Pane, there: Offers) -> Callable[[Surface, str], str]:
    """Filter a list by one that is there; without a name show all again."""

    def do(on: Surface, text: str) -> str:
        if text and text not in {offer.text for offer in there(on, "")}:
            return f'there is no "{text}" here'
        limit(on, pane, f"{key}:{text}" if text else "")
        return ""

    return do


def _phrase(name: str, key: str, pane: Pane, there: Offers) -> Phrase:
    does = f"show {'objects (2)' if pane is Pane.RESOURCES else 'apps (1)'} of one, or all again"
    do = _limiting(key, pane, there)
    return Phrase(name=name, takes="[NAME]", does=does, do=do, offers=there)


def _quit(on: Surface, _: str) -> str:
    next(action for action in on.actions if action.id == "quit").do(on)
    return ""


PHRASES: Final = (
    Phrase(name="app", takes="NAME", does="select an app", do=_app, offers=_apps),
    _phrase("cluster", "cluster", Pane.APPS, _clusters),
    _phrase("ctx", "cluster", Pane.APPS, _clusters),
    _phrase("ns", "ns", Pane.RESOURCES, _namespaces),
    _phrase("repo", "repo", Pane.APPS, _repos),
    Phrase(
        name="bookmarks",
        takes="NAME",
        does="go to an object or an app that M kept",
        do=bookmarking.say_bookmark,
        offers=bookmarking.offers,
    ),
    Phrase(name="q", does="the same as Q", do=_quit),
)
