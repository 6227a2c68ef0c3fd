"""Whether an object works, by the rules of kstatus: what its own status says, nothing else.

It is a question of its own: an object that is as Git states it may well not work, and one that
drifted may.  So no verdict is made from it, and nothing here knows one.  Everything is a pure
function over the live object, worked out only where somebody asks.

Source:
    sigs.k8s.io/cli-utils, pkg/kstatus/status, which `kubectl wait` has no part of, and Flux has.
    Where it takes silence for success we say that nothing was said, and where no controller looked
    at an object of a kind that has one (no `status.observedGeneration`) it is in progress.
"""

from core.health.health import health_of
from core.health.pods import Behind, behind, trouble

__all__ = ["Behind", "behind", "health_of", "trouble"]
