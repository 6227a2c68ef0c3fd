"""Who tells of which apps: who holds their Lease."""

from dataclasses import replace

from core.cli.publishing.publisher import Part
from core.cli.publishing.wanted import parts_of, publisher_for
from core.cluster.leasing.tenures import MARGIN_S
from core.model import ClusterSpec, Snapshot
from core.model.controllers.controller import Controller
from core.model.controllers.leads import Lead, Leads, share_of
from core.settings.reading import Settings
from tests.core.cli.scripted import SPEC, app_view

NOW = 1000.0
OURS = Lead(holder="pod_1", ours=True, until=NOW + 10)
THEIRS = Lead(holder="pod_2")
NAMES = [f"app-{i}" for i in range(20)]


def led(*shares: Lead) -> Snapshot:
    apps = tuple(app_view(replace(SPEC, name=name)) for name in NAMES)
    return Snapshot(1, apps=apps, leads=Leads(shares))


def test_the_only_shard_has_all_apps() -> None:
    assert parts_of(led(OURS), NOW) == {None: Part("pod_1", frozenset(NAMES))}


def test_of_several_those_are_told_that_are_held_each_with_its_apps() -> None:
    parts = parts_of(led(OURS, THEIRS, OURS), NOW)
    assert parts.keys() == {0, 2}
    for share, part in parts.items():
        assert part.names == {name for name in NAMES if share_of(name, 3) == share}
        assert (part.holder, part.shards) == ("pod_1", 3)


def test_nothing_is_told_without_a_lease_or_after_its_end() -> None:
    assert parts_of(led(), NOW) == {}
    assert parts_of(led(THEIRS), NOW) == {}
    assert parts_of(led(replace(OURS, leaving=True)), NOW) == {}  # another one tells soon
    assert parts_of(led(OURS), NOW + 10 - MARGIN_S) == {}
    (part,) = parts_of(led(OURS), NOW).values()
    assert part.until == NOW + 10 - MARGIN_S


def test_a_controller_tells_where_it_has_a_lease_and_may_write() -> None:
    lab = ClusterSpec(name="lab", context="lab")

    def told(cluster: ClusterSpec, *, stated: bool) -> bool:
        controller = Controller(stated=stated)
        settings = Settings(apps=(SPEC,), clusters=(cluster,), controller=controller)
        return publisher_for(settings, print) is not None

    assert told(lab, stated=True)
    assert not told(lab, stated=False)
    assert not told(replace(lab, read_only=True), stated=True)
