"""What a kubeconfig says, put into HTTP: the server's URL and headers that hold the identity.

Whatever HTTP cannot carry is refused here, in one line that names the user and never the value.
"""

from string import ascii_letters, digits
from typing import Final
from urllib.parse import quote, urlsplit

from core.cluster.login.config import UserEntry
from core.errors import DeniedError, UsageError

_NAME_BYTES: Final = frozenset((ascii_letters + digits + "!#$&'*+-.^_`|~").encode())  # RFC 7230
_PATH_SAFE: Final = "/%:@!$&'()*+,;=-._~"


def header_value(text: str, what: str) -> str:
    """Return *text* if a header can hold it.

    Raises:
        DeniedError: It has a line end or another control character; *what* names it.
    """
    if any(ord(letter) < ord(" ") or letter == "\x7f" for letter in text.replace("\t", "")):
        raise DeniedError(f"{what} holds a line end or another control character")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise DeniedError(f"{what} holds half a character")
    return text


def impersonation(user: UserEntry, name: str) -> tuple[tuple[str, str], ...]:
    """Return the headers for a user's `as:`.

    The library leaves them out, so that the full identity would act.

    Raises:
        UsageError: Groups or more without somebody to be.
        DeniedError: A header cannot hold it.
    """
    extras = user.as_user_extra or {}
    if not user.as_ and (user.as_uid or user.as_groups or extras):
        raise UsageError(f"user {name!r}: as-uid, as-groups and as-user-extra need an `as`")
    headers = [("Impersonate-User", user.as_ or ""), ("Impersonate-Uid", user.as_uid or "")]
    headers = [(header, value) for header, value in headers if value]
    headers += [("Impersonate-Group", group) for group in user.as_groups or ()]
    headers += [
        (f"Impersonate-Extra-{_header_name(key, name)}", value)
        for key, values in extras.items()
        for value in values or ()
    ]
    words = f"user {name!r}: what it acts as"
    return tuple((header, header_value(value, words)) for header, value in headers)


def _header_name(key: str, name: str) -> str:
    """Percent-encode every byte that the name of a header cannot hold, as client-go does."""
    encoded = header_value(key, f"user {name!r}: a key of as-user-extra").encode()
    return "".join(chr(byte) if byte in _NAME_BYTES else f"%{byte:02X}" for byte in encoded)


def server_url(text: str, *, secure: bool) -> str:
    """Return the URL of a server, without a slash at its end.

    Args:
        text: As the kubeconfig has it; kubectl lets the scheme be left out.
        secure: Whether TLS is meant where it is.

    Raises:
        ValueError: It is no URL of a server; the words do not repeat it.
    """
    whole = text if "://" in text else f"{'https' if secure else 'http'}://{text}"
    parts = urlsplit(checked_url(whole))
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL with a user name; name the user under users")
    # Query and fragment go, as in client-go: they could hold a token.
    return f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe=_PATH_SAFE).rstrip('/')}"


def checked_url(text: str) -> str:
    """Return *text* if it is an HTTP URL that names a host and a possible port.

    Raises:
        ValueError: It is none.
    """
    if not text.isprintable() or " " in text:
        raise ValueError("no URL: it holds a space or a control character")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("no URL: its host or port is not possible") from None
    if parts.scheme not in {"http", "https"}:
        raise ValueError("no HTTP URL")
    if port == 0 or not is_host(host):
        raise ValueError("no URL: its host or port is not possible")
    return text


def is_host(host: str) -> bool:
    """Tell whether a host may be called that."""
    try:
        return bool(host.encode("idna")) and host.isprintable() and not set(host) & set(' /\\%"<>')
    except UnicodeError:  # a label that is empty or too long
        return False
