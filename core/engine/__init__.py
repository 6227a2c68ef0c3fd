"""The engine's body: it owns the state, performs effects and publishes snapshots."""

from core.engine.collecting import collect_rarely
from core.engine.connect import connect
from core.engine.engine import Engine

__all__ = ["Engine", "collect_rarely", "connect"]
