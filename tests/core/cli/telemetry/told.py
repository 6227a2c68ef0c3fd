"""Events and pictures for the tests of this room, and what a page of metrics says."""

from dataclasses import replace

from core.cli.telemetry.metrics.families import Families
from core.model import ClusterName, Event, EventName, Snapshot
from tests.core.cli.scripted import DEPLOYMENT, REPLICAS, WEB, picture_of

PICTURE = picture_of()


def event(sequence: int, name: EventName, **fields: object) -> Event:
    """An event of the object `web`; *fields* replace its own."""
    made = Event(
        sequence,
        1_782_907_203.0624,
        name,
        "shop",
        "demo",
        DEPLOYMENT,
        WEB.ref,
        (REPLICAS,),
        message="changed in the cluster",
        place=ClusterName("demo", "demo-eu", "ada"),
    )
    return replace(made, **fields)  # type: ignore[arg-type]  # the fields of Event


def showing(*events: Event) -> Snapshot:
    return replace(PICTURE, events=events)


def samples(families: Families) -> dict[str, float]:
    """Every sample by its name and labels, as the page has them."""
    return samples_in(families.page().decode())


def samples_in(page: str) -> dict[str, float]:
    """Every sample of a page that was asked for."""
    lines = (line.rpartition(" ") for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}
