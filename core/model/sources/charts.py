"""Charts of chart repositories and registries: which one an app names, and where it is had."""

from dataclasses import dataclass

from typing_extensions import override

from core.model.sources.remotes import Remote

OCI = "oci://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart, and which of its versions are wanted."""

    name: str
    version: str  # one, or a range
    remote: Remote  # how its repository is asked, over https or http
    is_oci: bool = False  # a registry, which speaks another protocol

    @property
    def where(self) -> str:
        """Return the address of its repository, as settings have it."""
        address = str(self.remote.address).rstrip("/")
        return OCI + address.partition("://")[2] if self.is_oci else address

    @override
    def __str__(self) -> str:
        return f"{self.where}/{self.name}"
