"""core.sources.signatures: what ssh-keygen and gpg say of signatures that git made."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.git import Signed
from core.model.sources.signers import Signers
from core.sources.signatures import Signatures
from tests.core.git.sample import Sample
from tests.core.render.worlds import script
from tests.core.sources.keys import Key, gpg_key, signed_by_ssh, ssh_key


@dataclass(frozen=True)
class People:
    """Two whose keys settings name, and two whose keys they do not."""

    sample: Sample
    ann: Key
    bob: Key
    eve: Key
    mallory: Key

    @property
    def allowed(self) -> Signers:
        return Signers(ssh=self.ann.signers.ssh, gpg=self.bob.signers.gpg)

    def signed(self, key: Key) -> Signed:
        commit = key.commit(self.sample)
        with self.sample.opened() as repository:
            return next(repository.signable(commit, "main")).objects[0]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    folder = tmp_path_factory.mktemp("people")
    sample = Sample(folder / "repo")
    sample.commit({"a.yaml": b"a: 1\n"}, "first")
    sample.git("reset", "-q", "--hard")
    ann, eve = ssh_key(folder, "ann"), ssh_key(folder, "eve")
    with gpg_key(folder, "bob") as bob, gpg_key(folder, "mallory") as mallory:
        yield People(sample, ann, bob, eve, mallory)


def test_a_signature_by_a_key_of_the_settings_is_good(people: People) -> None:
    for key in (people.ann, people.bob):
        assert Signatures().problem(people.signed(key), people.allowed) == ""


def test_a_key_that_settings_do_not_name_is_named_in_full(people: People) -> None:
    for key, kind in ((people.eve, "SSH"), (people.mallory, "GPG")):
        signed = people.signed(key)
        said = Signatures().problem(signed, people.allowed)
        reason = f"it is signed by {kind} key {key.name}, which settings do not allow"
        assert said == f"commit {signed.id[:7]}: {reason}"
        assert Signatures().problem(signed, key.signers) == ""


def test_a_signature_of_other_bytes_is_bad(people: People) -> None:
    for key in (people.ann, people.bob):
        signed = people.signed(key)
        other = signed._replace(payload=signed.payload.replace(b"signed", b"signeD"))
        assert "is not right" in Signatures().problem(other, people.allowed)


def test_a_signature_that_was_made_for_something_else_is_bad(people: People) -> None:
    for namespace in ("file", "git"):
        signature = signed_by_ssh(people.ann, b"payload", namespace)
        signed = Signed("commit 1", namespace, b"payload", signature)
        said = Signatures().problem(signed, people.allowed)
        assert ("namespace" in said) == (said != "") == (namespace == "file"), said


@pytest.mark.parametrize(
    "signature",
    [
        b"-----BEGIN SIGNED MESSAGE-----\nx\n-----END SIGNED MESSAGE-----\n",
        b"-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----\n",
        b"-----BEGIN SSH SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n",
        b"-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\nmore\n",
        b"more\n-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n",
    ],
)
def test_only_one_block_of_gpg_or_ssh_is_a_signature(signature: bytes) -> None:
    said = Signatures({"PATH": ""}).problem(Signed("commit 1", "1", b"x", signature), Signers())
    assert said == "commit 1 carries no signature of GPG or SSH"


def test_what_is_not_signed_or_odd_is_told_without_asking_anybody() -> None:
    signatures = Signatures({"PATH": ""})
    unsigned = Signed("commit 1a2b3c4", "1")
    assert signatures.problem(unsigned, Signers()) == (
        "commit 1a2b3c4 is not signed, and settings require it"
    )
    odd = unsigned._replace(odd="it is odd", signature=b"x")
    assert signatures.problem(odd, Signers()) == "commit 1a2b3c4 cannot be trusted: it is odd"


def test_a_missing_program_is_named_and_looked_for_again(people: People) -> None:
    for key, words in (
        (people.ann, "is signed with SSH, and ssh-keygen is not installed: put OpenSSH on the"),
        (people.bob, "is signed with GPG, and gpg is not installed: put GnuPG on the PATH"),
    ):
        signed = people.signed(key)
        with pytest.raises(UnavailableError, match=words) as told:
            Signatures({"PATH": ""}).problem(signed, people.allowed)
        assert told.value.retry_after_s == 60


def test_a_program_that_says_what_it_should_not_makes_nothing_good(
    people: People, tmp_path: Path
) -> None:
    """What counts is exactly one good signature and the exit code, not a word somewhere."""
    full = people.bob.name
    good = f"[GNUPG:] GOODSIG X Bob\n[GNUPG:] VALIDSIG {full} d t 0 4 0 22 10 00 {full}"
    signed = people.signed(people.bob)
    lies = {
        "": "echo Good signature",
        "twice": f"printf '%s\n' '{good}' '{good}'",
        "two keys": f"printf '%s\n' '{good}' '[GNUPG:] VALIDSIG {full} 00 {full}'",
        "two good": f"printf '%s\n' '{good}' '[GNUPG:] GOODSIG X Bob'",
        "exit": f"echo '{good}'; exit 1",
        "other": f"echo '{good.replace(full, 'A' * 40)}'",
        "class": f"echo '{good.replace(' 00 ', ' 01 ')}'",
        "revoked": f"printf '%s\n' '{good}' '[GNUPG:] REVKEYSIG X Bob'",
        "plain": f"printf '%s\n' '[GNUPG:] PLAINTEXT 62 0 ' '{good}'",
    }
    imported = f'case "$*" in *--import*) echo "[GNUPG:] IMPORT_OK 1 {full}"; exit;; esac'
    for name, lie in {**lies, "truth": f"echo '{good}'"}.items():
        path = script(tmp_path / f"bin-{name}", "gpg", f"{imported}\n{lie}")
        said = Signatures(path).problem(signed, people.allowed)
        assert (said == "") == (name == "truth"), name


def test_what_ssh_says_counts_only_when_it_ends_well(people: People, tmp_path: Path) -> None:
    signed, said = people.signed(people.ann), f'Good "git" signature with X key {people.ann.name}'
    for code, more in ((0, ""), (1, ""), (0, "; echo more")):
        path = script(
            tmp_path / f"bin{code}{more[:1]}", "ssh-keygen", f"echo '{said}'{more}; exit {code}"
        )
        problem = Signatures(path).problem(signed, people.allowed)
        assert (problem == "") == (not code and not more)


def test_a_verdict_is_kept_and_holds_for_those_keys_alone(people: People, tmp_path: Path) -> None:
    script(tmp_path / "bin", "ssh-keygen", 'exec /usr/bin/ssh-keygen "$@"')
    signatures, signed = Signatures({"PATH": str(tmp_path / "bin")}), people.signed(people.ann)
    assert signatures.problem(signed, people.allowed) == ""
    (tmp_path / "bin" / "ssh-keygen").unlink()
    assert signatures.problem(signed, replace(people.allowed)) == ""
    with pytest.raises(UnavailableError):
        signatures.problem(signed, people.eve.signers)


def test_no_agent_of_gpg_stays(people: People) -> None:
    assert Signatures().problem(people.signed(people.bob), people.allowed) == ""
    homes = {str(people.bob.home), str(people.mallory.home)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"gpg-agent"):
            assert any(home.encode() in words for home in homes), words


def test_a_key_that_has_expired_counts_no_more(tmp_path: Path) -> None:
    sample = Sample(tmp_path / "repo")
    sample.commit({"a.yaml": b"a: 1\n"}, "first")
    sample.git("reset", "-q", "--hard")
    with gpg_key(tmp_path, "old", at="20200101T000000", lasts="1d") as key:
        commit = key.commit(sample)
        with sample.opened() as repository:
            signed = next(repository.signable(commit, "main")).objects[0]
        said = Signatures().problem(signed, key.signers)
    assert said == f"commit {commit[:7]}: it is signed by GPG key {key.name}, which has expired"
