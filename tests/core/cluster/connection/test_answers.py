"""What an answer means (kubernetes.md section 4)."""

import json
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cluster.connection.answers import (
    AbsentError,
    Answer,
    NamespaceAbsentError,
    NotServedError,
    error_of,
    is_stale,
    retry_after_s,
    status_of,
    typed_paths,
    words_of,
)
from core.errors import (
    DeniedError,
    OutdatedError,
    ProductError,
    RejectedError,
    UnavailableError,
)
from tests.core.cluster.scripted import status

WALL = 1_700_000_000.0


def answer(code: int, body: object = None, *, retry_after: str = "", html: bool = False) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    content_type = "text/html" if html else "application/json"
    return Answer(code, raw, retry_after=retry_after, content_type=content_type)


def error(code: int, body: object = None, *, retry_after: str = "") -> ProductError:
    return error_of(answer(code, body, retry_after=retry_after), "patch maps in shop", wall=WALL)


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        (400, status(400, "BadRequest"), RejectedError),
        (401, status(401, "Unauthorized"), DeniedError),
        (403, status(403, "Forbidden", "may not"), DeniedError),
        (404, status(404, "NotFound", kind="namespaces"), NamespaceAbsentError),
        (404, status(404, "NotFound", kind="configmaps"), AbsentError),
        (404, b"404 page not found\n", NotServedError),
        (405, status(405, "MethodNotAllowed"), RejectedError),
        (409, status(409, "Conflict"), OutdatedError),
        (413, status(413, "RequestEntityTooLarge"), RejectedError),
        (422, status(422, "Invalid"), RejectedError),
        (429, status(429, "TooManyRequests"), UnavailableError),
        (500, status(500, "InternalError", "etcd is full"), UnavailableError),
        (500, status(500, "", "failed to create typed patch object (a/b): .spec"), RejectedError),
        (502, b"<html>bad gateway</html>", UnavailableError),
        (503, b"", UnavailableError),
        (504, status(504, "Timeout"), UnavailableError),
        (302, b"", UnavailableError),
    ],
)
def test_each_answer_has_its_error(code: int, body: object, expected: type[ProductError]) -> None:
    assert type(error(code, body)) is expected


def test_an_error_names_what_was_tried_and_repeats_the_servers_words() -> None:
    text = str(error(403, status(403, "Forbidden", 'User "a" cannot patch maps')))
    assert text == 'patch maps in shop: User "a" cannot patch maps'


def test_a_terminating_namespace_is_waited_for_although_it_is_a_403() -> None:
    body = status(403, "Forbidden", causes=[{"reason": "NamespaceTerminating"}])
    assert type(error(403, body)) is UnavailableError


def test_a_webhook_that_denies_speaks_about_the_manifest_not_about_rights() -> None:
    body = status(403, "", 'admission webhook "policy.example" denied the request: no root')
    assert type(error(403, body)) is RejectedError


def test_a_redirect_is_named_and_not_followed() -> None:
    assert "redirects (HTTP 301)" in str(error(301, b""))


def test_a_page_for_people_is_not_quoted() -> None:
    made = error_of(answer(502, b"<html>", html=True), "list", wall=WALL)
    assert str(made) == "list: HTTP 502 with a page for people"


def test_the_servers_delay_is_kept_with_the_error() -> None:
    made = error(503, status(503), retry_after="7")
    assert isinstance(made, UnavailableError)
    assert made.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("1", 1.0),
        ("60", 60.0),
        ("3600", 300.0),
        ("9" * 400, 300.0),
        (formatdate(WALL + 30, usegmt=True), 30.0),
        (formatdate(WALL + 9_999, usegmt=True), 300.0),
        (formatdate(WALL - 30, usegmt=True), None),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("٣", None),
        ("Thu, 99 Foo 2000", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_longer_than_five_minutes(
    header: str, expected: float | None
) -> None:
    assert retry_after_s(header, wall=WALL) == expected


@given(st.text(max_size=60))
def test_no_retry_after_breaks_anything(header: str) -> None:
    seconds = retry_after_s(header, wall=WALL)
    assert seconds is None or 0 <= seconds <= 300


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "Status"},
        {"kind": "Status", "code": None, "message": None, "details": None},
        {"kind": "Status", "details": {"causes": None}},
        {"kind": "Status", "details": {"causes": [{}]}},
        [],
        None,
        "text",
        b"\xff\xfe",
        b"",
        b"[" * 100_000,
    ],
)
def test_every_field_of_a_status_may_be_missing_or_odd(body: object) -> None:
    made = error(500, body)
    assert type(made) is UnavailableError
    assert str(made)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["kind", "message", "code", "details", "causes", "field", "reason"]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_no_json_breaks_the_reading_of_a_refusal(body: object) -> None:
    assert isinstance(error(422, body), RejectedError)


def test_a_version_too_new_and_one_too_old_are_both_stale() -> None:
    too_large = status(504, "Timeout", causes=[{"reason": "ResourceVersionTooLarge"}])
    assert is_stale(answer(504, too_large))
    assert is_stale(
        answer(504, status(504, "Timeout", "Too large resource version: 9, current: 1"))
    )
    assert is_stale(answer(410, status(410, "Expired")))
    assert not is_stale(answer(504, status(504, "Timeout")))


def test_the_fields_of_a_typed_patch_failure_are_found() -> None:
    message = (
        "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): "
        ".spec.replikas: field not declared in schema"
    )
    assert typed_paths(message) == ["spec.replikas"]


def refusal(*causes: tuple[str, str]) -> dict[str, object]:
    """What a server says to an invalid object: each reason in the message, and on its own."""
    words = ", ".join(f"{field}: {said}" for field, said in causes)
    listed = [
        {"reason": "FieldValueInvalid", "message": said, "field": field} for field, said in causes
    ]
    return status(422, "Invalid", f'Job.batch "j" is invalid: [{words}]', causes=listed)


DUMP = "core.PodTemplateSpec{" + 'A:"a: b", ' * 400 + "}"


@pytest.mark.parametrize("dump", [DUMP, '"' + "x" * 4000 + '"', "[]int{" + "1, " * 900 + "}"])
def test_a_value_that_a_refusal_repeats_is_cut_and_the_reason_behind_it_is_kept(dump: str) -> None:
    long = ("spec.template", f"Invalid value: {dump}: field is immutable")
    more = ("spec.selector", f"Invalid value: {dump}: does not match, either")
    words = words_of(status_of(answer(422, refusal(long, more))))
    assert "spec.template: Invalid value: " in words
    assert "…: field is immutable" in words.replace("}", "").replace('"', "")
    assert words.endswith(": does not match, either]")
    assert len(words) < 700


def test_a_long_text_without_reasons_keeps_its_beginning_and_its_end() -> None:
    body = status(422, "Invalid", "it says " + "very " * 1000 + "much")
    words = words_of(status_of(answer(422, body)))
    assert words.startswith("it says very")
    assert words.endswith("very much")
    assert len(words) <= 2001


def test_a_reason_that_quotes_nothing_is_kept_of_a_secret_and_told_once() -> None:
    why = "Forbidden: field is immutable when `immutable` is set"
    body = refusal(("data", why), ("data", why), ("type", 'Invalid value: "x": field is immutable'))
    assert words_of(status_of(answer(422, body)), secret=True) == (
        "Invalid: data: field is immutable when `immutable` is set, type: field is immutable"
    )


def test_nothing_of_a_secret_reaches_the_words() -> None:
    body = status(
        422,
        "Invalid",
        'Secret "s" is invalid: data[pw]: Invalid value: "hunter2"',
        causes=[{"reason": "FieldValueInvalid", "message": '"hunter2"', "field": "data[pw]"}],
    )
    assert words_of(status_of(answer(422, body)), secret=True) == "Invalid: data[pw]"
    typed = status(
        500,
        "",
        "failed to create typed patch object (shop/s; /v1, Kind=Secret): .data.pw: "
        'expected string, got &value.valueUnstructured{Value:"hunter2"}',
    )
    words = words_of(status_of(answer(500, typed)), secret=True)
    assert words == "failed to create typed patch object: data.pw"
