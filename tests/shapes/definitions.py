"""Twelve large CustomResourceDefinitions, as a monitoring operator brings them.

Each holds pod-shaped parts with everything that makes such schemas large and hard to compare:
keyed lists, sets, atomic maps, defaults inside list entries, quantities as int-or-string, embedded
objects, nullable fields and parts without a schema.
"""

from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

GROUP: Final = "monitoring.shapes.example"

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
NUMBER: Final[Schema] = {"type": "integer", "format": "int32"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT, "x-kubernetes-list-type": "atomic"}
LABELS: Final[Schema] = {"type": "object", "additionalProperties": TEXT}
FREE: Final[Schema] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
DURATION: Final[Schema] = {"type": "string", "pattern": "^(0|(([0-9]+)(ms|s|m|h|d|w|y))+)$"}
QUANTITY: Final[Schema] = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "pattern": (
        r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
        r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?[0-9]+))?$"
    ),
    "x-kubernetes-int-or-string": True,
}
PORT: Final[Schema] = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "x-kubernetes-int-or-string": True,
}


def default(schema: Schema, value: Any) -> Schema:
    """The same field with a value of its own."""
    return {**schema, "default": value}


def record(*required: str, **fields: Schema) -> Schema:
    """An object with declared fields."""
    named = {name.rstrip("_"): {"description": _words(name), **f} for name, f in fields.items()}
    made: Schema = {"type": "object", "properties": named}
    return made | ({"required": [*required]} if required else {})


def keyed(item: Schema, *keys: str) -> Schema:
    """A list whose entries are known by their keys."""
    return {
        "type": "array",
        "items": item,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": [*keys],
    }


def several(item: Schema) -> Schema:
    """A list that is one value."""
    return {"type": "array", "items": item, "x-kubernetes-list-type": "atomic"}


def _words(name: str) -> str:
    return f"The {name.rstrip('_')} that the operator passes on; see its own documentation. " * 2


SELECTOR: Final = record(
    matchLabels=LABELS,
    matchExpressions=several(record("key", "operator", key=TEXT, operator=TEXT, values=TEXTS)),
) | {"x-kubernetes-map-type": "atomic"}
KEY_OF: Final = record("key", key=TEXT, name=default(TEXT, ""), optional=FLAG) | {
    "x-kubernetes-map-type": "atomic"
}
SECRET_OR_MAP: Final = record(secret=KEY_OF, configMap=KEY_OF)
TLS: Final = record(
    ca=SECRET_OR_MAP,
    cert=SECRET_OR_MAP,
    keySecret=KEY_OF,
    insecureSkipVerify=FLAG,
    serverName=TEXT,
    minVersion={"type": "string", "enum": ["TLS10", "TLS11", "TLS12", "TLS13"]},
)
AUTHORIZATION: Final = record(type=default(TEXT, "Bearer"), credentials=KEY_OF)
HTTP: Final = record(
    authorization=AUTHORIZATION,
    basicAuth=record(username=KEY_OF, password=KEY_OF),
    oauth2=record(
        clientId=SECRET_OR_MAP,
        clientSecret=KEY_OF,
        tokenUrl=TEXT,
        scopes=TEXTS,
        endpointParams=LABELS,
        tlsConfig=TLS,
    ),
    tlsConfig=TLS,
    followRedirects=FLAG,
    enableHTTP2=FLAG,
    proxyUrl=TEXT,
    noProxy=TEXT,
)
RELABEL: Final = several(
    record(
        action=default(TEXT, "replace"),
        sourceLabels=TEXTS,
        separator=TEXT,
        targetLabel=TEXT,
        regex=TEXT,
        modulus=NUMBER,
        replacement=TEXT,
    )
)
PROBE: Final = record(
    httpGet=record("port", path=TEXT, port=PORT, scheme=TEXT, host=TEXT),
    exec_=record(command=TEXTS),
    tcpSocket=record("port", port=PORT, host=TEXT),
    grpc=record("port", port=NUMBER, service=default(TEXT, "")),
    initialDelaySeconds=NUMBER,
    periodSeconds=NUMBER,
    timeoutSeconds=NUMBER,
    successThreshold=NUMBER,
    failureThreshold=NUMBER,
)
RESOURCES: Final = record(
    claims=keyed(record("name", name=TEXT, request=TEXT), "name"),
    limits={"type": "object", "additionalProperties": QUANTITY},
    requests={"type": "object", "additionalProperties": QUANTITY},
)
SECURITY: Final = record(
    runAsUser={"type": "integer", "format": "int64"},
    runAsGroup={"type": "integer", "format": "int64"},
    runAsNonRoot=FLAG,
    fsGroup={"type": "integer", "format": "int64"},
    readOnlyRootFilesystem=FLAG,
    allowPrivilegeEscalation=FLAG,
    capabilities=record(add=TEXTS, drop=TEXTS),
    seccompProfile=record("type", type=TEXT, localhostProfile=TEXT),
    supplementalGroups={"type": "array", "items": NUMBER, "x-kubernetes-list-type": "set"},
)
CONTAINER: Final = record(
    "name",
    name=TEXT,
    image=TEXT,
    command=TEXTS,
    args=TEXTS,
    workingDir=TEXT,
    imagePullPolicy=TEXT,
    env=keyed(
        record(
            "name",
            name=TEXT,
            value=TEXT,
            valueFrom=record(
                secretKeyRef=KEY_OF,
                configMapKeyRef=KEY_OF,
                fieldRef=record("fieldPath", apiVersion=TEXT, fieldPath=TEXT),
                resourceFieldRef=record("resource", resource=TEXT, divisor=QUANTITY),
            ),
        ),
        "name",
    ),
    ports=keyed(
        record(
            "containerPort",
            containerPort=NUMBER,
            protocol=default(TEXT, "TCP"),
            name=TEXT,
            hostPort=NUMBER,
        ),
        "containerPort",
        "protocol",
    ),
    volumeMounts=keyed(
        record("name", "mountPath", name=TEXT, mountPath=TEXT, subPath=TEXT, readOnly=FLAG),
        "mountPath",
    ),
    resources=RESOURCES,
    securityContext=SECURITY,
    livenessProbe=PROBE,
    readinessProbe=PROBE,
    startupProbe=PROBE,
)
TERM: Final = record(
    "topologyKey",
    labelSelector=SELECTOR,
    namespaceSelector=SELECTOR,
    namespaces=TEXTS,
    topologyKey=TEXT,
)
TERMS: Final = record(
    requiredDuringSchedulingIgnoredDuringExecution=several(TERM),
    preferredDuringSchedulingIgnoredDuringExecution=several(
        record("weight", "podAffinityTerm", weight=NUMBER, podAffinityTerm=TERM)
    ),
)
CLAIM: Final = record(
    apiVersion=TEXT,
    kind=TEXT,
    metadata=record(name=TEXT, labels=LABELS, annotations=LABELS),
    spec=record(
        accessModes=TEXTS,
        storageClassName=TEXT,
        volumeMode=TEXT,
        resources=RESOURCES,
        selector=SELECTOR,
    ),
)
POD: Final[dict[str, Schema]] = {
    "replicas": NUMBER,
    "image": TEXT,
    "version": TEXT,
    "paused": FLAG,
    "logLevel": {"type": "string", "enum": ["", "debug", "info", "warn", "error"]},
    "portName": default(TEXT, "web"),
    "podMetadata": record(labels=LABELS, annotations=LABELS, name=TEXT),
    "serviceAccountName": TEXT,
    "nodeSelector": LABELS,
    "priorityClassName": TEXT,
    "containers": keyed(CONTAINER, "name"),
    "initContainers": keyed(CONTAINER, "name"),
    "resources": RESOURCES,
    "securityContext": {**SECURITY, "nullable": True},
    "affinity": record(podAffinity=TERMS, podAntiAffinity=TERMS),
    "tolerations": several(
        record(key=TEXT, operator=TEXT, value=TEXT, effect=TEXT, tolerationSeconds=NUMBER)
    ),
    "topologySpreadConstraints": keyed(
        record(
            "topologyKey",
            "whenUnsatisfiable",
            "maxSkew",
            maxSkew=NUMBER,
            topologyKey=TEXT,
            whenUnsatisfiable=TEXT,
            labelSelector=SELECTOR,
            minDomains=NUMBER,
        ),
        "topologyKey",
        "whenUnsatisfiable",
    ),
    "storage": record(
        disableMountSubPath=FLAG,
        emptyDir=record(medium=TEXT, sizeLimit=QUANTITY),
        volumeClaimTemplate=CLAIM,
    ),
    "hostAliases": keyed(record("ip", ip=TEXT, hostnames=TEXTS), "ip"),
}
ENDPOINT: Final = record(
    port=TEXT,
    targetPort=PORT,
    path=TEXT,
    scheme=TEXT,
    params={"type": "object", "additionalProperties": TEXTS},
    interval=DURATION,
    scrapeTimeout=DURATION,
    honorLabels=default(FLAG, False),
    honorTimestamps=FLAG,
    relabelings=RELABEL,
    metricRelabelings=RELABEL,
    http=HTTP,
)
SELECTS: Final = record(any=FLAG, matchNames=TEXTS)
RULES: Final = keyed(
    record(
        "name",
        name=TEXT,
        interval=DURATION,
        limit=NUMBER,
        labels=LABELS,
        rules=several(
            record(
                "expr",
                alert=TEXT,
                record=TEXT,
                expr=PORT,
                for_=DURATION,
                keep_firing_for=DURATION,
                labels=LABELS,
                annotations=LABELS,
            )
        ),
    ),
    "name",
)
REMOTE: Final = several(
    record(
        "url",
        url=TEXT,
        name=TEXT,
        remoteTimeout=default(DURATION, "30s"),
        headers=LABELS,
        writeRelabelConfigs=RELABEL,
        http=HTTP,
        queueConfig=record(
            capacity=NUMBER,
            minShards=default(NUMBER, 1),
            maxShards=NUMBER,
            batchSendDeadline=DURATION,
        ),
    )
)
SCRAPING: Final[dict[str, Schema]] = {
    "scrapeInterval": default(DURATION, "30s"),
    "scrapeTimeout": DURATION,
    "externalLabels": LABELS,
    "serviceMonitorSelector": {**SELECTOR, "nullable": True},
    "podMonitorSelector": {**SELECTOR, "nullable": True},
    "probeSelector": {**SELECTOR, "nullable": True},
    "remoteWrite": REMOTE,
    "remoteRead": REMOTE,
    "web": record(pageTitle=TEXT, maxConnections=NUMBER, tlsConfig=TLS),
    "additionalScrapeConfigs": KEY_OF,
}
ROUTE: Final = record(
    receiver=TEXT,
    groupBy={"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"},
    groupWait=DURATION,
    groupInterval=DURATION,
    repeatInterval=DURATION,
    matchers=several(
        record("name", name=TEXT, value=TEXT, matchType=default(TEXT, "="), regex=FLAG)
    ),
    continue_=FLAG,
    routes=several(FREE),
)
MONITOR: Final[dict[str, Schema]] = {
    "selector": SELECTOR,
    "namespaceSelector": SELECTS,
    "jobLabel": TEXT,
    "targetLabels": TEXTS,
    "sampleLimit": {"type": "integer", "format": "int64"},
    "attachMetadata": record(node=default(FLAG, False)),
}

SPECS: Final[dict[str, dict[str, Schema]]] = {
    "MetricServer": {
        **POD,
        **SCRAPING,
        "retention": default(DURATION, "24h"),
        "retentionSize": TEXT,
        "walCompression": FLAG,
        "alerting": record(
            alertmanagers=several(
                record("name", "port", name=TEXT, namespace=TEXT, port=PORT, http=HTTP)
            )
        ),
        "thanos": record(image=TEXT, resources=RESOURCES, objectStorageConfig=KEY_OF),
    },
    "MetricAgent": {**POD, **SCRAPING, "mode": default(TEXT, "StatefulSet")},
    "AlertRouter": {
        **POD,
        "retention": default(DURATION, "120h"),
        "clusterPeers": TEXTS,
        "externalUrl": TEXT,
        "configSelector": SELECTOR,
        "web": record(httpConfig=record(http2=FLAG, headers=LABELS), tlsConfig=TLS),
    },
    "RuleServer": {
        **POD,
        "ruleSelector": SELECTOR,
        "queryEndpoints": TEXTS,
        "alertRelabel": RELABEL,
    },
    "ServiceTarget": {**MONITOR, "endpoints": several(ENDPOINT)},
    "PodTarget": {**MONITOR, "podMetricsEndpoints": several(ENDPOINT)},
    "ProbeTarget": {
        "module": TEXT,
        "prober": record("url", url=TEXT, scheme=TEXT, path=default(TEXT, "/probe"), proxyUrl=TEXT),
        "targets": record(
            staticConfig=record(
                static={"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"},
                labels=LABELS,
                relabelingConfigs=RELABEL,
            ),
            ingress=record(selector=SELECTOR, namespaceSelector=SELECTS),
        ),
        "interval": DURATION,
        "http": HTTP,
    },
    "ScrapeJob": {
        "staticConfigs": several(record(targets=TEXTS, labels=LABELS)),
        "kubernetesSDConfigs": several(
            record("role", role=TEXT, namespaces=record(names=TEXTS), http=HTTP)
        ),
        "consulSDConfigs": several(record("server", server=TEXT, services=TEXTS, http=HTTP)),
        "dnsSDConfigs": several(record("names", names=TEXTS, type=TEXT, port=NUMBER)),
        "relabelings": RELABEL,
        "http": HTTP,
    },
    "AlertRules": {"groups": RULES},
    "AlertRoute": {
        "route": ROUTE,
        "inhibitRules": several(record(sourceMatch=LABELS, targetMatch=LABELS, equal=TEXTS)),
        "receivers": keyed(
            record(
                "name",
                name=TEXT,
                webhookConfigs=several(
                    record(url=TEXT, urlSecret=KEY_OF, sendResolved=default(FLAG, True), http=HTTP)
                ),
                emailConfigs=several(
                    record(to=TEXT, from_=TEXT, smarthost=TEXT, tlsConfig=TLS, headers=LABELS)
                ),
            ),
            "name",
        ),
    },
    "Dashboard": {
        "folder": default(TEXT, "General"),
        "instanceSelector": SELECTOR,
        "resyncPeriod": default(DURATION, "5m"),
        "json": TEXT,
        "model": FREE,
        "datasources": several(record("inputName", inputName=TEXT, datasourceName=TEXT)),
        "plugins": keyed(record("name", "version", name=TEXT, version=TEXT), "name"),
    },
    "Datasource": {
        "name": TEXT,
        "type": TEXT,
        "access": default(TEXT, "proxy"),
        "url": TEXT,
        "isDefault": FLAG,
        "jsonData": FREE,
        "secureJsonData": FREE,
        "template": {"type": "object", "x-kubernetes-embedded-resource": True} | FREE,
    },
}


def definitions() -> list[Schema]:
    """The twelve definitions, in the order of their kinds."""
    return [_definition(kind, spec) for kind, spec in sorted(SPECS.items())]


def _definition(kind: str, spec: dict[str, Schema]) -> Schema:
    plural = f"{kind.lower()}s" if not kind.endswith("s") else kind.lower()
    conditions = keyed(
        record("type", "status", type=TEXT, status=TEXT, reason=TEXT, message=TEXT), "type"
    )
    status = record(conditions=conditions, availableReplicas=NUMBER)
    schema = record("spec", spec=record(**spec), status=status)
    schema["properties"] |= {"apiVersion": TEXT, "kind": TEXT, "metadata": {"type": "object"}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}", "annotations": {"controller-gen/version": "v1"}},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "categories": ["monitoring"]},
            "versions": [version],
        },
    }
