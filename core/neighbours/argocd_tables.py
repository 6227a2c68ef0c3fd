"""What Argo CD's objects may state, and why it stays behind; None: it is carried, or moot here."""

from typing import Final

from core.neighbours.carrying import NOTHING, Table

_VALUES: Final = "put these values into a file of the repository and name it under values"
_KUSTOMIZE: Final = "write it into the kustomization"
_NAMESPACE: Final = "state the namespace itself in Git"

SPEC: Final[Table] = {
    "project": None,
    "source": None,  # a table of its own
    "sources": None,
    "destination": None,
    "syncPolicy.automated.enabled": None,
    "syncPolicy.automated.selfHeal": None,
    "syncPolicy.automated.prune": "not carried over: say `prune: true` to have Git's drops deleted",
    "syncPolicy.automated.allowEmpty": "not carried over: see `allow_empty`",
    "syncPolicy.syncOptions": None,  # a table of its own
    "syncPolicy.retry": None,  # what was refused is tried again anyway
    "syncPolicy.managedNamespaceMetadata": _NAMESPACE,
    "ignoreDifferences": None,
    "info": None,
    "revisionHistoryLimit": None,
    "sourceHydrator": "follow the branch that it writes to: revision",
}

SOURCE: Final[Table] = {
    "repoURL": None,
    "path": None,
    "targetRevision": None,
    "ref": None,
    "name": None,
    "chart": None,  # said with its repository
    "helm.releaseName": None,
    "helm.valueFiles": None,
    "helm.version": None,
    "helm.passCredentials": None,
    "helm.values": _VALUES,
    "helm.valuesObject": _VALUES,
    "helm.parameters": _VALUES,
    "helm.fileParameters": _VALUES,
    "helm.ignoreMissingValueFiles": "a file of values that is not there is an error here",
    "helm.skipCrds": NOTHING,
    "helm.skipTests": None,  # tests are always left out
    "helm.skipSchemaValidation": NOTHING,
    "helm.namespace": NOTHING,
    "helm.kubeVersion": NOTHING,
    "helm.apiVersions": NOTHING,
    "kustomize.version": None,
    **{
        f"kustomize.{edit}": _KUSTOMIZE
        for edit in (
            *("namePrefix", "nameSuffix", "namespace", "images", "replicas", "patches"),
            *("components", "commonLabels", "commonAnnotations", "commonAnnotationsEnvsubst"),
            *("labelWithoutSelector", "labelIncludeTemplates", "ignoreMissingComponents"),
            *("forceCommonLabels", "forceCommonAnnotations"),
        )
    },
    "kustomize.kubeVersion": NOTHING,
    "kustomize.apiVersions": NOTHING,
    "directory.recurse": None,
    "directory.include": None,
    "directory.exclude": None,
    "directory.jsonnet": "jsonnet is not rendered",
    "plugin": "plugins are not run",
}

OPTIONS: Final[Table] = {
    "ServerSideApply=true": None,  # always
    "RespectIgnoreDifferences=true": None,  # always
    "FailOnSharedResource=true": None,  # always
    "SkipDryRunOnMissingResource=true": None,  # a definition and its resources are one sync
    "ApplyOutOfSyncOnly=true": None,  # always
    "PruneLast=true": None,
    "Prune=false": None,
    "CreateNamespace=true": _NAMESPACE,
    "Replace=true": "objects are applied, never replaced",
    "Force=true": "nothing is deleted and made again",
    "Validate=false": "the server always validates",
}

PROJECT: Final[Table] = {
    "description": None,
    "destinations": None,
    "clusterResourceWhitelist": None,
    "sourceRepos": None,  # each app names its own
    "sourceNamespaces": None,
    "roles": "driftdeck acts as whoever runs it",
    "signatureKeys": "name the keys themselves: signed_by under repositories",
    "syncWindows": NOTHING,
    "orphanedResources": "name the namespaces under owns, and what is not in Git shows",
    "namespaceResourceWhitelist": NOTHING,
    "namespaceResourceBlacklist": NOTHING,
    "clusterResourceBlacklist": "name the kinds that it may touch: cluster_kinds",
    "permitOnlyProjectScopedClusters": None,
    "destinationServiceAccounts": "driftdeck acts as whoever runs it",
}
