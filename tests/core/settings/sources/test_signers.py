"""core.settings.sources.signers: keys in settings, and which repositories they are for."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import UsageError
from core.model.sources.signers import Signers
from core.settings.document import parse_settings
from core.settings.sources.signers import fingerprint

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github.com"
PRINT = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"  # as GitHub publishes it
OTHER = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB"
WORDS = "PGP PUBLIC KEY BLOCK-----"
GPG = f"-----BEGIN {WORDS}\nComment: a-b\n\nmDMEY\n-----END {WORDS}"
REMOTE = "https://git.example/platform/config.git"


@dataclass
class Place:
    folder: Path

    def signers(self, repositories: str, repo: str = REMOTE) -> Signers | None:
        text = f"repositories: {repositories}\napps: [{{name: a, repo: '{repo}'}}]\n"
        return parse_settings("s.yaml", text.encode(), self.folder).apps[0].signers

    def refusal(self, repositories: str, repo: str = REMOTE) -> str:
        with pytest.raises(UsageError) as told:
            self.signers(repositories, repo)
        return str(told.value)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "ann.pub").write_text(f"# Ann's\n\n{KEY}\r\n{OTHER}\n")
    (tmp_path / "team.asc").write_text(f"{GPG}\n{GPG.replace('mDMEY', 'mQINB')}\n{KEY}\n")
    (tmp_path / "private").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    (tmp_path / "empty.pub").write_text("# nobody\n")
    return Place(tmp_path)


def test_a_fingerprint_is_of_the_whole_key() -> None:
    assert fingerprint(KEY) == PRINT


@pytest.mark.parametrize("line", ["", "ssh-rsa", "ssh-rsa AAAA", KEY.replace("ed25519 A", "rsa A")])
def test_what_is_no_key_has_no_fingerprint(line: str) -> None:
    with pytest.raises(UsageError, match="is no public key of ssh"):
        fingerprint(line)


def test_keys_stand_in_the_settings_or_in_files_beside_them(place: Place) -> None:
    both = frozenset({PRINT, fingerprint(OTHER)})
    url = "url: https://git.example/platform"
    assert place.signers(f"[{{{url}, signed_by: ['{KEY}']}}]") == Signers(ssh=frozenset({PRINT}))
    assert place.signers(f"[{{{url}, signed_by: [ann.pub]}}]") == Signers(ssh=both)
    found = place.signers(f"[{{{url}, signed_by: [team.asc, ann.pub]}}]")
    assert found == Signers(ssh=both, gpg=(GPG, GPG.replace("mDMEY", "mQINB")))
    assert place.signers(f"[{{{url}}}]") is None


def test_a_demand_holds_for_repositories_here_and_for_folders_in_them(place: Place) -> None:
    entry = "[{url: ./config, signed_by: [ann.pub]}]"
    for repo in ("config", "./config/shop", str(place.folder / "config")):
        assert place.signers(entry, repo) is not None
    assert "no app is of a repository" in place.refusal(entry, "configs")


def test_a_closer_entry_that_says_nothing_of_signatures_takes_no_demand_away(place: Place) -> None:
    broad = "{url: https://git.example/platform, signed_by: [ann.pub]}"
    for entries in ("[%s, {url: '%s', poll: 1m}]", "[{url: '%s'}, %s]"):
        pair = (REMOTE, broad) if entries.startswith("[{") else (broad, REMOTE)
        assert place.signers(entries % pair) is not None


@pytest.mark.parametrize(
    ("keys", "at", "reason"),
    [
        ("[]", "1:63", "name at least one key, or leave it out"),
        ("[1]", "1:64", "this must be a public key of ssh"),
        ("[none.pub]", "1:64", "none.pub: No such file or directory; this must be a public key"),
        ("[private]", "1:64", "private holds a private key; name the public one"),
        ("[empty.pub]", "1:64", "empty.pub holds no key"),
        ("[ssh-rsa AAAA]", "1:64", '"ssh-rsa AAAA" is no public key of ssh'),
    ],
)
def test_what_is_no_key_is_refused_at_its_place(
    place: Place, keys: str, at: str, reason: str
) -> None:
    said = place.refusal(f"[{{url: https://git.example/platform, signed_by: {keys}}}]")
    assert said.startswith(f"s.yaml:{at}: "), said
    assert reason in said


def test_a_demand_that_no_app_is_under_is_a_slip(place: Place) -> None:
    said = place.refusal("[{url: https://git.example/plaform, signed_by: [ann.pub]}]")
    assert said.endswith("signed_by: no app is of a repository that begins so")


def test_what_is_for_other_machines_is_refused_for_a_repository_here(place: Place) -> None:
    said = place.refusal("[{url: ./config, poll: 1m, signed_by: [ann.pub]}]", "config")
    assert said.endswith("poll is for repositories of other machines")
