"""Rows about custom resources and their definitions (`definitions.yaml`)."""

from http import HTTPStatus
from typing import Final

from tests.apiserver.waiting import eventually
from tests.verdicts.acts import merge, remove
from tests.verdicts.case import DRIFT, REAL, Case
from tests.verdicts.rows.shapes import widget
from tests.verdicts.stage import JSON_PATCH, MERGE, Stage

_DATA: Final = "data: [{secretKey: a, remoteRef: {key: k}}]"
_DEFINITION: Final = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: NAMEs.rows.driftdeck.test}
spec:
  group: rows.driftdeck.test
  scope: Namespaced
  names: {plural: NAMEs, kind: Thing, categories: [], shortNames: []}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
"""
_FREE_NULLS: Final = "free: {a: 1, probe: null, list: [{c: null}, null]}"
_LARGEST: Final = (
    "{type: object, properties: {spec: {type: object, properties: {prio: {type: integer,"
    " format: int64, maximum: 9223372036854775807, minimum: -9223372036854775808}}}}}"
)
_EMBEDDED: Final = "{apiVersion: v1, kind: Pod, metadata: {name: p, creationTimestamp: null}}"
_GADGET: Final = """
apiVersion: rows.driftdeck.test/v1alpha1
kind: Gadget
metadata: {name: NAME}
spec: {count: 1, MORE}
"""
_PLAIN: Final = """
apiVersion: rows.driftdeck.test/v1
kind: Plain
metadata: {name: NAME}
spec: {count: 1}
status: {phase: chosen}
"""


def _stored_version_learns(stage: Stage) -> None:
    """Let the stored version of Relic have the field that was lost; wait until it is kept."""
    place = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/legacy"
    step = {"op": "add", "path": place, "value": {"type": "string"}}
    definition = "apiextensions.k8s.io/v1/CustomResourceDefinition/relics.rows.driftdeck.test"
    stage.patch([step], "kubectl-edit", of=definition, how=JSON_PATCH)

    def kept() -> bool:
        url, probe = f"{stage.url()}?dryRun=All", {"spec": {"legacy": "probe"}}
        answer = stage.client.call("PATCH", url, probe, content_type=MERGE)
        return answer.status == HTTPStatus.OK and "legacy" in answer.json()["spec"]

    assert eventually(kept, within_s=60), "the definition was not taken up"


CASES: Final = (
    Case(
        id="FP-08",
        about="zeros of a custom resource are kept",
        git=widget('count: 0, free: {a: "", b: {}, c: []}'),
    ),
    Case(
        id="FP-08",
        about="a zero of a custom resource is gone",
        git=widget("count: 0"),
        acts=(remove("/spec/count"),),
        verdict="drifted",
        shown={"spec.count": DRIFT},
    ),
    Case(id="FP-09", about="a null that the schema allows is kept", git=widget("maybe: null")),
    Case(
        id="FP-09",
        about="a null asks for nothing where nothing is",
        made=widget("count: 3"),
        git=widget("count: 3, maybe: null, labels: null"),
    ),
    Case(
        id="FP-09",
        about="a map of which every line is a comment, made by kubectl create",
        made=widget("count: 3, labels: null"),
        git=widget("count: 3, labels: null"),
    ),
    Case(id="FP-09", about="nulls among free values, applied by us", git=widget(_FREE_NULLS)),
    Case(
        id="FP-09",
        about="nulls among free values, made by kubectl create",
        made=widget(_FREE_NULLS),
        git=widget(_FREE_NULLS),
    ),
    Case(
        id="FP-09",
        about="nulls among free values, which kubectl apply dropped",
        made=widget("free: {a: 1, list: [{}, null]}").replace(
            "{name: NAME}",
            "{name: NAME, annotations: {kubectl.kubernetes.io/last-applied-configuration: '"
            '{"spec":{"free":{"a":1,"probe":null,"list":[{"c":null},null]}}}\'}}',
        ),
        by="kubectl-client-side-apply",
        git=widget(_FREE_NULLS),
    ),
    Case(
        id="FP-09",
        about="Git adds a null among free values",
        before=widget("free: {a: 1}"),
        git=widget("free: {a: 1, probe: null}"),
        verdict="drifted",
        shown={"spec.free.probe": DRIFT},
    ),
    Case(
        id="FP-09",
        about="a null among free values is gone",
        git=widget(_FREE_NULLS),
        acts=(remove("/spec/free/probe"),),
        verdict="drifted",
        shown={"spec.free.probe": DRIFT},
    ),
    Case(
        id="FP-09",
        about="a null in a free list got a value",
        git=widget(_FREE_NULLS),
        acts=(merge("spec: {free: {list: [{c: x}, null]}}"),),
        verdict="drifted",
        shown={"spec.free.list": DRIFT},
    ),
    Case(
        id="FP-09",
        about="a stated null got a value",
        git=widget("maybe: null"),
        acts=(merge("spec: {maybe: x}"),),
        verdict="drifted",
        shown={"spec.maybe": DRIFT},
    ),
    Case(
        id="FP-10",
        about="empty categories of a definition",
        git=_DEFINITION,
        name="NAMEs.rows.driftdeck.test",
    ),
    Case(
        id="2.2",
        about="numbers that the server keeps as floats",
        git=_DEFINITION.replace("{type: object}", _LARGEST).replace("NAME", "float"),
        name="floats.rows.driftdeck.test",
    ),
    Case(
        id="2.2",
        about="the next integer of 64 bits is another one",
        git=widget("count: 9007199254740992"),
        acts=(merge("spec: {count: 9007199254740993}"),),
        verdict="drifted",
        shown={"spec.count": DRIFT},
    ),
    Case(
        id="FP-12",
        about="a field of one's own is called like the time of creation",
        made=widget("metadata: {creationTimestamp: '2020-01-01T00:00:00Z'}"),
        git=widget("metadata: {creationTimestamp: '2020-01-01T00:00:00Z'}"),
    ),
    Case(
        id="FP-12",
        about="somebody moves a time of one's own, applied by us",
        git=widget("metadata: {creationTimestamp: '2020-01-01T00:00:00Z'}"),
        acts=(merge("spec: {metadata: {creationTimestamp: '2021-01-01T00:00:00Z'}}"),),
        verdict="drifted",
        shown={"spec.metadata.creationTimestamp": DRIFT},
    ),
    Case(
        id="FP-12",
        about="null as the time of an embedded object",
        made=widget(f"pod: {_EMBEDDED}"),
        git=widget(f"pod: {_EMBEDDED}"),
    ),
    Case(
        id="FP-13",
        about="a status without a subresource is data",
        git=_PLAIN,
        acts=(merge("status: {phase: other}"),),
        verdict="drifted",
        shown={"status.phase": DRIFT},
    ),
    Case(
        id="FP-13",
        about="a status of a custom resource that has the subresource",
        git=widget("count: 1", "status: {phase: chosen}"),
        acts=(merge("status: {phase: other}", "some-controller", sub="/status"),),
    ),
    Case(
        id="FP-15",
        about="schema defaults inside list entries, owned by the client that created them",
        made=widget(_DATA + ", backends: [{name: b}], policy: {}"),
        git=widget(_DATA + ", backends: [{name: b}], policy: {}"),
    ),
    Case(
        id="FP-15",
        about="schema defaults after our own apply",
        git=widget(_DATA + ", backends: [{name: b}]"),
    ),
    Case(
        id="FP-15",
        about="another weight than the default",
        git=widget("backends: [{name: b, weight: 1}]"),
        acts=(merge("spec: {backends: [{name: b, weight: 50}]}"),),
        verdict="drifted",
        shown={"spec.backends[name=b].weight": DRIFT},
    ),
    Case(
        id="FP-15",
        about="another strategy than the default, in a list without keys",
        git=widget(_DATA),
        acts=(
            merge(
                "spec: {data: [{secretKey: a, remoteRef: {key: k, conversionStrategy: Unicode}}]}"
            ),
        ),
        verdict="drifted",
        shown={"spec.data": DRIFT},
    ),
    Case(
        id="FP-17",
        about="digits as text, live as a number",
        made=widget("port: 8080"),
        git=widget('port: "8080"'),
    ),
    Case(
        id="FP-17",
        about="25% as text is not 25",
        git=widget("port: 25%"),
        acts=(merge("spec: {port: 25}"),),
        verdict="drifted",
        shown={"spec.port": DRIFT},
    ),
    Case(
        id="FP-22",
        about="an older version in Git than the cluster prefers",
        git=_GADGET.replace("MORE", ""),
    ),
    Case(
        id="FP-22",
        about="a version that is not served",
        before="",
        git=_GADGET.replace("MORE", "").replace("v1alpha1", "v9"),
        verdict="unknown",
        shown={"apiVersion": "warn"},
        says="not-served",
    ),
    Case(
        id="FP-22",
        about="a field that the server cannot store",
        git=_GADGET.replace("MORE", "legacy: x"),
        shown={"spec.legacy": "warn"},
        local=("drifted", {"spec.legacy": DRIFT}),
        on=REAL,
    ),
    Case(
        id="FP-22",
        about="a field that conversion lost, and that a write would bring back",
        git=_GADGET.replace("MORE", "legacy: x").replace("Gadget", "Relic"),
        acts=(_stored_version_learns,),
        verdict="drifted",
        shown={"spec.legacy": DRIFT},
        on=REAL,
    ),
    Case(
        id="FP-27",
        about="the order of a set, of an embedded object and of a free map",
        git=widget(
            "tags: [a, b], free: {w: {x: 1, z: 2}},"
            " pod: {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {a: [1, 2]}}"
        ),
        acts=(merge("spec: {tags: [b, a]}"),),
        shown={"spec.tags": "info order"},
    ),
    Case(
        id="FP-27",
        about="the order of a list without keys, also inside an embedded object",
        git=widget(
            "lines: [a, b],"
            " pod: {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {a: [1, 2]}}"
        ),
        acts=(merge("spec: {lines: [b, a], pod: {spec: {a: [2, 1]}}}"),),
        verdict="drifted",
        shown={"spec.lines": DRIFT, "spec.pod.spec.a": DRIFT},
    ),
    Case(
        id="FP-30",
        about="a CA bundle of a custom resource that Git leaves out",
        git=widget("count: 1"),
        acts=(merge("spec: {caBundle: QQ==}", "cainjector"),),
        shown={"spec.caBundle": "info injected"},
    ),
    Case(
        id="FP-30",
        about="a CA bundle of a custom resource that Git drops",
        before=widget("count: 1, caBundle: QQ=="),
        git=widget("count: 1"),
        verdict="drifted",
        shown={"spec.caBundle": DRIFT},
    ),
    Case(
        id="FP-33",
        about="a member of a set that a person added",
        git=widget("tags: [a], selector: {a: x}"),
        acts=(merge("spec: {tags: [a, b]}"),),
        verdict="drifted",
        shown={"spec.tags[=b]": DRIFT},
    ),
    Case(
        id="FP-33",
        about="an undivided map that a person changed is one entry",
        git=widget("selector: {a: x}"),
        acts=(merge("spec: {selector: {a: x, b: z}}"),),
        verdict="drifted",
        shown={"spec.selector": DRIFT},
    ),
)
