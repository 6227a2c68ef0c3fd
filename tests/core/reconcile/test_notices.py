"""What is amiss and stops nothing."""

from core.reconcile.memory.inputs import AuditLogRead
from tests.core.reconcile.world import applied


def test_a_log_that_cannot_be_read_is_a_notice_until_it_can() -> None:
    made = applied("a")
    for problem in ("audit log /x cannot be read: no", ""):
        made.feed(AuditLogRead("prod", problem))
        assert made.state.clusters["prod"].view.notice == problem
        assert made.complete()
