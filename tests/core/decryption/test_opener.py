"""core.decryption: what the real sops encrypted is opened, in memory, or stays unknown."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from core.clock import Clock
from core.decryption import Opener
from core.decryption.opener import AGAIN_S, AT_ONCE, PATIENCE_S
from core.decryption.sops import Sops
from core.manifests import DocumentCache, Folder, Listed, read
from core.model import OWN_KEYS, Document, Json, KeyKind
from core.render.fence import Limits, isolating
from tests.core.decryption.keys import Person
from tests.core.manifests.here import HERE
from tests.core.render.worlds import script

REGULAR = 0o100644
SECRET = """\
# the database
apiVersion: v1
kind: Secret
metadata:
  name: db
  labels: {app: shop}
stringData:
  password: hunter2
"""
MAP = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {url: "https://shop", "on": "22:22", octal: "0o17", eq: "=", flag: "yes", long: "1e3"}
"""


@pytest.fixture(scope="module")
def person(sops: Path, tmp_path_factory: pytest.TempPathFactory) -> Person:
    return Person(sops, tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def both(person: Person) -> str:
    return person.encrypted(SECRET + MAP)


def opener(environment: Mapping[str, str], clock: Clock | None = None) -> Opener:
    return Opener(HERE, environment, clock=clock)


def folder_of(
    opened: Opener, files: Mapping[str, str], kinds: tuple[KeyKind, ...] = OWN_KEYS
) -> Folder:
    def listed(path: str, text: str) -> Listed:
        content = text.encode()
        return Listed(path, hashlib.sha256(content).hexdigest(), REGULAR, lambda: content, path)

    each = [listed(path, text) for path, text in files.items()]
    return read(each, DocumentCache(HERE.outcomes), opened.by(kinds))


def body(document: Document) -> dict[str, Json]:
    found: dict[str, Json] = msgspec.json.decode(document.body)
    return found


def only_problem(found: Folder) -> str:
    assert found.documents == ()
    (problem,) = found.problems
    assert found.refused == (("s.yaml", problem),)
    return problem


def test_every_document_of_a_file_is_opened_and_stands_where_its_ciphertext_does(
    person: Person, both: str
) -> None:
    found = folder_of(opener(person.environment), {"s.yaml": both})
    assert found.problems == ()
    secret, settings = found.documents
    assert body(secret) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db", "labels": {"app": "shop"}},
        "stringData": {"password": "hunter2"},
    }
    data = body(settings)["data"]
    texts = {"url": "https://shop", "on": "22:22", "octal": "0o17"}
    assert data == texts | {"eq": "=", "flag": "yes", "long": "1e3"}
    lines = both.splitlines()
    for document in found.documents:
        assert document.sealed
        assert lines[document.line - 1] == "apiVersion: v1"
    assert [document.index for document in found.documents] == [0, 1]


def test_a_file_whose_very_names_are_encrypted_is_opened_too(person: Person) -> None:
    text = person.encrypted(SECRET, only="")
    (found,) = folder_of(opener(person.environment), {"s.yaml": text}).documents
    assert (found.kind.kind, found.name) == ("Secret", "db")
    closed = folder_of(opener(person.nobody), {"s.yaml": text})
    assert closed.broken == ()
    assert only_problem(closed).startswith("s.yaml:2: encrypted with sops, and not opened: no key")


def test_json_is_opened_as_json(person: Person) -> None:
    value = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "j"}, "data": {"a": "YQ=="}}
    text = person.encrypted(json.dumps(value), kind="json")
    (found,) = folder_of(opener(person.environment), {"s.json": text}).documents
    assert body(found) == value


def test_files_that_were_put_together_are_opened_each_by_itself_and_ordinary_ones_stay(
    person: Person,
) -> None:
    other = SECRET.replace("name: db", "name: other").replace("hunter2", "sesame")
    plain = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {sops: {a: b}}\n"
    parts = [person.encrypted(SECRET), plain, person.encrypted(other)]
    found = folder_of(opener(person.environment), {"s.yaml": "---\n".join(parts)})
    assert found.problems == ()
    names = [(document.name, document.sealed) for document in found.documents]
    assert names == [("db", True), ("plain", False), ("other", True)]


def test_without_the_key_the_objects_are_known_by_name_alone(person: Person, both: str) -> None:
    found = folder_of(opener(person.nobody), {"s.yaml": both})
    problem = only_problem(found)
    assert f"no key that sops finds here opens it; it is for {person.name}" in problem
    assert [(one.name, one.body, why) for one, why in found.broken] == [
        ("db", b"", problem),
        ("conf", b"", problem),
    ]
    assert found.passing == (problem,)


def test_without_sops_the_problem_names_it(both: str, tmp_path: Path) -> None:
    found = folder_of(opener({"PATH": str(tmp_path)}), {"s.yaml": both})
    assert "sops (getsops.io) is not installed" in only_problem(found)


def test_what_was_changed_after_it_was_encrypted_is_not_opened(person: Person) -> None:
    text = person.encrypted(SECRET).replace("name: db", "name: db2")
    found = folder_of(opener(person.environment), {"s.yaml": text})
    assert "its checksum is another one" in only_problem(found)
    assert found.passing == ()


def test_a_file_that_asks_for_a_key_elsewhere_reaches_no_program(
    person: Person, tmp_path: Path
) -> None:
    kms = "sops:\n    hc_vault:\n        - {vault_address: 'http://127.0.0.1:1', key_name: a}\n"
    text = person.encrypted(SECRET).replace("sops:\n", kms)
    environment = script(tmp_path, "sops", f"touch {tmp_path}/ran; exit 1")
    found = folder_of(opener(environment), {"s.yaml": text})
    assert "asks for hc_vault, and this app's sops setting allows age, pgp" in only_problem(found)
    assert not (tmp_path / "ran").exists()
    allowed = (*OWN_KEYS, KeyKind.HC_VAULT)
    folder_of(opener(environment), {"s.yaml": text}, allowed)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("s.json", '{"apiVersion"', '{"SOPS": {"hc_vault": [{"key_name": "a"}]}, "apiVersion"'),
        ("s.json", '{"apiVersion"', '{"\\u017fops": {"kms": [{"arn": "a"}]}, "apiVersion"'),
        ("s.json", '{"apiVersion"', '{"sops": {"hc_vault": [{"key_name": "a"}]}, "apiVersion"'),
        ("s.yaml", "sops:\n", "sops: {hc_vault: [{key_name: a}]}\nsops:\n"),
    ],
)
def test_a_file_that_sops_may_read_otherwise_than_we_do_reaches_no_program(
    person: Person, both: str, tmp_path: Path, name: str, was: str, now: str
) -> None:
    value = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "j"}, "data": {"a": "YQ=="}}
    sealed = person.encrypted(json.dumps(value), kind="json") if name == "s.json" else both
    text = sealed.replace('{\n\t"apiVersion"', '{"apiVersion"').replace(was, now, 1)
    assert text != sealed
    found = folder_of(opener(script(tmp_path, "sops", f"touch {tmp_path}/ran")), {name: text})
    assert "a key stands in it twice" in found.problems[0]
    assert found.documents == ()
    assert not (tmp_path / "ran").exists()


def test_every_block_of_a_file_says_which_keys_it_asks_for(person: Person, both: str) -> None:
    first, second = both.split("\n---\n")
    second = second.replace("sops:\n", "sops:\n    kms: [{arn: a}]\n")
    found = folder_of(opener(person.environment), {"s.yaml": f"{first}\n---\n{second}"})
    assert "asks for aws_kms" in only_problem(found)


def test_keys_in_groups_are_asked_for_as_well(person: Person) -> None:
    text = person.encrypted(SECRET).replace(
        "sops:\n", "sops:\n    key_groups: [{kms: [{arn: 'arn:aws:kms:x'}]}]\n"
    )
    found = folder_of(opener(person.environment), {"s.yaml": text})
    assert "asks for aws_kms" in only_problem(found)


def test_an_unchanged_file_is_opened_once_and_a_closed_one_again_after_a_while(
    person: Person, both: str, tmp_path: Path
) -> None:
    now = [0.0]
    counted = script(tmp_path, "sops", f'echo x >> {tmp_path}/runs; exec {person.sops} "$@"')
    opened = opener({**person.environment, **counted}, Clock(monotonic=lambda: now[0]))
    first, again = (folder_of(opened, {"s.yaml": both}) for _ in range(2))
    assert [a is b for a, b in zip(first.documents, again.documents, strict=True)] == [True, True]
    assert (tmp_path / "runs").read_text() == "x\n"

    here, away = person.key, person.key.with_name("away.txt")
    (tmp_path / "runs").unlink()
    opened = opener({**person.environment, **counted}, Clock(monotonic=lambda: now[0]))
    here.rename(away)
    try:
        assert folder_of(opened, {"s.yaml": both}).documents == ()
    finally:
        away.rename(here)
    assert folder_of(opened, {"s.yaml": both}).documents == ()
    now[0] = AGAIN_S
    assert len(folder_of(opened, {"s.yaml": both}).documents) == 2
    assert (tmp_path / "runs").read_text() == "x\nx\n"


def test_settings_of_sops_beside_the_file_or_above_it_are_not_read(
    person: Person, both: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".sops.yaml").write_text("stores: 5\n")  # sops ends with an error
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = folder_of(opener(person.environment), {"s.yaml": both, ".sops.yaml": "stores: 5\n"})
    assert found.problems == ()


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("sleep 30", "longer than"),
        ("head -c 40000000 /dev/zero", "printed more than"),
        ("echo 'kind: Secret hunter2 - [: {'", "what came out is not right"),
        ("echo 'kind: Secret'", "what came out is not right"),
        ("exit 0", "sops ended with 0"),
        ("echo hunter2 >&2; exit 3", "sops ended with 3"),
        ("cat /dev/stdin", "what came out is not right"),
    ],
)
def test_whatever_the_program_does_the_object_is_unknown_and_nothing_is_quoted(
    both: str, tmp_path: Path, does: str, reason: str
) -> None:
    limits = Limits(seconds=0.3 if does.startswith("sleep") else 60.0, output_bytes=2**20)
    sops = Sops(script(tmp_path, "sops", does), limits)
    found = folder_of(Opener(HERE, {}, sops=sops), {"s.yaml": both})
    assert reason in only_problem(found)
    assert "hunter2" not in only_problem(found)
    assert {one.name for one, _ in found.broken} == {"db", "conf"}


def test_sops_sees_keys_and_nothing_else_and_no_secret_stands_on_its_command_line(
    both: str, tmp_path: Path
) -> None:
    environment = {
        **script(tmp_path, "sops", f'env > {tmp_path}/seen; echo "$@" >> {tmp_path}/seen; exit 1'),
        "HOME": "/home/me",
        "SOPS_AGE_KEY": "AGE-SECRET-KEY-1",
        "AWS_SECRET_ACCESS_KEY": "a",
        "VAULT_TOKEN": "b",
        "KUBECONFIG": "c",
        "SOPS_KEYSERVICE": "tcp://elsewhere",
    }
    folder_of(opener(environment), {"s.yaml": both})
    seen = (tmp_path / "seen").read_text()
    assert "SOPS_AGE_KEY=AGE-SECRET-KEY-1" in seen
    assert "HOME=/home/me" in seen
    assert not any(word in seen for word in ("AWS_", "VAULT_", "KUBECONFIG", "KEYSERVICE"))
    assert seen.endswith("--decrypt --input-type=yaml --output-type=yaml /dev/stdin\n")


def test_files_that_take_too_long_together_are_left_for_the_next_time(
    both: str, tmp_path: Path
) -> None:
    now = [0.0]

    def late() -> float:
        now[0] += 2 * PATIENCE_S
        return now[0]

    environment = script(tmp_path, "sops", f"echo x >> {tmp_path}/runs; exit 1")
    files = {f"{number}.yaml": both for number in range(12)}
    found = folder_of(opener(environment, Clock(monotonic=late)), files)
    left = [problem for problem in found.problems if "others before it took too long" in problem]
    assert len(left) + len((tmp_path / "runs").read_text().splitlines()) == 12
    assert len(left) >= 12 - 2 * AT_ONCE
    assert found.passing == found.problems


def test_where_a_key_is_missing_one_run_answers_for_every_file_that_it_would_open(
    both: str, person: Person, tmp_path: Path
) -> None:
    runs = script(tmp_path, "sops", f'echo x >> {tmp_path}/runs; exec {person.sops} "$@"')
    opened = opener({**person.nobody, **runs})
    assert folder_of(opened, {"s.yaml": both}).documents == ()
    found = folder_of(opened, {f"{number}.yaml": both for number in range(12)})
    assert len(found.passing) == 12
    assert (tmp_path / "runs").read_text() == "x\n"


def test_what_the_server_would_refuse_is_told_by_its_key_alone(person: Person) -> None:
    text = person.encrypted(SECRET.replace("hunter2", "7312"))
    problem = only_problem(folder_of(opener(person.environment), {"s.yaml": text}))
    assert problem.endswith('stringData "password" is not text; quote it')
    assert "7312" not in problem


@pytest.mark.skipif(not isolating(), reason="this system cannot isolate a process")
def test_there_is_a_network_for_keys_elsewhere_alone(both: str, tmp_path: Path) -> None:
    environment = script(tmp_path, "sops", f"readlink /proc/self/ns/net > {tmp_path}/net; exit 1")
    kinds = (*OWN_KEYS, KeyKind.HC_VAULT)
    vault = both.replace("sops:\n", "sops:\n    hc_vault: [{key_name: a}]\n")
    ours = str(Path("/proc/self/ns/net").readlink())
    for text, is_ours in ((both, False), (vault, True)):
        folder_of(opener(environment), {"s.yaml": text}, kinds)
        assert ((tmp_path / "net").read_text().strip() == ours) is is_ours
