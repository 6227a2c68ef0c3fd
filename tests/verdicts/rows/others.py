"""Rows about Secrets, Jobs, objects that are never compared, and how Git writes things."""

from typing import Final

from tests.verdicts.acts import delete, edit, merge
from tests.verdicts.case import DRIFT, REAL, Case
from tests.verdicts.rows.shapes import config_map, widget

CANARY: Final = "canary-53c1e7"
"""Part of every Secret value here: it must never be printed."""

_SECRET: Final = f"""
apiVersion: v1
kind: Secret
metadata: {{name: NAME}}
stringData: {{a: {CANARY}}}
"""
_MORE: Final = _SECRET.replace("}\n", f", gone: {CANARY}-2}}\n").replace(
    "NAME, gone: canary-53c1e7-2", "NAME"
)
_WRAPPED: Final = """
apiVersion: v1
kind: Secret
metadata: {name: NAME}
data:
  a: |
    Y2FuYXJ5
    LTUzYzFlNw==
"""
_LEASE: Final = """
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: NAME}
spec: {holderIdentity: one}
"""


_NODE: Final = (
    "{apiVersion: gone.example/v1, kind: Gone, name: n, uid: 0f0f0f0f-0000-4000-8000-000000000000}"
)
_BY_CONTROLLER: Final = "endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io"
_SLICE: Final = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: NAME}
addressType: IPv4
ports: [{port: 5432}]
endpoints: [{addresses: [10.9.8.7]}]
"""
_BARE: Final = """
apiVersion: v1
kind: KIND
metadata: {name: NAME}
"""


def _bytes(about: str, git: str, live: str) -> Case:
    return Case(
        id="X-18",
        about=about,
        git=widget(f"maybe: {git}"),
        acts=(merge(f"spec: {{maybe: {live}}}"),),
        verdict="drifted",
        shown={"spec.maybe": DRIFT},
    )


CASES: Final = (
    Case(id="FP-18", about="stringData becomes data", made=_SECRET, git=_SECRET),
    Case(id="FP-18", about="base64 wrapped otherwise", made=_SECRET, git=_WRAPPED),
    Case(
        id="FP-18",
        about="a key dropped from stringData, which nobody owns",
        made=_MORE,
        git=_SECRET,
        verdict="drifted",
        shown={"data.gone": DRIFT},
    ),
    Case(
        id="FP-18",
        about="a key dropped from stringData, applied by us",
        before=_MORE,
        git=_SECRET,
        verdict="drifted",
        shown={"data.gone": DRIFT},
    ),
    Case(
        id="FP-18",
        about="one newline more",
        git=_SECRET,
        acts=(merge(f'stringData: {{a: "{CANARY}\\n"}}'),),
        verdict="drifted",
        shown={"data.a": DRIFT},
    ),
    Case(
        id="FP-30",
        about="a key and a label that Git drops, called like what controllers fill in",
        before=config_map("a: b, caBundle: AAA", "labels: {job-name: nightly}"),
        git=config_map(),
        verdict="drifted",
        shown={"data.caBundle": DRIFT, "metadata.labels.job-name": DRIFT},
    ),
    Case(
        id="FP-30",
        about="the same in a Secret",
        before=_SECRET.replace("stringData: {", "stringData: {caBundle: x, "),
        git=_SECRET,
        verdict="drifted",
        shown={"data.caBundle": DRIFT},
    ),
    Case(
        id="X-03",
        about="a Lease of an owner is not compared",
        made=_LEASE.replace("NAME", f"NAME, ownerReferences: [{_NODE}]", 1),
        git=_LEASE.replace("one", "two"),
        shown={"": "warn"},
        says="not compared",
    ),
    Case(
        id="X-03",
        about="a Lease that only Git states",
        git=_LEASE,
        acts=(merge("spec: {holderIdentity: two}"),),
        verdict="drifted",
        shown={"spec.holderIdentity": DRIFT},
    ),
    Case(
        id="X-03",
        about="an EndpointSlice of a controller is not compared",
        made=_SLICE.replace("NAME", f"NAME, labels: {{{_BY_CONTROLLER}}}", 1),
        git=_SLICE.replace("10.9.8.7", "10.9.8.8"),
        shown={"": "warn"},
        says="not compared",
        on=REAL,
    ),
    Case(id="X-03", about="an EndpointSlice that Git states", git=_SLICE, on=REAL),
    Case(
        id="X-03",
        about="an EndpointSlice that Git states is not there",
        before="",
        git=_SLICE,
        verdict="missing",
        on=REAL,
    ),
    Case(
        id="X-03",
        about="somebody sends the calls elsewhere",
        git=_SLICE,
        acts=(merge("endpoints: [{addresses: [10.6.6.6]}]"),),
        verdict="drifted",
        shown={"endpoints": DRIFT},
        on=REAL,
    ),
    Case(
        id="X-03",
        about="an EndpointSlice that Git drops and we applied",
        before=_SLICE,
        git="",
        verdict="extra",
        on=REAL,
    ),
    Case(
        id="X-05",
        about="a Secret in the last-applied annotation",
        made=_SECRET.replace(
            "{name: NAME}",
            "{name: NAME, annotations: {kubectl.kubernetes.io/last-applied-configuration: '"
            f'{{"stringData":{{"a":"{CANARY}","old":"{CANARY}"}}}}'
            "'}}",
        ),
        by="kubectl-client-side-apply",
        git=_SECRET,
        acts=(merge(f"stringData: {{old: {CANARY}}}"),),
        verdict="drifted",
        shown={"data.old": DRIFT},
    ),
    Case(
        id="X-06",
        about="a value that looks like a mask",
        git=_SECRET.replace(CANARY, '"++++++++"'),
        acts=(merge(f"stringData: {{a: {CANARY}}}"),),
        verdict="drifted",
        shown={"data.a": DRIFT},
    ),
    _bytes("a newline at the end", '"a"', '"a\\n"'),
    _bytes("a tab for spaces", '"a  b"', '"a\\tb"'),
    _bytes("a no-break space", '"a b"', '"a\\u00a0b"'),
    _bytes("a composed letter", '"\\u00e9"', '"e\\u0301"'),
    Case(
        id="X-18",
        about="a number and the same as text, where no schema helps",
        git=widget("free: {a: 1}"),
        acts=(merge('spec: {free: {a: "1"}}'),),
        verdict="drifted",
        shown={"spec.free.a": DRIFT},
    ),
    Case(
        id="X-16",
        about="the same object twice: the last one counts",
        made=config_map("a: last"),
        git=f"{config_map('a: first')}---{config_map('a: last')}",
        shown={"": "warn"},
        says="rows/x-16-1.yaml:2",
    ),
    Case(
        id="X-19",
        about="an object that is going",
        git=config_map(metadata="finalizers: [rows.driftdeck.test/held]"),
        acts=(edit("data: {a: c}"), delete()),
        verdict="unknown",
        says="terminating",
    ),
    Case(
        id="X-20",
        about="a List, empty documents, comments and line ends of another system",
        git="# nothing\r\n---\r\n---\r\napiVersion: v1\r\nkind: List\r\nitems:\r\n"
        "- apiVersion: v1\r\n  kind: ConfigMap\r\n  metadata: {name: NAME}\r\n"
        '  data:\r\n    a: "x\\r\\n"\r\n    b: |\r\n      one\r\n      two\r\n---\r\n# end\r\n',
        made=config_map('a: "x\\r\\n", b: "one\\ntwo\\n"'),
    ),
    Case(
        id="X-20",
        about="a text block at the end of a file whose last line is open",
        git="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata:\n  a: |\n    b",
        made=config_map('a: "b\\n"'),
    ),
    Case(
        id="X-20",
        about="an anchor's name used again, and text that ends in a colon in a flow list",
        git="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME, annotations: {a: fd00::}}\n"
        "data:\n  a: &n x\n  b: &n z\n  c: *n\n",
        made=config_map("a: x, b: z, c: z", 'annotations: {a: "fd00::"}'),
    ),
    *(
        Case(id="B8", about=f"a {kind} of only a name", git=_BARE.replace("KIND", kind))
        for kind in ("Namespace", "ServiceAccount", "Secret", "ConfigMap")
    ),
    Case(
        id="B8",
        about="a person labels a Namespace of only a name",
        git=_BARE.replace("KIND", "Namespace"),
        acts=(merge("metadata: {labels: {enforce: privileged}}", "kubectl-label"),),
        verdict="drifted",
        shown={"metadata.labels.enforce": DRIFT},
    ),
    Case(
        id="B8",
        about="a person patches a ServiceAccount of only a name",
        git=_BARE.replace("KIND", "ServiceAccount").replace("NAME", "gardener"),
        name="gardener",
        acts=(
            merge("imagePullSecrets: [{name: hers}]\nautomountServiceAccountToken: false"),
            merge("secrets: [{name: gardener-token-x7k2p}]", "kube-controller-manager"),
        ),
        verdict="drifted",
        shown={
            "imagePullSecrets": DRIFT,
            "automountServiceAccountToken": DRIFT,
            "secrets[name=gardener-token-x7k2p]": "info injected",
        },
        on=REAL,
    ),
    Case(
        id="B8",
        about="a person fills a ConfigMap of only a name",
        git=_BARE.replace("KIND", "ConfigMap"),
        acts=(merge("data: {a: b}\nmetadata: {annotations: {c: d}}"),),
        verdict="drifted",
        shown={"data.a": DRIFT, "metadata.annotations.c": DRIFT},
    ),
    Case(
        id="2.7",
        about="an object that Git drops and we applied",
        before=config_map(),
        git="",
        verdict="extra",
    ),
    Case(
        id="1",
        about="an object that somebody deleted",
        git=config_map(),
        acts=(delete(),),
        verdict="missing",
    ),
)
