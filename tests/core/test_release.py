"""Which release runs."""

from core.release import version_of


def test_what_is_not_installed_has_no_version() -> None:
    assert version_of("no-package-of-this-name") == ""
    assert version_of("dulwich").startswith("1.")
