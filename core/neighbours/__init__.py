"""What other GitOps engines were told, as settings of ours: `driftdeck import`.

Objects of Argo CD or Flux come in as plain values, settings go out as a text; nothing is asked and
nothing is written here.  What cannot be carried over is never dropped in silence: each adapter has
a table of what it knows, and whatever an object states beside that is named.

* `carrying` what both adapters make: apps, repositories, clusters, and notes of what is lacking
* `argocd`, `flux` one engine each; `ignoring` their rules of what is not compared
* `addresses`, `clusters`, `files` how they name those
* `accepting` leaves out what the settings reader would refuse; `writing` the text of the file
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.model import JsonObject
from core.neighbours import argocd, flux
from core.neighbours.accepting import accepted
from core.neighbours.carrying import App, Carried, Note, about, noted
from core.neighbours.writing import text_of

__all__ = ["ARGOCD", "FLUX", "Carried", "Engine", "text_of"]

_NO_TEXT: Final = re.compile(r"\\u(?:0000|d[89a-f])")  # in JSON; no setting may be such a text


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine that may be left."""

    name: str
    kinds: Mapping[str, str]  # of what it was told; the group of each
    carry_all: Callable[[Iterable[JsonObject], str], Carried]

    def carry(self, objects: Iterable[JsonObject], context: str = "") -> Carried:
        """Carry over what objects of its kinds say; others are passed over.

        Args:
            objects: As an API server or people write them.
            context: Of the kubeconfig, for the cluster that it runs in; "" is the current one.
        """
        given = list(objects)
        good = [each for each in given if _NO_TEXT.search(json.dumps(each)) is None]
        carried = self.carry_all(good, context)
        apps: list[App] = []
        odd = "it holds a NUL or half a character"
        notes = [Note(about(each), odd) for each in given if each not in good]
        notes += carried.notes
        for app in carried.apps:
            taken, reasons = accepted(app)
            notes += noted(app.about, reasons)
            apps += [] if taken is None else [taken]
        return replace(carried, apps=tuple(apps), notes=tuple(notes))


ARGOCD: Final = Engine(argocd.ENGINE, argocd.KINDS, argocd.from_argocd)
FLUX: Final = Engine(flux.ENGINE, flux.KINDS, flux.from_flux)
