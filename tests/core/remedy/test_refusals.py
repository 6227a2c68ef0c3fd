"""Who refuses, in the words that API servers use."""

import pytest

from core.remedy.refusals import is_immutable, refusal


@pytest.mark.parametrize(
    ("words", "by", "name"),
    [
        (
            'admission webhook "guard.example.com" denied the request: no',
            "webhook",
            "guard.example.com",
        ),
        (
            'Internal error occurred: failed calling webhook "v.kyverno.svc": no endpoints',
            "webhook",
            "v.kyverno.svc",
        ),
        (
            "ValidatingAdmissionPolicy 'tags' with binding 'all' denied request: no tag",
            "policy",
            "tags",
        ),
        (
            'pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1',
            "quota",
            "small",
        ),
        (
            'pods "a" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
            "limit",
            "",
        ),
        ("Invalid: spec.selector: field is immutable", "immutable", ""),
        (
            "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden",
            "immutable",
            "",
        ),
        ("patch configmaps in web: the namespace web does not exist", "namespace", "web"),
        ('namespaces "web" not found', "namespace", "web"),
        ("you may not create configmaps in namespace web", "rbac", ""),
        ('User "ada" cannot patch resource "secrets" in API group ""', "rbac", ""),
    ],
)
def test_who_refuses_is_read_from_the_words(words: str, by: str, name: str) -> None:
    found = refusal(words)
    assert found is not None
    assert (found.by, found.name) == (by, name)
    assert found.hint


@pytest.mark.parametrize("words", ["", "connection refused", "spec.replicas: must be a number"])
def test_of_other_words_nothing_is_claimed(words: str) -> None:
    assert refusal(words) is None


def test_a_webhook_that_speaks_of_immutable_fields_is_still_the_webhook() -> None:
    assert not is_immutable('admission webhook "w" denied the request: name is immutable')
    assert is_immutable("data: field is immutable when `immutable` is set")
