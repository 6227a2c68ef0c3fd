"""The clusters that carried apps are meant for: the one that the engine runs in, and others."""

from collections.abc import Mapping
from typing import Final

from core.model import JsonObject

HERE: Final = "here"


class Clusters:
    """Names clusters, and says of each app which is meant where there are several."""

    def __init__(self, context: str = "") -> None:
        """Begin with the one that the engine runs in, at *context* of the kubeconfig."""
        self._context = context
        self.here = context or HERE
        self._others: dict[str, JsonObject] = {}

    def other(self, name: str) -> str:
        """Return the name of another cluster; its context is called as the engine calls it."""
        called = name.removeprefix("https://").rstrip("/")
        if called != self.here:
            self._others[called] = {"context": called}
        return called

    def placed(self, settings: JsonObject) -> JsonObject:
        """Return an app's settings with its cluster, where that says anything."""
        return {key: value for key, value in settings.items() if key != "cluster" or self._others}

    def entries(self) -> Mapping[str, JsonObject]:
        """Return the entries of `clusters`; none where there is just the current context."""
        if not self._others and not self._context:
            return {}
        own: JsonObject = {"context": self._context} if self._context else {}
        return {self.here: own, **self._others}
