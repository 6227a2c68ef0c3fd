"""From a `ClusterSpec` to a `Login`: which server, which TLS, and where the credential comes from.

Fails closed: a user who is named but has no usable credential is an error, never an anonymous
request.
"""

import asyncio
import base64
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from core.clock import Clock
from core.cluster.login.kubeconfig import Entry, find_context, paths_of
from core.cluster.login.login import Bearer, FileBearer, FixedBearer, Login, read_token
from core.cluster.login.plugin import PLUGIN_VERSION, Credential, PluginBearer, PluginCall
from core.cluster.login.proxies import proxy_for
from core.errors import DeniedError, UsageError
from core.model import ClusterSpec

_POD: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TLS_FILES: Final = ("certificate-authority", "client-certificate", "client-key")


async def log_in(spec: ClusterSpec, clock: Clock, *, context: str = "") -> Login:
    """Resolve *spec*.

    Args:
        spec: As the settings say.
        clock: For the age of tokens.
        context: The context that was found before: pinned, so that a `kubectl config use-context`
            under us never moves us to another cluster (F67).

    Raises:
        UsageError: No kubeconfig, no such context, something in it that we do not support.
        DeniedError: The user it names has no credential.
    """
    if spec.in_cluster or _only_pod(spec):
        return await _from_pod(clock)
    loader = (await _official()).kube_config
    name = context or spec.context
    entry = await asyncio.to_thread(find_context, loader, paths_of(spec, os.environ), name)
    return await _from_entry(loader, entry, clock)


def _only_pod(spec: ClusterSpec) -> bool:
    """Inside a pod without any kubeconfig kubectl uses the pod's account, and so do we."""
    if spec.context or spec.kubeconfig or "KUBERNETES_SERVICE_HOST" not in os.environ:
        return False
    return not any(Path(path).is_file() for path in paths_of(spec, os.environ))


async def _from_pod(clock: Clock) -> Login:
    module = (await _official()).incluster_config
    configuration = module.Configuration()
    loader = module.InClusterConfigLoader(
        token_filename=str(_POD / "token"),
        cert_filename=str(_POD / "ca.crt"),
        try_refresh_token=False,
    )
    try:
        loader.load_and_set(configuration)
    except module.ConfigException as error:
        raise UsageError(f"in_cluster, but this is no pod with an account: {error}") from error
    path = str(_POD / "token")
    return Login(
        context="in-cluster",
        server=configuration.host,
        namespace=read_token(str(_POD / "namespace")),
        user="service account of this pod",
        bearer=FileBearer(path, read_token(path), clock),
        tls=await _tls(configuration),
        proxy=proxy_for(configuration.host, os.environ),
    )


async def _from_entry(loader: ModuleType, entry: Entry, clock: Clock) -> Login:
    bearer = _bearer(entry, clock)
    certificate: Mapping[str, str] = {}
    if isinstance(bearer, PluginBearer):
        certificate = _certificate(await bearer.credential())
    configuration = loader.Configuration()
    tls = {**_tls_fields(entry.user, entry.user_folder), **certificate}
    cluster = {
        **_tls_fields(entry.cluster, entry.cluster_folder),
        "server": str(entry.cluster["server"]),
        "insecure-skip-tls-verify": bool(entry.cluster.get("insecure-skip-tls-verify")),
    }
    try:
        await loader.load_kube_config_from_dict(
            _reduced(cluster, tls), context="c", client_configuration=configuration
        )
    except (loader.ConfigException, OSError, ValueError) as error:
        raise UsageError(f"context {entry.name!r}: {error}") from error
    _check(entry, configuration, bearer)
    return Login(
        context=entry.name,
        server=configuration.host,
        namespace=entry.namespace,
        user=entry.user_name or "anonymous",
        bearer=bearer,
        tls=await _tls(configuration) if configuration.host.startswith("https") else None,
        server_hostname=entry.cluster.get("tls-server-name") or None,
        proxy=_proxy(entry, configuration.host),
        headers=impersonation(entry.user),
    )


def _reduced(cluster: Mapping[str, object], user: Mapping[str, object]) -> dict[str, object]:
    """Make a kubeconfig that holds the TLS material only: the loader sees no other credential."""
    return {
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": dict(cluster)}],
        "users": [{"name": "u", "user": dict(user)}],
    }


def _tls_fields(section: Mapping[str, Any], folder: str) -> dict[str, str]:
    """Return certificates and keys, relative file names made absolute (kubectl's rule)."""
    fields = {name: str(Path(folder, section[name])) for name in _TLS_FILES if section.get(name)}
    inline = (f"{name}-data" for name in _TLS_FILES)
    return {**fields, **{name: section[name] for name in inline if section.get(name)}}


def _certificate(credential: Credential) -> dict[str, str]:
    if not credential.client_certificate_data or not credential.client_key_data:
        return {}
    return {
        "client-certificate-data": _encoded(credential.client_certificate_data),
        "client-key-data": _encoded(credential.client_key_data),
    }


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _bearer(entry: Entry, clock: Clock) -> Bearer:
    user = entry.user
    if user.get("exec"):
        return PluginBearer(_plugin_call(entry), clock)
    if user.get("auth-provider"):
        # Its OIDC refresh does not verify TLS without an extra CA; kubectl dropped the others.
        raise DeniedError(
            f"user {entry.user_name!r}: auth-provider is not supported; use an exec plugin"
        )
    if user.get("tokenFile"):
        path = str(Path(entry.user_folder, str(user["tokenFile"])))
        token = read_token(path)
        if not token:
            raise DeniedError(f"user {entry.user_name!r}: tokenFile {path} holds no token")
        return FileBearer(path, token, clock)
    if user.get("token"):
        return FixedBearer(f"Bearer {user['token']}")
    if user.get("username") and user.get("password"):
        pair = f"{user['username']}:{user['password']}"
        return FixedBearer(f"Basic {_encoded(pair)}")
    return FixedBearer(None)


def _plugin_call(entry: Entry) -> PluginCall:
    settings = entry.user["exec"]
    if settings.get("interactiveMode") == "Always":
        raise DeniedError(f"user {entry.user_name!r}: its credential plugin wants a terminal")
    command = str(settings.get("command") or "")
    if os.sep in command:
        command = str(Path(entry.user_folder, command))
    variables = settings.get("env") or []
    asks = bool(settings.get("provideClusterInfo"))
    return PluginCall(
        command=command,
        arguments=tuple(str(argument) for argument in settings.get("args") or ()),
        environment={str(item["name"]): str(item["value"]) for item in variables},
        api_version=str(settings.get("apiVersion") or PLUGIN_VERSION),
        hint=" ".join(str(settings.get("installHint") or "").split()),
        cluster=_cluster_info(entry) if asks else None,
    )


def _cluster_info(entry: Entry) -> dict[str, object]:
    names = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data")
    return {name: entry.cluster[name] for name in names if entry.cluster.get(name)}


def _check(entry: Entry, configuration: Any, bearer: Bearer) -> None:  # noqa: ANN401 - untyped
    """Refuse to go on as nobody in the name of somebody."""
    nothing = isinstance(bearer, FixedBearer) and bearer.empty
    if entry.user_name and nothing and not configuration.cert_file:
        raise DeniedError(f"user {entry.user_name!r} of context {entry.name!r} has no credential")


def impersonation(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the headers for a user's `as:`.

    The library leaves them out, so that the full identity would act.
    """
    headers = [("Impersonate-User", str(user["as"]))] if user.get("as") else []
    if user.get("as-uid"):
        headers.append(("Impersonate-Uid", str(user["as-uid"])))
    headers += [("Impersonate-Group", str(group)) for group in user.get("as-groups") or ()]
    extras = user.get("as-user-extra") or {}
    headers += [
        (f"Impersonate-Extra-{key}", str(value))
        for key, values in extras.items()
        for value in values
    ]
    return tuple(headers)


def _proxy(entry: Entry, server: str) -> str | None:
    proxy = entry.cluster.get("proxy-url") or proxy_for(server, os.environ)
    if proxy and not str(proxy).startswith(("http://", "https://")):
        raise UsageError(f"context {entry.name!r}: only HTTP proxies are supported")
    return str(proxy) if proxy else None


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
