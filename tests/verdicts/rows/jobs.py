"""Rows about Jobs: one that ended and expired is not missing, one that was deleted is."""

from http import HTTPStatus
from typing import Final

from tests.apiserver.client import Json
from tests.apiserver.waiting import eventually
from tests.verdicts.acts import delete
from tests.verdicts.case import REAL, Act, Case
from tests.verdicts.stage import Stage

_JOB: Final = """
apiVersion: batch/v1
kind: Job
metadata: {name: NAME}
spec: {MORE template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}
"""
_KCM: Final = "kube-controller-manager"
_LASTING: Final = _JOB.replace("MORE", "")
_EXPIRING: Final = _JOB.replace("MORE", "ttlSecondsAfterFinished: 600,")


def _pods(stage: Stage) -> list[Json]:
    url = f"{stage.folder('v1', 'Pod')}?labelSelector=job-name={stage.name}"
    found: list[Json] = stage.client.call("GET", url).json()["items"]
    return found


def _finish(stage: Stage) -> None:
    """Let the Job's pod succeed, as a kubelet would; its controller then ends the Job."""
    (pod,) = eventually(lambda: _pods(stage), within_s=60)
    of = f"v1/Pod/{pod['metadata']['name']}"
    stage.patch({"status": {"phase": "Succeeded"}}, "kubelet", of=of, sub="/status")
    stage.until(lambda job: "completionTime" in job["status"])


def _gone(stage: Stage) -> None:
    """Let its time be over: nothing here waits for that, and nothing can come too late for it."""
    stage.patch({"spec": {"ttlSecondsAfterFinished": 0}}, _KCM)
    answer = eventually(
        lambda: stage.client.call("GET", stage.url()).status == HTTPStatus.NOT_FOUND, within_s=60
    )
    assert answer, f"{stage.name}: never deleted"


def _seen_by_us(stage: Stage) -> None:
    stage.driftdeck("sync", "jobs", "--yes")


_EXPIRED: Final[tuple[Act, ...]] = (_finish, _seen_by_us, _gone)

CASES: Final = (
    Case(
        id="FP-39",
        about="selector and labels that the server gives a Job",
        made=_LASTING,
        git=_LASTING,
        app="jobs",
    ),
    Case(
        id="FP-39",
        about="a Job that ended, was seen to end, and expired",
        git=_EXPIRING,
        acts=_EXPIRED,
        shown={"": "info bookkeeping"},
        says="completed, expired",
        app="jobs",
        on=REAL,
    ),
    Case(
        id="FP-39",
        about="a Job that we applied and whose end nobody saw",
        git=_EXPIRING,
        acts=(delete(),),
        verdict="unknown",
        says="completion-not-seen",
        app="jobs",
    ),
    Case(
        id="FP-39",
        about="a Job that somebody deleted before it ended",
        git=_LASTING,
        acts=(delete(),),
        verdict="missing",
        app="jobs",
    ),
)
