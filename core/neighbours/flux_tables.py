"""What Flux's objects may state, and why it stays behind; None: it is carried, or moot here."""

from typing import Final

from core.neighbours.carrying import NOTHING, Table

_CREDENTIALS: Final = "name the credentials: token_file or ssh_key under repositories"
_OWN_RIGHTS: Final = "driftdeck acts as whoever runs it"
_WAITS: Final = "say depends_on where an app is to wait for others"
_KUSTOMIZE: Final = "write it into the kustomization"
_VALUES: Final = "put these values into a file of the repository and name it under values"
_HELM: Final = "objects are applied as they are rendered; helm itself installs nothing"

SOURCE: Final[Table] = {  # GitRepository
    "url": None,
    "ref": None,
    "interval": None,
    "timeout": None,
    "suspend": None,
    "provider": None,
    "secretRef": _CREDENTIALS,
    "proxySecretRef": "name the proxy in the environment: https_proxy",
    "verify": "name the keys: signed_by under repositories",
    "ignore": None,  # its lines are read one by one
    "recurseSubmodules": "submodules are refused",
    "include": "other repositories are not copied into this one",
    "sparseCheckout": None,  # nothing is checked out
    "serviceAccountName": _OWN_RIGHTS,
}

KUSTOMIZATION: Final[Table] = {
    "sourceRef": None,
    "path": None,
    "interval": None,  # new commits are seen by `poll`, drift as it happens
    "retryInterval": None,
    "timeout": None,
    "suspend": None,
    "wait": NOTHING,
    "prune": "not carried over: say `prune: true` to have Git's drops deleted",
    "deletionPolicy": None,
    "targetNamespace": "objects that name another namespace keep it",
    "dependsOn": _WAITS,
    "healthChecks": NOTHING,
    "healthCheckExprs": NOTHING,
    "decryption": "sops finds its keys by itself: give them to whoever runs driftdeck",
    "postBuild": "variables in manifests are not replaced",
    "force": "nothing is deleted and made again",
    "kubeConfig": None,  # said with its cluster
    "serviceAccountName": _OWN_RIGHTS,
    **dict.fromkeys(
        (
            *("patches", "patchesStrategicMerge", "patchesJson6902", "images", "components"),
            *("namePrefix", "nameSuffix", "commonMetadata", "ignoreMissingComponents"),
            "buildMetadata",
        ),
        _KUSTOMIZE,
    ),
}

RELEASE: Final[Table] = {  # HelmRelease
    "chart.metadata": None,
    "chart.spec.chart": None,
    "chart.spec.version": None,
    "chart.spec.sourceRef": None,
    "chart.spec.interval": None,
    "chart.spec.reconcileStrategy": None,
    "chart.spec.valuesFiles": None,
    "chart.spec.valuesFile": "name it under values",
    "chart.spec.ignoreMissingValuesFiles": "a file of values that is not there is an error here",
    "chart.spec.verify": "charts are not verified by their signatures",
    "chartRef": None,
    "interval": None,
    "timeout": None,
    "suspend": None,
    "releaseName": None,
    "targetNamespace": None,
    "storageNamespace": None,
    "maxHistory": None,
    "persistentClient": None,
    "driftDetection.mode": None,
    "driftDetection.ignore": None,
    "values": _VALUES,
    "valuesFrom": _VALUES,
    "dependsOn": _WAITS,
    "install": _HELM,
    "upgrade": _HELM,
    "rollback": _HELM,
    "uninstall": _HELM,
    "test": _HELM,
    "postRenderers": "other programs do not change what is rendered",
    "commonMetadata": NOTHING,
    "kubeConfig": None,  # said with its cluster
    "serviceAccountName": _OWN_RIGHTS,
}
