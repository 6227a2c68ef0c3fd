"""What people and controllers do between two commits."""

from collections.abc import Callable

from tests.apiserver.client import Json
from tests.verdicts.case import Act
from tests.verdicts.stage import APPLY, JSON_PATCH, MERGE, STRATEGIC, Stage


def edit(patch: str, by: str = "kubectl-edit", *, of: str = "", sub: str = "") -> Act:
    """Change fields of a built-in kind, list entries by their keys, as kubectl does."""
    return lambda stage: stage.patch(stage.parsed(patch), by, of=of, sub=sub, how=STRATEGIC)


def merge(patch: str, by: str = "kubectl-edit", *, of: str = "", sub: str = "") -> Act:
    """Change fields, and whole lists."""
    return lambda stage: stage.patch(stage.parsed(patch), by, of=of, sub=sub, how=MERGE)


def remove(pointer: str, by: str = "kubectl-edit") -> Act:
    """Take one field away."""
    operation = {"op": "remove", "path": pointer}
    return lambda stage: stage.patch([operation], by, how=JSON_PATCH)


def apply(text: str, by: str) -> Act:
    """Let another server-side applier state the object."""
    return lambda stage: stage.patch(stage.parsed(text), by, how=APPLY)


def create(text: str, by: str = "kubectl-create") -> Act:
    """Make other objects."""
    return lambda stage: stage.create(text, by)


def delete(of: str = "") -> Act:
    """Delete one object."""
    query = "?propagationPolicy=Background"  # nothing that waits for a collector
    return lambda stage: stage.checked(stage.client.call("DELETE", stage.url(of) + query))


def scale(replicas: int, by: str = "kubectl") -> Act:
    """Write through the scale subresource, as `kubectl scale` and the autoscaler do."""
    return merge(f"spec: {{replicas: {replicas}}}", by, sub="/scale")


def awaited(holds: Callable[[Json], bool], *, otherwise: Act | None = None, of: str = "") -> Act:
    """Wait for a controller of the real server; where none runs, do *otherwise* instead."""

    def act(stage: Stage) -> None:
        if stage.server == "real":
            stage.until(holds, of)
        elif otherwise is not None:
            otherwise(stage)

    return act
