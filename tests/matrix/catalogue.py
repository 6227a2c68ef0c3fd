"""The list: every kind of live change that the drift matrix makes."""

from tests.matrix.changes import Case, Change, Edit, Nature, Who
from tests.matrix.objects import Json


def _container(found: Json) -> Json:
    made: Json = found["spec"]["template"]["spec"]["containers"][0]
    return made


def _set_env(name: str, value: str) -> Edit:
    def edit(found: Json) -> None:
        entries = _container(found)["env"]
        _drop_env(name)(found)
        entries.append({"name": name, "value": value})

    return edit


def _drop_env(name: str) -> Edit:
    def edit(found: Json) -> None:
        entries = _container(found)["env"]
        entries[:] = [entry for entry in entries if entry["name"] != name]

    return edit


def _annotate(key: str, value: str) -> Edit:
    return lambda found: found["metadata"].setdefault("annotations", {}).update({key: value})


def _add_container(found: Json) -> None:
    found["spec"]["template"]["spec"]["containers"].append(
        {"name": "spy", "image": "registry.example/spy:1"}
    )


def _drop_port(found: Json) -> None:
    ports = found["spec"]["ports"]
    ports[:] = [port for port in ports if port["name"] != "metrics"]


def _in_order(*edits: Edit) -> Edit:
    def edit(found: Json) -> None:
        for each in edits:
            each(found)

    return edit


def _opt_out(key: str, value: str) -> Change:
    return Change(
        f"opt-out annotation ({key.partition('/')[2]})",
        "ConfigMap",
        f'metadata.annotations["{key}"]',
        Nature.ADDED,
        _annotate(key, value),
        ("annotate", "configmap/{name}", f"{key}={value}"),
    )


def _opted_out(key: str, value: str) -> Change:
    return Change(
        f"image, beside {key.partition('/')[2]}: {value}",
        "Deployment",
        f"{_WEB}.image",
        Nature.CHANGED,
        _in_order(_annotate(key, value), _IMAGE),
        marked=True,
    )


_POD = "spec.template.spec"
_WEB = f"{_POD}.containers[name=web]"
_IMAGE: Edit = lambda found: _container(found).update(image="registry.example/web:2")  # noqa: E731
_RULE = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
_NOT_BY_APPLY = (
    Who.KUBECTL,
    Who.CLIENT,
    Who.CONTROLLER,
    Who.CLIENT_SIDE,
)  # our own entry keeps it there
_ADD, _SET, _CUT = Nature.ADDED, Nature.CHANGED, Nature.REMOVED

CHANGES = (
    Change(
        "environment variable",
        "Deployment",
        f"{_WEB}.env[name=EXTRA]",
        _ADD,
        _set_env("EXTRA", "1"),
        ("set", "env", "deployment/{name}", "-c", "web", "EXTRA=1"),
    ),
    Change(
        "label",
        "Deployment",
        "metadata.labels.extra",
        _ADD,
        lambda found: found["metadata"]["labels"].update(extra="yes"),
        ("label", "deployment/{name}", "extra=yes"),
    ),
    Change(
        "annotation",
        "Deployment",
        "metadata.annotations.extra",
        _ADD,
        _annotate("extra", "yes"),
        ("annotate", "deployment/{name}", "extra=yes"),
    ),
    Change("container", "Deployment", f"{_POD}.containers[name=spy]", _ADD, _add_container),
    Change(
        "ConfigMap key",
        "ConfigMap",
        "data.extra",
        _ADD,
        lambda found: found["data"].update(extra="1"),
        ("patch", "configmap/{name}", "-p", '{"data":{"extra":"1"}}'),
    ),
    Change(
        "Secret key",
        "Secret",
        "data.extra",
        _ADD,
        lambda found: found["data"].update(extra="ZXh0cmE="),
        ("patch", "secret/{name}", "-p", '{"data":{"extra":"ZXh0cmE="}}'),
    ),
    Change(
        "Service port",
        "Service",
        "spec.ports[port=9999,protocol=TCP]",
        _ADD,
        lambda found: found["spec"]["ports"].append({"name": "extra", "port": 9999}),
    ),
    Change(
        "RBAC rule (one more)",
        "Role",
        "rules",
        _SET,
        lambda found: found["rules"].append(_RULE),
        guarded=True,
    ),
    Change(
        "defaulted field set",
        "Deployment",
        f"{_POD}.terminationGracePeriodSeconds",
        _ADD,
        lambda found: found["spec"]["template"]["spec"].update(terminationGracePeriodSeconds=5),
    ),
    Change(
        "image",
        "Deployment",
        f"{_WEB}.image",
        _SET,
        _IMAGE,
        ("set", "image", "deployment/{name}", "web=registry.example/web:2"),
    ),
    Change(
        "replicas",
        "Deployment",
        "spec.replicas",
        _SET,
        lambda found: found["spec"].update(replicas=7),
        ("scale", "deployment/{name}", "--replicas=7"),
    ),
    Change(
        "environment value",
        "Deployment",
        f"{_WEB}.env[name=MODE].value",
        _SET,
        _set_env("MODE", "debug"),
        ("set", "env", "deployment/{name}", "-c", "web", "MODE=debug"),
    ),
    Change(
        "label value",
        "Deployment",
        "metadata.labels.team",
        _SET,
        lambda found: found["metadata"]["labels"].update(team="b"),
        ("label", "deployment/{name}", "team=b", "--overwrite"),
    ),
    Change(
        "resources",
        "Deployment",
        f"{_WEB}.resources.requests.cpu",
        _SET,
        lambda found: _container(found)["resources"]["requests"].update(cpu="2"),
        ("set", "resources", "deployment/{name}", "-c", "web", "--requests=cpu=2,memory=128Mi"),
    ),
    Change(
        "ConfigMap value",
        "ConfigMap",
        "data.mode",
        _SET,
        lambda found: found["data"].update(mode="debug"),
        ("patch", "configmap/{name}", "-p", '{"data":{"mode":"debug"}}'),
    ),
    Change(
        "Secret value",
        "Secret",
        "data.token",
        _SET,
        lambda found: found["data"].update(token="b3RoZXI="),
        ("patch", "secret/{name}", "-p", '{"data":{"token":"b3RoZXI="}}'),
    ),
    Change(
        "Service target port",
        "Service",
        "spec.ports[port=80,protocol=TCP].targetPort",
        _SET,
        lambda found: found["spec"]["ports"][0].update(targetPort=9090),
    ),
    Change(
        "RBAC verbs",
        "Role",
        "rules",
        _SET,
        lambda found: found["rules"][0].update(verbs=["*"]),
        guarded=True,
    ),
    Change(
        "environment variable",
        "Deployment",
        f"{_WEB}.env[name=LEVEL]",
        _CUT,
        _drop_env("LEVEL"),
        ("set", "env", "deployment/{name}", "-c", "web", "LEVEL-"),
        _set_env("LEVEL", "9"),
    ),
    Change(
        "label",
        "Deployment",
        "metadata.labels.team",
        _CUT,
        lambda found: found["metadata"]["labels"].pop("team"),
        ("label", "deployment/{name}", "team-"),
        lambda found: found["metadata"]["labels"].update(team="b"),
    ),
    Change(
        "annotation",
        "Deployment",
        "metadata.annotations.owner",
        _CUT,
        lambda found: found["metadata"]["annotations"].pop("owner"),
        ("annotate", "deployment/{name}", "owner-"),
        _annotate("owner", "b"),
    ),
    Change(
        "resources",
        "Deployment",
        f"{_WEB}.resources",
        _CUT,
        lambda found: _container(found).pop("resources"),
        taken=lambda found: _container(found)["resources"]["requests"].update(cpu="2"),
    ),
    Change(
        "container",
        "Deployment",
        f"{_POD}.containers[name=log]",
        _CUT,
        lambda found: found["spec"]["template"]["spec"]["containers"].pop(),
        by=_NOT_BY_APPLY,
    ),
    Change(
        "ConfigMap key",
        "ConfigMap",
        "data.level",
        _CUT,
        lambda found: found["data"].pop("level"),
        ("patch", "configmap/{name}", "-p", '{"data":{"level":null}}'),
        lambda found: found["data"].update(level="9"),
    ),
    Change(
        "Secret key",
        "Secret",
        "data.password",
        _CUT,
        lambda found: found["data"].pop("password"),
        ("patch", "secret/{name}", "-p", '{"data":{"password":null}}'),
        lambda found: found["data"].update(password="b3RoZXI="),
    ),
    Change(
        "Service port",
        "Service",
        "spec.ports[port=9090,protocol=TCP]",
        _CUT,
        _drop_port,
        by=_NOT_BY_APPLY,
    ),
    Change(
        "RBAC rule (one less)",
        "Role",
        "rules",
        _SET,
        lambda found: found["rules"].pop(),
        guarded=True,
    ),
    _opt_out("argocd.argoproj.io/compare-options", "IgnoreExtraneous"),
    _opt_out("argocd.argoproj.io/sync-options", "Prune=false"),
    _opt_out("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    _opted_out("argocd.argoproj.io/compare-options", "IgnoreExtraneous"),
    _opted_out("kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    Change(
        "object",
        "ConfigMap",
        "",
        Nature.DELETED,
        kubectl=("delete", "configmap/{name}"),
        by=(Who.KUBECTL, Who.CLIENT),
    ),
    Change(
        "object in a namespace of the app", "ConfigMap", "", Nature.CREATED, kubectl=("create",)
    ),
)

CASES = tuple(
    Case(number, change, who)
    for number, (change, who) in enumerate((c, who) for c in CHANGES for who in c.by)
)
