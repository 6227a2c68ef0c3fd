"""Make `core/sandbox/types/openapi.json.gz`: the schemas of the kinds the sandbox serves.

Run once for each Kubernetes version, from the root of the repository.  It asks a real API server
for its own OpenAPI v3 documents; the argument is the output of `gotypes/main.go`, built in a copy
of `tests/apiserver/modules/apiserver`:

    python -m tests.contract.make_openapi SHAPES.json
"""

import gzip
import json
import sys
from pathlib import Path
from typing import cast

from core.sandbox.types.kinds import BUILT_IN
from tests.apiserver.server import ApiServer

TARGET = Path(__file__).parents[2] / "core" / "sandbox" / "types" / "openapi.json.gz"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_ALWAYS = [
    *(
        _META + name
        for name in ("Status", "DeleteOptions", "WatchEvent", "Patch", "APIResourceList")
    ),
    "io.k8s.api.autoscaling.v1.Scale",
    "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
    "io.k8s.api.authorization.v1.SelfSubjectRulesReview",
]


def without_descriptions(value: object, *, names: bool = False) -> object:
    """Drop every `description`, but not a property of that name."""
    if isinstance(value, list):
        return [without_descriptions(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_descriptions(item, names=key == "properties" and not names)
        for key, item in value.items()
        if names or key != "description"
    }


def references(value: object) -> set[str]:
    """Name the schemas that *value* refers to."""
    if isinstance(value, list):
        return set().union(*(references(item) for item in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set().union(*(references(item) for item in value.values())) if value else set()
    target = value.get("$ref")
    if isinstance(target, str):
        found.add(target.rsplit("/", 1)[-1])
    return found


def published() -> dict[str, object]:
    """Return every schema that a real server publishes, by name."""
    schemas: dict[str, object] = {}
    with ApiServer() as server:
        client = server.client("admin")
        for entry in client.call("GET", "/openapi/v3").json()["paths"].values():
            document = client.call("GET", entry["serverRelativeURL"]).json()
            schemas |= document.get("components", {}).get("schemas", {})
    return schemas


def main(shapes_file: str) -> None:
    """Write the file."""
    schemas = published()
    wanted = [kind.schema for kind in BUILT_IN] + [kind.schema + "List" for kind in BUILT_IN]
    todo, kept = [*wanted, *_ALWAYS], dict[str, object]()
    while todo:
        name = todo.pop()
        if name not in kept:
            kept[name] = without_descriptions(schemas[name])
            todo += references(kept[name])
    shapes = cast("dict[str, object]", json.loads(Path(shapes_file).read_bytes()))
    shapes = {name: shape for name, shape in shapes.items() if name in kept and shape}
    text = json.dumps({"schemas": kept, "shapes": shapes}, sort_keys=True, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
