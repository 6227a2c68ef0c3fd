"""core.manifests.sealed: ciphertext of sops is never taken for an object."""

import pytest

from core.manifests import DocumentCache, Listed, load, read
from tests.core.manifests.here import HERE

ENC = "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]"
SIGNS = f'{{mac: "{ENC}", lastmodified: "2026-01-01T00:00:00Z", version: 3.9.0}}'
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"


def test_an_encrypted_document_is_no_object_and_is_known_by_its_name() -> None:
    text = f'{SECRET}stringData: {{x: "{ENC}"}}\nsops: {SIGNS}\n'
    loaded = load("a.yaml", text.encode())
    assert (loaded.documents, loaded.faults) == ((), ())
    (part,) = loaded.sealed
    assert [(one.name, one.body, one.line) for one in part.named] == [("a", b"", 1)]
    assert part.text == text.encode()


def stated(kind: str, rest: str) -> str:
    api_version, _, name = kind.rpartition("/")
    return f"apiVersion: {api_version}\nkind: {name}\nmetadata: {{name: a}}\n{rest}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{SECRET}sops: {{version: 3}}\n",  # somebody's own field
        f"{SECRET}sops: text\n",
        f"{SECRET}stringData: {{sops: a}}\n",
        f"{SECRET}stringData: {{note: 'it looks like {ENC}'}}\n",
        stated("example.org/v1/X", "spec: {sops: {mac: a, lastmodified: b, version: c}}"),
        stated("bitnami.com/v1alpha1/SealedSecret", "spec: {encryptedData: {x: AgBy}}"),
        stated("external-secrets.io/v1/ExternalSecret", "spec: {}"),
        # Its operator opens it in the cluster.
        stated("isindir.github.com/v1alpha3/SopsSecret", f'spec: {{x: "{ENC}"}}\nsops: {SIGNS}'),
    ],
)
def test_an_ordinary_object_is_one(text: str) -> None:
    loaded = load("a.yaml", text.encode())
    assert (loaded.sealed, loaded.faults) == ((), ())
    assert [one.sealed for one in loaded.documents] == [False]


def test_ciphertext_without_the_block_of_sops_is_refused() -> None:
    loaded = load("a.yaml", f'{SECRET}stringData: {{x: "{ENC}"}}\n'.encode())
    assert loaded.documents == ()
    (fault,) = loaded.faults
    assert "no sops block to open them" in str(fault.error)
    assert fault.document is not None
    assert fault.document.sealed


def test_a_reader_that_opens_nothing_leaves_it_unknown() -> None:
    content = f'{SECRET}stringData: {{x: "{ENC}"}}\nsops: {SIGNS}\n'.encode()
    listed = Listed("a.yaml", "1", 0o100644, lambda: content, "a.yaml")
    found = read([listed], DocumentCache(HERE.outcomes))
    assert found.documents == ()
    assert [one.name for one, _ in found.broken] == ["a"]
    assert found.refused[0][0] == "a.yaml"
