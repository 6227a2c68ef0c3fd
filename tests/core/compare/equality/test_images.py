"""core.compare.equality.images: tags as the API server's parser finds them.

The expected values are those of github.com/distribution/reference v0.6.0; 100,000 made-up
references gave the same there and here.
"""

import pytest

from core.compare.equality.images import tag_of

SHA256 = f"sha256:{'0a' * 32}"


@pytest.mark.parametrize(
    ("reference", "tag"),
    [
        ("web", "latest"),
        ("web:1.2_x-y", "1.2_x-y"),
        ("a/b/web", "latest"),
        ("docker.io/web", "latest"),
        ("localhost/web", "latest"),
        ("registry:5000/web", "latest"),
        ("registry:5000/web:2", "2"),
        ("Registry.example.org/app", "latest"),
        ("127.0.0.1:80/web", "latest"),
        ("[2001:db8::1]:5000/web:3", "3"),
        ("my--app/a__b.c:v1", "v1"),
        (f"web@{SHA256}", ""),
        (f"web:latest@{SHA256}", "latest"),
        (f"web@sha512:{'0' * 128}", ""),
        (f"web:1@sha384:{'0' * 96}", "1"),
        (f"web:{'t' * 128}", "t" * 128),
        (f"example.org/{'a' * 255}:1", "1"),
        (f"localhost/{'a' * 255}", "latest"),
        (f"{'a' * 247}:1", "1"),  # on Docker Hub, and there in library/
        (f"a/{'b' * 253}:1", "1"),
    ],
)
def test_a_reference_has_a_tag_unless_a_digest_stands_alone(reference: str, tag: str) -> None:
    assert tag_of(reference) == tag


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ko://shop.example.org/cmd/web",
        "Registry.example.org/App:1",
        "Web:1",
        "${IMAGE}:1",
        "<image>",
        "a___b:1",
        "a..b:1",
        "web:.1",
        "web:",
        "web:1:2",
        "web :1",
        "web:1\n",
        "registry:port/web:1",
        "a/b//c:1",
        "0a" * 32,  # an identifier and no name
        "web:latest@sha256:0",
        f"web:latest@sha256:{'0A' * 32}",
        f"web:latest@md5:{'0' * 32}",
        f"web:{'t' * 129}",
        f"example.org/{'a' * 256}:1",
        f"{'a' * 248}:1",
    ],
)
def test_what_is_no_reference_has_none(text: str) -> None:
    assert tag_of(text) == ""
