"""Where a row is played: requests of people and controllers to one object of one server."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import yaml

from tests.apiserver.client import Answer, Client, Json
from tests.apiserver.waiting import eventually

STRATEGIC: Final = "application/strategic-merge-patch+json"
MERGE: Final = "application/merge-patch+json"
JSON_PATCH: Final = "application/json-patch+json"
APPLY: Final = "application/apply-patch+yaml"
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind is served."""

    root: str
    plural: str
    namespaced: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One row on one server; the row's own object is the first of its file."""

    server: str  # sandbox or real
    client: Client
    namespace: str
    name: str
    text: str  # what the row's file states
    kinds: dict[tuple[str, str], Kind]  # filled as kinds are met
    driftdeck: Callable[..., str]  # runs a command of it, by the words that follow

    def filled(self, text: str) -> str:
        """Put the row's names into a text."""
        return text.replace("NAME", self.name).replace("SPACE", self.namespace)

    def parsed(self, text: str) -> Any:
        """Read a text of a row as a plain client would."""
        return yaml.safe_load(self.filled(text))

    def url(self, of: str = "") -> str:
        """Return the path of an object: `apiVersion/Kind/name`, or the row's own."""
        if not of:
            own = next(doc for doc in yaml.safe_load_all(self.filled(self.text)) if doc)
            of = f"{own['apiVersion']}/{own['kind']}/{own['metadata']['name']}"
        api_version, kind, name = self.filled(of).rsplit("/", 2)
        return f"{self.folder(api_version, kind)}/{name}"

    def folder(self, api_version: str, kind: str) -> str:
        """Return the path of all objects of a kind here."""
        served = self._served(api_version, kind)
        middle = f"/namespaces/{self.namespace}" if served.namespaced else ""
        return f"{served.root}{middle}/{served.plural}"

    def create(self, text: str, by: str) -> None:
        """Create every object of *text*."""
        for body in yaml.safe_load_all(self.filled(text)):
            url = self.folder(body["apiVersion"], body["kind"])
            self.checked(self.client.call("POST", f"{url}?fieldManager={by}", body))

    def patch(
        self, patch: object, by: str, *, of: str = "", sub: str = "", how: str = STRATEGIC
    ) -> None:
        """Change one object."""
        url = f"{self.url(of)}{sub}?fieldManager={by}{'&force=true' if how == APPLY else ''}"
        body: Any = patch
        self.checked(self.client.call("PATCH", url, body, content_type=how))

    def read(self, of: str = "") -> Json | None:
        """Return one object, if it is there."""
        answer = self.client.call("GET", self.url(of))
        return answer.json() if answer.status == HTTPStatus.OK else None

    def until(self, holds: Callable[[Json], bool], of: str = "") -> None:
        """Wait until one object is as *holds* wants it."""
        done = eventually(
            lambda: (found := self.read(of)) is not None and holds(found), within_s=_PATIENCE_S
        )
        assert done, f"{self.name}: waited in vain: {json.dumps(self.read(of))}"

    def checked(self, answer: Answer) -> None:
        """Hold a request to its success: a row whose story did not happen proves nothing."""
        assert answer.status < HTTPStatus.BAD_REQUEST, f"{self.name}: {answer.body.decode()}"

    def _served(self, api_version: str, kind: str) -> Kind:
        if (api_version, kind) not in self.kinds:
            root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            for each in self.client.call("GET", root).json()["resources"]:
                if "/" not in each["name"]:
                    served = Kind(root, each["name"], each["namespaced"])
                    self.kinds[api_version, each["kind"]] = served
        return self.kinds[api_version, kind]
