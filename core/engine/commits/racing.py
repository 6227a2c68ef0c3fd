"""A commit made once, on a branch that others move, too."""

from collections.abc import Callable
from typing import Final, TypeVar

from core.errors import OutdatedError

P = TypeVar("P")
_TRIES_MAX: Final = 5  # while others are faster


def made_once(
    plan: P,
    make: Callable[[P], str],
    find: Callable[[P], str | None],
    again: Callable[[P, OutdatedError], P],
) -> str:
    """Make the commit of a plan and return its id; blocks.

    Args:
        plan: What was shown.
        make: Makes it, if the branch is still what the plan was made on.
        find: Looks where the branch really is for the commit of a plan: it may have come there.
        again: Works the plan out on what the branch is now; raises where it is another one then.

    Raises:
        ProductError: It cannot be made, or would be another one by now.
    """
    for _ in range(_TRIES_MAX - 1):
        try:
            return make(plan)
        except OutdatedError as error:
            found = find(plan)
            if found is not None:
                return found
            plan = again(plan, error)
    return make(plan)
