"""Rows about a namespace that an app calls its own: what is in there and not in Git is EXTRA."""

from typing import Final

from tests.verdicts.acts import awaited, create
from tests.verdicts.case import Case
from tests.verdicts.rows.shapes import config_map

_ACCOUNT: Final = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: default}
"""
_LEASE: Final = """
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: NAME}
spec: {holderIdentity: one}
"""
_OWNER: Final = (
    "ownerReferences: [{apiVersion: gone.example/v1, kind: Gone, name: one,"
    " uid: 0f0f0f0f-0000-4000-8000-000000000000}]"
)

CASES: Final = (
    Case(id="2.7", about="what Git states in an owned namespace", git=config_map(), app="owned"),
    Case(
        id="2.7",
        about="what has an owner of its own",
        made=config_map(metadata=_OWNER),
        git="",
        verdict="",
        app="owned",
    ),
    Case(
        id="X-03",
        about="a Lease that nobody stated",
        made=_LEASE,
        git="",
        verdict="",
        app="owned",
    ),
    Case(
        id="X-10",
        about="the CA that every namespace gets",
        git="",
        acts=(
            awaited(
                lambda found: "ca.crt" in found["data"],
                otherwise=create(config_map("ca.crt: x").replace("NAME", "kube-root-ca.crt")),
                of="v1/ConfigMap/kube-root-ca.crt",
            ),
        ),
        verdict="",
        name="kube-root-ca.crt",
        app="owned",
    ),
    Case(
        id="X-10",
        about="the account that every namespace gets",
        git="",
        acts=(
            awaited(
                lambda found: bool(found["metadata"]["uid"]),
                otherwise=create(_ACCOUNT),
                of="v1/ServiceAccount/default",
            ),
        ),
        verdict="",
        name="default",
        app="owned",
    ),
    Case(
        id="X-10",
        about="any other ConfigMap",
        made=config_map(),
        git="",
        verdict="extra",
        app="owned",
    ),
)
