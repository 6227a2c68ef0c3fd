"""A kubeconfig for the sandbox, written as JSON: every YAML reader takes it.

kubectl reads no credentials for a server without TLS (client-go, clientcmd), so the address of each
user carries the token, too: `http://HOST/as/TOKEN` is the same server, asked by that user.
"""

import json
from collections.abc import Mapping

PREFIX = "/as/"


def kubeconfig(url: str, tokens: Mapping[str, str], user: str, namespace: str) -> str:
    """Write one context for each user, called `sandbox-<user>`; that of *user* is current."""
    contexts = [
        {
            "name": f"sandbox-{name}",
            "context": {
                "cluster": f"sandbox-{name}",
                "user": f"sandbox-{name}",
                "namespace": namespace,
            },
        }
        for name in tokens
    ]
    clusters = [
        {"name": f"sandbox-{name}", "cluster": {"server": f"{url}{PREFIX}{one}"}}
        for name, one in tokens.items()
    ]
    users = [{"name": f"sandbox-{name}", "user": {"token": one}} for name, one in tokens.items()]
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": clusters,
        "users": users,
        "contexts": contexts,
        "current-context": f"sandbox-{user}",
        "preferences": {},
    }
    return json.dumps(content, indent=2) + "\n"
