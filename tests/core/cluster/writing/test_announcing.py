"""Events as a real API server takes them, by whoever may write nothing else."""

from pathlib import Path

import pytest

from core.cli.telemetry.messages.recording import Recorder
from core.cli.telemetry.metrics.families import Families
from core.clock import Clock
from core.cluster import Announcer
from core.errors import DeniedError, ProductError, RejectedError
from core.model import ClusterSpec, EventName
from tests.apiserver.server import ApiServer
from tests.core.cli.telemetry.told import event
from tests.core.cluster.connection.test_apart import accepting_another, rewrite
from tests.core.cluster.login.test_credentials import written
from tests.core.cluster.scripted import serving

GROUP = "rbac.authorization.k8s.io"


def grant(server: ApiServer, namespace: str, user: str) -> None:
    """Let *user* write Events in a namespace, and nothing else."""
    root, admin = f"/apis/{GROUP}/v1/namespaces/{namespace}", server.client("admin")
    rule = {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch"]}
    role = {"metadata": {"name": "events"}, "rules": [rule]}
    subject = {"kind": "User", "name": user, "apiGroup": GROUP}
    binding = {
        "metadata": {"name": "events"},
        "roleRef": {"apiGroup": GROUP, "kind": "Role", "name": "events"},
        "subjects": [subject],
    }
    assert admin.call("POST", f"{root}/roles", role).status == 201
    assert admin.call("POST", f"{root}/rolebindings", binding).status == 201


async def is_refused(announcer: Announcer) -> bool:
    """Tell whether counting up an Event is forbidden; there is none of that name."""
    try:
        await announcer.repeat("x", {"count": 2})
    except DeniedError:
        return True
    except ProductError:
        pass  # not found, and so not forbidden
    return False


@pytest.mark.real
async def test_events_are_made_and_counted_up_with_no_other_right(
    real_server: ApiServer, real_namespace: str
) -> None:
    context = ClusterSpec(name="home", kubeconfig=str(real_server.kubeconfig("nobody")))
    announcer = Announcer(context, real_namespace)
    recorder = Recorder(announcer, Clock(), Families().counter("dropped", "-", "reason"))
    drift, healed = (event(1, name) for name in (EventName.DRIFT_DETECTED, EventName.HEALED))
    assert await is_refused(announcer)
    grant(real_server, real_namespace, "nobody")
    for _ in range(1_000):  # the server hears of its own rules a little later
        if not await is_refused(announcer):
            break
    recorder.take([drift, drift, healed])
    for subject, waiting in dict(recorder._waiting).items():  # noqa: SLF001 - without its pauses
        await recorder._tell(subject, waiting)  # noqa: SLF001
        if waiting.event is healed:
            await recorder._tell(subject, waiting)  # noqa: SLF001 - counted up
    with pytest.raises(RejectedError):
        await announcer.create({"metadata": {"name": "x"}, "note": "y" * 2_000})
    await announcer.close()
    path = f"/apis/events.k8s.io/v1/namespaces/{real_namespace}/events"
    found = real_server.client("admin").call("GET", path).json()["items"]
    told = {each["reason"]: each for each in found}
    assert told["Drifted"]["series"]["count"] == 2
    assert told["Healed"]["series"]["count"] == 2
    assert told["Drifted"]["regarding"]["name"] == "driftdeck"
    assert told["Drifted"]["related"]["namespace"] == "shop"


async def test_after_a_401_it_is_found_out_anew_who_we_are(tmp_path: Path) -> None:
    async with serving(accepting_another) as server:
        spec = written(tmp_path, {"token": "t"}, server=server.url)
        announcer = Announcer(spec, "ops")
        with pytest.raises(DeniedError):
            await announcer.create({})
        rewrite(tmp_path, '"t"', '"other"')
        await announcer.create({})
        await announcer.close()
