"""What a kubeconfig file may say; types are checked as strictly as kubectl checks them."""

import msgspec


class _Section(msgspec.Struct, rename="kebab", kw_only=True):
    """Absent and null are the same; what is not listed is left alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"


class Variable(_Section):
    """One environment variable of a plugin."""

    name: str = ""
    value: str | None = None


class ExecEntry(_Section, rename="camel"):
    """How a credential plugin is run."""

    command: str | None = None
    args: tuple[str, ...] | None = None
    env: tuple[Variable, ...] | None = None
    api_version: str | None = None
    install_hint: str | None = None
    interactive_mode: str | None = None
    provide_cluster_info: bool | None = None


class Provider(_Section):
    """A plugin compiled into kubectl; only its name matters, to refuse it."""

    name: str | None = None


class UserEntry(_Section):
    """Who we are."""

    client_certificate: str | None = None
    client_certificate_data: str | None = None
    client_key: str | None = None
    client_key_data: str | None = None
    token: str | None = None
    token_file: str | None = msgspec.field(default=None, name="tokenFile")
    username: str | None = None
    password: str | None = None
    as_: str | None = msgspec.field(default=None, name="as")
    as_uid: str | None = None
    as_groups: tuple[str, ...] | None = None
    as_user_extra: dict[str, tuple[str, ...] | None] | None = None
    auth_provider: Provider | None = None
    exec: ExecEntry | None = None


class ClusterEntry(_Section):
    """Where a server is."""

    server: str | None = None
    tls_server_name: str | None = None
    insecure_skip_tls_verify: bool | None = None
    disable_compression: bool | None = None
    certificate_authority: str | None = None
    certificate_authority_data: str | None = None
    proxy_url: str | None = None


class ContextEntry(_Section):
    """A server, a user and a namespace."""

    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None


class NamedUser(_Section):
    """A user by its name."""

    name: str = ""
    user: UserEntry | None = None


class NamedCluster(_Section):
    """A server by its name."""

    name: str = ""
    cluster: ClusterEntry | None = None


class NamedContext(_Section):
    """A context by its name."""

    name: str = ""
    context: ContextEntry | None = None


class File(_Section):
    """One file; any part of it may be missing."""

    api_version: str | None = msgspec.field(default=None, name="apiVersion")
    kind: str | None = None
    current_context: str | None = None
    contexts: tuple[NamedContext, ...] | None = None
    clusters: tuple[NamedCluster, ...] | None = None
    users: tuple[NamedUser, ...] | None = None


def shown(text: str) -> str:
    """Put a name of a kubeconfig into one line, whatever it holds."""
    return text if text.isprintable() else ascii(text)
