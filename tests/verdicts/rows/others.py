"""Rows about Secrets, Jobs, objects that are never compared, and how Git writes things."""

from typing import Final

from tests.verdicts.acts import delete, edit, merge
from tests.verdicts.case import DRIFT, Case
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
        id="X-03",
        about="a Lease in Git is not compared",
        made=_LEASE,
        git=_LEASE.replace("one", "two"),
        shown={"": "warn"},
        says="not compared",
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
