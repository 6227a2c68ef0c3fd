"""Several kubeconfig files, read as kubectl reads them."""

import json
import os
from pathlib import Path

import pytest

from core.cluster.login.credentials import log_in
from core.cluster.login.login import Login
from core.errors import DeniedError, UsageError
from core.model import ClusterSpec
from tests.core.cluster.manual import ManualClock

SKELETON = "apiVersion: v1\nkind: Config\nclusters: null\ncontexts: null\nusers: null\n"


def config(context: str, token: str, *, current: str | None) -> str:
    """A file with one context, its cluster and its user named after it."""
    whole: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": {"server": f"http://{context}.example"}}],
        "users": [{"name": context, "user": {"token": token}}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
    }
    if current is not None:
        whole["current-context"] = current
    return json.dumps(whole)


STAGING = config("staging", "a", current="staging")
PRODUCTION = config("production", "b", current="production")


def spec_of(folder: Path, *contents: str | None) -> ClusterSpec:
    """Files in their order; None for one that is not there."""
    paths = [folder / str(i) for i in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        if content is not None:
            path.write_text(content)
    return ClusterSpec(name="test", kubeconfig=os.pathsep.join(map(str, paths)))


async def logged_in(spec: ClusterSpec, context: str = "") -> Login:
    return await log_in(spec, ManualClock().clock, context=context)


@pytest.mark.parametrize(
    "contents",
    [
        (STAGING, PRODUCTION),
        (STAGING, config("other", "x", current="")),
        (STAGING, config("other", "x", current=None)),
        (STAGING, SKELETON + 'current-context: ""\n'),
        (SKELETON, STAGING, PRODUCTION),
        (SKELETON + "current-context: null\n", STAGING, PRODUCTION),
        (SKELETON + 'current-context: ""\n', STAGING, PRODUCTION),
        (config("other", "x", current=""), STAGING, PRODUCTION),
        ("", STAGING, PRODUCTION),
        ("# nothing yet\n", STAGING),
        ("{}", STAGING),
        (None, STAGING, None, PRODUCTION),
        (SKELETON + "current-context: staging\n", PRODUCTION, STAGING),
    ],
)
async def test_the_first_current_context_that_is_not_empty_decides(
    tmp_path: Path, contents: tuple[str | None, ...]
) -> None:
    login = await logged_in(spec_of(tmp_path, *contents))
    assert (login.context, login.user) == ("staging", "staging")
    assert await login.bearer.header() == "Bearer a"


async def test_context_and_user_are_told_before_there_is_a_credential(tmp_path: Path) -> None:
    nobody = json.loads(STAGING)
    nobody["users"][0]["user"] = {"exec": {"command": "./no-such-plugin"}, "as": "carol"}
    told: list[tuple[str, str]] = []
    with pytest.raises(DeniedError):
        await log_in(
            spec_of(tmp_path, json.dumps(nobody)),
            ManualClock().clock,
            name=lambda context, user: told.append((context, user)),
        )
    assert told == [("staging", "staging as carol")]


async def test_a_context_that_is_asked_for_goes_before_the_current_one(tmp_path: Path) -> None:
    login = await logged_in(spec_of(tmp_path, STAGING, PRODUCTION), "production")
    assert await login.bearer.header() == "Bearer b"


async def test_the_first_definition_of_a_name_counts_as_a_whole(tmp_path: Path) -> None:
    other = json.loads(config("staging", "second", current="staging"))
    other["users"][0]["user"]["as"] = "somebody"
    other["contexts"][0]["context"]["namespace"] = "second"
    login = await logged_in(spec_of(tmp_path, None, STAGING, json.dumps(other)))
    assert await login.bearer.header() == "Bearer a"
    assert (login.headers, login.namespace) == ((), "")


async def test_a_context_may_name_what_another_file_holds(tmp_path: Path) -> None:
    parts = [
        {"contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}]},
        {"users": [{"name": "u", "user": {"tokenFile": "token"}}]},
        {"clusters": [{"name": "c", "cluster": {"server": "http://c"}}], "current-context": "x"},
    ]
    paths = []
    for i, part in enumerate(parts):
        folder = tmp_path / str(i)
        folder.mkdir()
        (folder / "config").write_text(json.dumps(part))
        (folder / "token").write_text(f"token-{i}")
        paths.append(str(folder / "config"))
    login = await logged_in(ClusterSpec(name="test", kubeconfig=os.pathsep.join(paths)))
    assert await login.bearer.header() == "Bearer token-1"  # relative to the file that says so


async def test_kubeconfig_of_the_environment_may_hold_empty_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = spec_of(tmp_path, STAGING, PRODUCTION).kubeconfig
    monkeypatch.setenv("KUBECONFIG", f"::{paths}:")
    assert (await logged_in(ClusterSpec(name="test"))).context == "staging"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "text",
        "a: [",
        "clusters: 5",
        "{contexts: [{}]}",
        "{contexts: [{name: x}], current-context: x}",
        "{contexts: [{name: x, context: {cluster: c}}], clusters: [], current-context: x}",
        "{contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {}}]}",
        "\t: x",
        "!!python/object/apply:os.system ['true']",
        "[" * 3000,
        "a: " + "&a [" * 200 + "]" * 200,
        "{apiVersion: v2}",
        "kind: Pod",
        "a: &a [*a]",
        "clusters: &a [*a]",
    ],
)
async def test_a_file_that_is_no_kubeconfig_is_a_usage_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    with pytest.raises(UsageError):
        await logged_in(ClusterSpec(name="test", kubeconfig=str(path)))


@pytest.mark.parametrize("broken", [0, 1])
async def test_one_file_that_cannot_be_read_is_named_whichever_it_is(
    tmp_path: Path, broken: int
) -> None:
    contents = [STAGING, STAGING]
    contents[broken] = "users:\n- name: u\n  user: {token: [canary\n"
    with pytest.raises(UsageError, match=rf"{tmp_path}/{broken} is no YAML \(line \d+\)") as caught:
        await logged_in(spec_of(tmp_path, *contents))
    assert "canary" not in str(caught.value)


async def test_folders_pipes_and_odd_names_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in (".", "pipe", "loop", "x" * 300):
        paths = os.pathsep.join((str(tmp_path / name), spec_of(tmp_path, STAGING).kubeconfig))
        with pytest.raises(UsageError, match="kubeconfig"):
            await logged_in(ClusterSpec(name="test", kubeconfig=paths))


async def test_a_name_twice_in_one_file_is_an_error_as_in_kubectl(tmp_path: Path) -> None:
    twice = json.loads(STAGING)
    twice["users"] *= 2
    with pytest.raises(UsageError, match="users has 'staging' twice"):
        await logged_in(spec_of(tmp_path, json.dumps(twice)))


@pytest.mark.parametrize(
    ("user", "place"),
    [
        ("7", "users[0].user"),
        ("{token: 7}", "users[0].user.token"),
        ("{as: [a]}", "users[0].user.as"),
        ("{as: a, as-user-extra: x}", "as-user-extra"),
        ("{exec: 7}", "users[0].user.exec"),
        ("{exec: {command: a, args: 7}}", "exec.args"),
        ("{exec: {command: a, env: x}}", "exec.env"),
        ("{exec: {command: a, env: [{name: 1}]}}", "exec.env[0].name"),
        ("{client-certificate-data: 7}", "client-certificate-data"),
    ],
)
async def test_a_value_of_the_wrong_type_is_named_by_its_place(
    tmp_path: Path, user: str, place: str
) -> None:
    text = (
        "clusters: [{name: c, cluster: {server: http://c}}]\n"
        "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
        f"current-context: x\nusers: [{{name: u, user: {user}}}]\n"
    )
    with pytest.raises(UsageError) as caught:
        await logged_in(spec_of(tmp_path, text))
    assert place in str(caught.value)
