"""The engine's body: it owns the state, performs effects and publishes snapshots."""

from core.engine.connect import connect
from core.engine.engine import Engine

__all__ = ["Engine", "connect"]
