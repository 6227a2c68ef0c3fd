"""From a `ClusterSpec` to a `Login`: which server, which TLS, and where the credential comes from.

Fails closed: a user who is named but has no usable credential is an error, never an anonymous
request.
"""

import asyncio
import base64
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from msgspec.structs import asdict

from core.clock import Clock
from core.cluster.login.config import ClusterEntry, ExecEntry, UserEntry, shown
from core.cluster.login.headers import (
    checked_url,
    header_value,
    impersonation,
    is_host,
    server_url,
)
from core.cluster.login.kubeconfig import Entry, context_in, find_context, paths_of
from core.cluster.login.login import (
    Bearer,
    FileBearer,
    Files,
    FixedBearer,
    Login,
    read_token,
)
from core.cluster.login.plugin import PLUGIN_VERSION, Credential, PluginBearer, PluginCall
from core.cluster.login.pod import HOST, account_folder, pod_namespace
from core.cluster.login.proxies import proxy_for
from core.cluster.login.secret import SecretFile
from core.errors import DeniedError, UsageError
from core.model import ClusterSpec

_TLS_FILES: Final = ("certificate-authority", "client-certificate", "client-key")


async def log_in(
    spec: ClusterSpec,
    clock: Clock,
    *,
    context: str = "",
    tell: Callable[[str], None] = lambda _: None,
    name: Callable[[str, str], None] = lambda *_: None,
) -> Login:
    """Resolve *spec*.

    Args:
        spec: As the settings say.
        clock: For the age of tokens.
        context: The context that was found before: pinned, so that a `kubectl config use-context`
            under us never moves us to another cluster (F67).
        tell: Takes what a credential plugin says to the person while it waits.
        name: Takes the context and the user as soon as they are known.

    Raises:
        UsageError: No kubeconfig, no such context, something in it that we do not support.
        DeniedError: The user it names has no credential.
    """
    if spec.in_cluster or _only_pod(spec):
        return await _from_pod(clock)
    loader = (await _official()).kube_config
    if spec.secret is not None:
        return await _from_secret(loader, spec.secret, clock, name)
    wanted = context or spec.context
    entry = await asyncio.to_thread(find_context, paths_of(spec, os.environ), wanted)
    name(entry.name, _shown_user(entry))
    return await _from_entry(loader, entry, clock, tell)


def _only_pod(spec: ClusterSpec) -> bool:
    """Inside a pod without any kubeconfig kubectl uses the pod's account, and so do we."""
    elsewhere = spec.context or spec.kubeconfig or spec.secret is not None
    if elsewhere or HOST not in os.environ:
        return False
    return not any(Path(path).is_file() for path in paths_of(spec, os.environ))


async def _from_pod(clock: Clock) -> Login:
    module = (await _official()).incluster_config
    configuration = module.Configuration()
    folder = account_folder(os.environ)
    token, authorities = str(folder / "token"), str(folder / "ca.crt")
    loader = module.InClusterConfigLoader(
        token_filename=token, cert_filename=authorities, try_refresh_token=False
    )
    try:
        loader.load_and_set(configuration)
    except (module.ConfigException, OSError, ValueError) as error:
        where = f"this is no pod with an account in {folder}"
        raise UsageError(f"in_cluster, but {where}: {_one_line(error)}") from error
    return Login(
        context="in-cluster",
        server=configuration.host,
        namespace=pod_namespace(os.environ),
        user="service account of this pod",
        bearer=FileBearer(token, read_token(token), clock),
        tls=await _tls(configuration),
        proxy=proxy_for(configuration.host, os.environ),
        compressed=False,  # the server is next to us
        origin=Files([authorities]),
    )


async def _from_secret(
    loader: ModuleType,
    place: tuple[str, str],
    clock: Clock,
    name: Callable[[str, str], None],
) -> Login:
    """Read the kubeconfig of another cluster as the account of this pod."""
    secret = SecretFile(await _from_pod(clock), place, clock)
    content = await secret.read()
    entry = await asyncio.to_thread(context_in, content, secret.what)
    name(entry.name, _shown_user(entry))
    login = await _from_entry(loader, entry, clock, lambda _: None)
    return replace(login, origin=secret)


async def _from_entry(
    loader: ModuleType, entry: Entry, clock: Clock, tell: Callable[[str], None]
) -> Login:
    server = _server(entry)
    bearer = await _bearer(entry, clock, tell)
    certificate: Mapping[str, str] = {}
    if isinstance(bearer, PluginBearer):
        certificate = _certificate(await bearer.credential())
    configuration = loader.Configuration()
    tls = {**_tls_fields(entry.user, entry.user_folder), **certificate}
    cluster = {
        **_tls_fields(entry.cluster, entry.cluster_folder),
        "server": server,
        "insecure-skip-tls-verify": bool(entry.cluster.insecure_skip_tls_verify),
    }
    try:
        await loader.load_kube_config_from_dict(
            _reduced(cluster, tls), context="c", client_configuration=configuration
        )
    except (loader.ConfigException, OSError, ValueError) as error:
        raise UsageError(f"context {entry.name!r}: {_one_line(error)}") from error
    _check(entry, configuration, bearer)
    return Login(
        context=entry.name,
        server=server,
        namespace=entry.namespace,
        user=_shown_user(entry),
        bearer=bearer,
        tls=await _tls(configuration) if server.startswith("https") else None,
        server_hostname=_server_hostname(entry),
        proxy=_proxy(entry, server),
        compressed=not entry.cluster.disable_compression,
        headers=impersonation(entry.user, entry.user_name),
        origin=_files_of(tls, cluster),
    )


def _files_of(*sections: Mapping[str, object]) -> Files | None:
    """Return the files that a context names, which may be written anew while we run (F65)."""
    paths = [str(each[name]) for each in sections for name in _TLS_FILES if name in each]
    return Files(paths) if paths else None


def _server(entry: Entry) -> str:
    cluster, user = entry.cluster, entry.user
    authority = cluster.certificate_authority or cluster.certificate_authority_data
    certificate = user.client_certificate or user.client_certificate_data
    secure = bool(authority or certificate or cluster.insecure_skip_tls_verify)
    try:
        return server_url(cluster.server or "", secure=secure)
    except ValueError as error:
        raise UsageError(f"context {entry.name!r}: its server is {error}") from error


def _server_hostname(entry: Entry) -> str | None:
    name = entry.cluster.tls_server_name or None
    if name is not None and not is_host(name):
        raise UsageError(f"context {entry.name!r}: its tls-server-name is no name of a host")
    return name


def _shown_user(entry: Entry) -> str:
    name = entry.user_name or "anonymous"
    return f"{name} as {entry.user.as_}" if entry.user.as_ else name


def _reduced(cluster: Mapping[str, object], user: Mapping[str, object]) -> dict[str, object]:
    """Make a kubeconfig that holds the TLS material only: the loader sees no other credential."""
    return {
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": dict(cluster)}],
        "users": [{"name": "u", "user": dict(user)}],
    }


def _tls_fields(section: ClusterEntry | UserEntry, folder: str) -> dict[str, str]:
    """Return certificates and keys, relative file names made absolute (kubectl's rule)."""
    stated = asdict(section)
    files = {name: stated.get(name.replace("-", "_")) for name in _TLS_FILES}
    inline = {f"{name}-data": stated.get(f"{name}-data".replace("-", "_")) for name in _TLS_FILES}
    fields = {name: str(Path(folder, file)) for name, file in files.items() if file}
    return {**fields, **{name: content for name, content in inline.items() if content}}


def _certificate(credential: Credential) -> dict[str, str]:
    if not credential.client_certificate_data or not credential.client_key_data:
        return {}
    return {
        "client-certificate-data": _encoded(credential.client_certificate_data),
        "client-key-data": _encoded(credential.client_key_data),
    }


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode(errors="replace")).decode()


async def _bearer(entry: Entry, clock: Clock, tell: Callable[[str], None]) -> Bearer:
    """Choose the credential; one that stands in the file goes before a plugin, as in client-go."""
    user, who = entry.user, f"user {entry.user_name!r}"
    static = await _static(entry, clock)
    if static is not None:
        return static
    if user.auth_provider is not None:
        # Its OIDC refresh does not verify TLS without an extra CA; kubectl dropped the others.
        raise DeniedError(f"{who}: auth-provider is not supported; use an exec plugin")
    if user.exec is not None:
        return PluginBearer(_plugin_call(entry, user.exec), clock, tell)
    return FixedBearer(None)


async def _static(entry: Entry, clock: Clock) -> Bearer | None:
    user, who = entry.user, f"user {entry.user_name!r}"
    token = header_value((user.token or "").strip(), f"{who}: its token")
    if token and (user.username or user.password):
        raise UsageError(f"{who} has a token and a password: only one is allowed")
    if user.token_file:
        path = str(Path(entry.user_folder, user.token_file))
        read = await asyncio.to_thread(read_token, path)
        if not read and not token:
            raise DeniedError(f"{who}: tokenFile {shown(path)} holds no token")
        return FileBearer(path, read or token, clock)
    if token:
        return FixedBearer(f"Bearer {token}")
    if user.username:
        return FixedBearer("Basic " + _encoded(f"{user.username}:{user.password or ''}"))
    certificate = user.client_certificate or user.client_certificate_data
    if certificate and not (user.client_key or user.client_key_data):
        raise UsageError(f"{who} has a client certificate without its key")
    return FixedBearer(None) if certificate else None


def _plugin_call(entry: Entry, settings: ExecEntry) -> PluginCall:
    who = f"user {entry.user_name!r}"
    if settings.interactive_mode == "Always":
        raise DeniedError(f"{who}: its credential plugin wants a terminal")
    command = settings.command or ""
    if not command:
        raise UsageError(f"{who}: its credential plugin has no command")
    if os.sep in command:
        command = str(Path(entry.user_folder, command))
    return PluginCall(
        command=command,
        arguments=settings.args or (),
        environment={item.name: item.value or "" for item in settings.env or ()},
        api_version=settings.api_version or PLUGIN_VERSION,
        hint=_one_line(settings.install_hint or ""),
        cluster=_cluster_info(entry.cluster) if settings.provide_cluster_info else None,
    )


def _one_line(words: object) -> str:
    return " ".join(str(words).split())


def _cluster_info(cluster: ClusterEntry) -> dict[str, object]:
    stated: dict[str, object] = {
        "server": cluster.server,
        "tls-server-name": cluster.tls_server_name,
        "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
        "certificate-authority-data": cluster.certificate_authority_data,
        "disable-compression": cluster.disable_compression,
    }
    return {name: value for name, value in stated.items() if value}


def _check(entry: Entry, configuration: Any, bearer: Bearer) -> None:  # noqa: ANN401 - untyped
    """Refuse to go on as nobody in the name of somebody."""
    nothing = isinstance(bearer, FixedBearer) and bearer.empty
    if entry.user_name and nothing and not configuration.cert_file:
        raise DeniedError(f"user {entry.user_name!r} of context {entry.name!r} has no credential")


def _proxy(entry: Entry, server: str) -> str | None:
    proxy = entry.cluster.proxy_url or proxy_for(server, os.environ)
    if not proxy:
        return None
    if not proxy.startswith(("http://", "https://")):
        raise UsageError(f"context {entry.name!r}: only HTTP proxies are supported")
    try:
        return checked_url(proxy)
    except ValueError as error:
        raise UsageError(f"context {entry.name!r}: its proxy is {error}") from error


async def _official() -> Any:  # noqa: ANN401 - the library has no types
    return await asyncio.to_thread(_imported)


def _imported() -> ModuleType:
    from core.cluster.login import official  # noqa: PLC0415 - lazily: 0.3 s, in a thread

    return official


async def _tls(configuration: Any) -> ssl.SSLContext:  # noqa: ANN401 - the library has no types
    rest = (await _official()).rest
    # As kubectl: certificates of cluster-made authorities often lack what RFC 5280 strictly wants.
    configuration.disable_strict_ssl_verification = True
    try:
        client = await asyncio.to_thread(rest.RESTClientObject, configuration)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise UsageError(f"the cluster's certificates cannot be used: {error}") from error
    context = client.ssl_context
    assert isinstance(context, ssl.SSLContext)
    return context
