"""core.model.sources.remotes: what names a repository elsewhere, and what only looks so."""

import pytest

from core.model.sources.remotes import Address, AddressError, address_of, is_address


@pytest.mark.parametrize(
    ("text", "address", "shown"),
    [
        (
            "https://Git.example/org/config.git",
            Address("https", "git.example", 443, "/org/config.git"),
            "https://git.example/org/config.git",
        ),
        ("https://h:8443/x/", Address("https", "h", 8443, "/x"), "https://h:8443/x"),
        ("git@h.example:org/x", Address("ssh", "h.example", 22, "org/x", "git"), "h.example:org/x"),
        ("ssh://me@h:2222/x", Address("ssh", "h", 2222, "/x", "me"), "ssh://h:2222/x"),
        ("https://[::1]:84/x", Address("https", "[::1]", 84, "/x"), "https://[::1]:84/x"),
        ("http://h/x", Address("http", "h", 80, "/x"), "http://h/x"),
    ],
)
def test_an_address_is_read_and_shown_without_its_user(
    text: str, address: Address, shown: str
) -> None:
    assert is_address(text)
    assert address_of(text) == address
    assert str(address) == shown


@pytest.mark.parametrize("text", [".", "../config", "/srv/a@b:c", "config", "-oProxyCommand=x"])
def test_a_path_on_this_machine_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://user:s3cret@h/x",
        "https://s3cret@h/x",
        "https://h/x?token=s3cret",
        "https://h/x#s3cret",
        "ssh://me:s3cret@h/x",
        "ssh://-oProxyCommand=s3cret/x",
        "git@-oProxyCommand=s3cret:x",
        "git@h:-s3cret",
        "git@h:--upload-pack=s3cret",
        "ext::sh -c s3cret",
        "ext::s3cret",
        "file:///etc/s3cret",
        "ftp://h/s3cret",
        "https://h/../s3cret",
        "https://h/%2e%2e/s3cret",
        "https://h",
        "https:///s3cret",
        "https://h:99999/s3cret",
        "https://169.254.169.254/s3cret",
        "https://[fe80::1]/s3cret",
        "https://h\x1b[31m/s3cret",
        "https://h /s3cret",
        "https://\u0440aypal.example/s3cret",
        "https://h/" + "s3cret" * 500,
        "ssh://-l@h/s3cret",
    ],
)
def test_what_would_not_be_asked_is_refused_without_being_repeated(text: str) -> None:
    assert is_address(text)
    with pytest.raises(AddressError) as caught:
        address_of(text)
    assert "s3cret" not in str(caught.value)
