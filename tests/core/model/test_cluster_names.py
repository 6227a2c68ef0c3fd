"""How a cluster is called wherever it is named."""

import pytest

from core.model import UNNAMED, ClusterName, ClusterSpec, ClusterView, Snapshot


@pytest.mark.parametrize(
    ("name", "short", "whole"),
    [
        (ClusterName(UNNAMED), "current", "current"),
        (ClusterName(UNNAMED, "staging", "ada"), "staging", "staging (user ada)"),
        (ClusterName("staging", "staging", "ada"), "staging", "staging (user ada)"),
        (ClusterName("prod", "prod-eu", "ada"), "prod", "prod (context prod-eu, user ada)"),
        (ClusterName("prod", "prod-eu"), "prod", "prod (context prod-eu)"),
        (ClusterName("prod"), "prod", "prod"),
    ],
)
def test_a_cluster_is_called_by_its_settings_else_by_its_context(
    name: ClusterName, short: str, whole: str
) -> None:
    assert (name.short, str(name)) == (short, whole)


def test_every_surface_reads_the_name_from_the_view_of_the_cluster() -> None:
    view = ClusterView(ClusterSpec(name=UNNAMED), "staging", user="ada")
    snapshot = Snapshot(clusters=(view,))
    assert snapshot.called(UNNAMED) == view.called == ClusterName(UNNAMED, "staging", "ada")
    assert snapshot.called("gone") == ClusterName("gone")
