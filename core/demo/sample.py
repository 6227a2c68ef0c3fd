"""The sample repository of the demo: two apps, three authors, and a month of history.

Plain values only; whoever wants the repository commits them (`core.demo.world`).  The newest commit
is meant to arrive after the first sync, so that a visitor sees Git ahead of the cluster too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.demo import files

SHOP: Final = "apps/shop"
MONITORING: Final = "apps/monitoring"

_MINUTE_S: Final = 60.0
_DAY_S: Final = 86_400.0
_INES: Final = "Ines Duarte <ines@shop.example>"
_TOM: Final = "Tom Okafor <tom@shop.example>"
_MEI: Final = "Mei Lin <mei@shop.example>"


@dataclass(frozen=True, slots=True)
class SampleCommit:
    """One commit of the sample's history."""

    author: str
    message: str
    age_s: float  # before now
    files: Mapping[str, bytes]


def history() -> tuple[SampleCommit, ...]:
    """Return the commits, oldest first."""
    return (*_first_weeks(), *_last_weeks())


def _first_weeks() -> tuple[SampleCommit, ...]:
    return (
        _commit(_INES, "Add the shop: its namespace, web and a service", 34, {
            f"{SHOP}/namespace.yaml": files.namespace("shop"),
            f"{SHOP}/web.yaml": files.web("1.40.0", replicas=2),
        }),
        _commit(_MEI, "Watch the cluster with Prometheus", 33, {
            f"{MONITORING}/namespace.yaml": files.namespace("monitoring"),
            f"{MONITORING}/prometheus.yaml": files.prometheus("15d"),
            f"{MONITORING}/access.yaml": files.ACCESS,
        }),
        _commit(_TOM, "Add the cart and its database password", 30, {
            f"{SHOP}/cart.yaml": files.CART,
            f"{SHOP}/secret.yaml": files.DATABASE,
        }),
        _commit(_TOM, "Move the shop's settings into a ConfigMap", 27, {
            f"{SHOP}/config.yaml": files.config("30m"),
        }),
        _commit(_MEI, "Add Grafana next to Prometheus", 21, {
            f"{MONITORING}/grafana.yaml": files.GRAFANA,
        }),
        _commit(_TOM, "Open the shop under shop.example", 19, {
            f"{SHOP}/ingress.yaml": files.INGRESS,
        }),
    )  # fmt: skip


def _last_weeks() -> tuple[SampleCommit, ...]:
    return (
        _commit(_INES, "Web 1.41.2: faster search", 15, {
            f"{SHOP}/web.yaml": files.web("1.41.2", replicas=2),
        }),
        _commit(_MEI, "Alert when the shop answers slowly", 12, {
            f"{MONITORING}/alerts.yaml": files.alerts("1s"),
        }),
        _commit(_INES, "Run three webs before the sale\n\nTwo were at 80 % on Friday.", 9, {
            f"{SHOP}/web.yaml": files.web("1.41.2", replicas=3),
        }),
        _commit(_TOM, "Remove abandoned carts every night", 6, {
            f"{SHOP}/cleanup.yaml": files.CLEANUP,
        }),
        _commit(_MEI, "Keep metrics for 30 days", 4, {
            f"{MONITORING}/prometheus.yaml": files.prometheus("30d"),
        }),
        _commit(_INES, "Web 1.42.0: the new checkout", 2, {
            f"{SHOP}/web.yaml": files.web("1.42.0", replicas=3),
        }),
        SampleCommit(_TOM, "Let carts live for two hours", 3 * _MINUTE_S, {
            f"{SHOP}/config.yaml": files.config("2h").encode(),
        }),
    )  # fmt: skip


def _commit(author: str, message: str, days: int, files: Mapping[str, str]) -> SampleCommit:
    # Commits fall on different times of day: 37 minutes apart for each day of age.
    age_s = days * _DAY_S + days * 37 * _MINUTE_S
    return SampleCommit(
        author, message, age_s, {path: text.encode() for path, text in files.items()}
    )
