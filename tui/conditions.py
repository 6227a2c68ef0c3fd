"""Which action cannot be done now, and why.  A disabled action stays visible (K8)."""

from collections.abc import Hashable, Mapping

from tui.view import READ_ONLY_FLAG, View


def disabled(
    view: View, selected: Hashable | None, *, read_only: bool, subject_has_text: bool
) -> Mapping[str, str]:
    """Reasons by action id.

    Args:
        view: What is selected.
        selected: The id under the cursor of the list used last.
        read_only: Whether `--read-only` was given.
        subject_has_text: Whether pane 0 shows an object with differences.
    """
    keys, why = view.to_sync(selected)
    reasons = {} if keys else {"sync": why}
    if view.last_list != "commits":
        reasons["revert"] = "choose a commit in pane 3 first"
    elif selected is None:
        reasons["revert"] = "there is no commit"
    if view.app_view is None:
        reasons["heal"] = "there is no app"
    if read_only:
        reasons["write"] = READ_ONLY_FLAG
        if view.app_view is not None and not view.app_view.healing:
            reasons["heal"] = READ_ONLY_FLAG
    if view.last_list != "resources" or selected is None:
        reasons["mark"] = "marks are for objects (2)"
    if not any(row.drifted for row in view.all_apps):
        reasons["next_drift"] = reasons["previous_drift"] = "nothing has drifted"
    if not subject_has_text:
        reasons["text"] = "pane 0 shows no differences"
        reasons["noise"] = "pane 0 shows no differences"
    return reasons
