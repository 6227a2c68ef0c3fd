"""The sample repository of the demo: two apps, three authors, and a month of history.

Plain values only; whoever wants the repository commits them (`core.demo.world`).  The newest commit
is meant to arrive after the first sync, so that a visitor sees Git ahead of the cluster too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SHOP: Final = "apps/shop"
MONITORING: Final = "apps/monitoring"

_MINUTE_S: Final = 60.0
_DAY_S: Final = 86_400.0
_INES: Final = "Ines Duarte <ines@shop.example>"
_TOM: Final = "Tom Okafor <tom@shop.example>"
_MEI: Final = "Mei Lin <mei@shop.example>"


@dataclass(frozen=True, slots=True)
class SampleCommit:
    """One commit of the sample's history."""

    author: str
    message: str
    age_s: float  # before now
    files: Mapping[str, bytes]


def history() -> tuple[SampleCommit, ...]:
    """Return the commits, oldest first."""
    return (
        _commit(_INES, "Add the shop: its namespace, web and a service", 34, {
            f"{SHOP}/namespace.yaml": _namespace("shop"),
            f"{SHOP}/web.yaml": _web("1.40.0", replicas=2),
        }),
        _commit(_MEI, "Watch the cluster with Prometheus", 33, {
            f"{MONITORING}/namespace.yaml": _namespace("monitoring"),
            f"{MONITORING}/prometheus.yaml": _prometheus("15d"),
            f"{MONITORING}/access.yaml": _ACCESS,
        }),
        _commit(_TOM, "Add the cart and its database password", 30, {
            f"{SHOP}/cart.yaml": _CART,
            f"{SHOP}/secret.yaml": _DATABASE,
        }),
        _commit(_TOM, "Move the shop's settings into a ConfigMap", 27, {
            f"{SHOP}/config.yaml": _config("30m"),
        }),
        _commit(_MEI, "Add Grafana next to Prometheus", 21, {
            f"{MONITORING}/grafana.yaml": _GRAFANA,
        }),
        _commit(_TOM, "Open the shop under shop.example", 19, {f"{SHOP}/ingress.yaml": _INGRESS}),
        _commit(_INES, "Web 1.41.2: faster search", 15, {
            f"{SHOP}/web.yaml": _web("1.41.2", replicas=2),
        }),
        _commit(_MEI, "Alert when the shop answers slowly", 12, {
            f"{MONITORING}/alerts.yaml": _alerts("1s"),
        }),
        _commit(_INES, "Run three webs before the sale\n\nTwo were at 80 % on Friday.", 9, {
            f"{SHOP}/web.yaml": _web("1.41.2", replicas=3),
        }),
        _commit(_TOM, "Remove abandoned carts every night", 6, {f"{SHOP}/cleanup.yaml": _CLEANUP}),
        _commit(_MEI, "Keep metrics for 30 days", 4, {
            f"{MONITORING}/prometheus.yaml": _prometheus("30d"),
        }),
        _commit(_INES, "Web 1.42.0: the new checkout", 2, {
            f"{SHOP}/web.yaml": _web("1.42.0", replicas=3),
        }),
        SampleCommit(_TOM, "Let carts live for two hours", 3 * _MINUTE_S, {
            f"{SHOP}/config.yaml": _config("2h").encode(),
        }),
    )  # fmt: skip


def _commit(author: str, message: str, days: int, files: Mapping[str, str]) -> SampleCommit:
    # Commits fall on different times of day: 37 minutes apart for each day of age.
    age_s = days * _DAY_S + days * 37 * _MINUTE_S
    return SampleCommit(
        author, message, age_s, {path: text.encode() for path, text in files.items()}
    )


# The shop ---------------------------------------------------------------------------------------


def _namespace(name: str) -> str:
    return f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n"


def _web(version: str, *, replicas: int) -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: shop/web:{version}
          ports:
            - containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
"""


def _config(cart_lifetime: str) -> str:
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
data:
  cart.lifetime: {cart_lifetime}
  search.results: "24"
  banner: |
    Free delivery until Sunday.
    Returns are free as well.
"""


_DATABASE: Final = """\
apiVersion: v1
kind: Secret
metadata:
  name: cart-database
type: Opaque
stringData:
  username: cart
  password: a-sample-and-no-secret
"""

_CART: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  labels:
    app: cart
spec:
  replicas: 2
  selector:
    matchLabels:
      app: cart
  template:
    metadata:
      labels:
        app: cart
    spec:
      containers:
        - name: cart
          image: shop/cart:0.9.3
          ports:
            - containerPort: 9000
          envFrom:
            - secretRef:
                name: cart-database
---
apiVersion: v1
kind: Service
metadata:
  name: cart
spec:
  selector:
    app: cart
  ports:
    - port: 9000
"""

_INGRESS: Final = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
"""

_CLEANUP: Final = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: remove-abandoned-carts
spec:
  schedule: "15 3 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: remove
              image: shop/cart:0.9.3
              args: [remove-abandoned, --older-than=7d]
"""

# Monitoring -------------------------------------------------------------------------------------


def _prometheus(retention: str) -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: prometheus
spec:
  replicas: 1
  selector:
    matchLabels: {{app: prometheus}}
  template:
    metadata:
      labels: {{app: prometheus}}
    spec:
      serviceAccountName: prometheus
      containers:
        - name: prometheus
          image: prom/prometheus:v3.4.1
          args:
            - --storage.tsdb.retention.time={retention}
          ports:
            - containerPort: 9090
---
apiVersion: v1
kind: Service
metadata:
  name: prometheus
spec:
  selector:
    app: prometheus
  ports:
    - port: 9090
"""


def _alerts(slow: str) -> str:
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: alerts
data:
  shop.rules: |
    groups:
      - name: shop
        rules:
          - alert: ShopSlow
            expr: histogram_quantile(0.95, shop_latency) > {slow.removesuffix("s")}
            for: 5m
"""


_ACCESS: Final = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: prometheus
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: prometheus
rules:
  - apiGroups: [""]
    resources: [nodes, pods, services]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: prometheus
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: prometheus
subjects:
  - kind: ServiceAccount
    name: prometheus
    namespace: monitoring
"""

_GRAFANA: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: grafana
spec:
  replicas: 1
  selector: {matchLabels: {app: grafana}}
  template:
    metadata:
      labels: {app: grafana}
    spec:
      containers:
        - name: grafana
          image: grafana/grafana:12.0.2
          ports:
            - containerPort: 3000
---
apiVersion: v1
kind: Service
metadata:
  name: grafana
spec:
  selector:
    app: grafana
  ports:
    - port: 3000
"""
