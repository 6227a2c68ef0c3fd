"""core.git.remotes.credentials: from a file, a variable or a helper of git; nobody is asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import DeniedError, UsageError
from core.git.remotes.credentials import NOBODY, Credential, credential_of
from core.model.sources.remotes import Remote, address_of

REMOTE = Remote(address=address_of("https://git.example/org/config.git"))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"}


def test_a_variable_holds_the_token(environment: dict[str, str]) -> None:
    remote = replace(REMOTE, token_env="TOKEN")
    assert credential_of(remote, {**environment, "TOKEN": "abc\n"}) == Credential("git", "abc")
    with pytest.raises(UsageError, match="the variable TOKEN holds no token"):
        credential_of(remote, environment)


def test_a_file_that_everybody_may_write_is_refused(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("abc")
    file.chmod(0o666)
    with pytest.raises(DeniedError, match="may be written by everybody"):
        credential_of(replace(REMOTE, token_file=str(file)), environment)


def test_a_helper_of_the_user_is_asked_for_just_this_host(
    environment: dict[str, str], tmp_path: Path
) -> None:
    helper = tmp_path / "helper.sh"
    answer = "printf 'username=me\\npassword=pw\\n'"
    helper.write_text(f"#!/bin/sh\ncat > {tmp_path}/asked\n[ $1 = get ] && {answer}\n")
    helper.chmod(0o755)
    (tmp_path / ".gitconfig").write_text(
        f"[credential]\n\thelper = {helper}\n\tuseHttpPath = true\n"
    )
    assert credential_of(REMOTE, environment) == Credential("me", "pw")
    asked = (tmp_path / "asked").read_text().split()
    assert {"protocol=https", "host=git.example", "path=org/config.git"} <= set(asked)
    assert credential_of(replace(REMOTE, helper=False), environment) == NOBODY


def test_without_a_helper_nobody_is_asked_and_nothing_shown(environment: dict[str, str]) -> None:
    assert credential_of(REMOTE, environment) == NOBODY
    ssh = replace(REMOTE, address=address_of("git@git.example:x"), token_env="NONE")
    assert credential_of(ssh, environment) == NOBODY


def test_a_token_hides_itself() -> None:
    assert "abc" not in repr(Credential("git", "abc"))
