"""The files of the sample repository, in each of their versions."""

from typing import Final

# The shop ---------------------------------------------------------------------------------------


def namespace(name: str) -> str:
    """Return a namespace."""
    return f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n"


def web(version: str, *, replicas: int) -> str:
    """Return what serves the shop."""
    return _WEB.format(version=version, replicas=replicas)


_WEB: Final = """\
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


def config(cart_lifetime: str) -> str:
    """Return the shop's settings."""
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


DATABASE: Final = """\
apiVersion: v1
kind: Secret
metadata:
  name: cart-database
type: Opaque
stringData:
  username: cart
  password: a-sample-and-no-secret
"""

CART: Final = """\
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

INGRESS: Final = """\
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

CLEANUP: Final = """\
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


def prometheus(retention: str) -> str:
    """Return what keeps metrics for *retention*."""
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


def alerts(slow: str) -> str:
    """Return the rules of alerts; *slow* is when an answer is late."""
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


ACCESS: Final = """\
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

GRAFANA: Final = """\
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
