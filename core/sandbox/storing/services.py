"""What the server allocates for a Service: addresses and node ports, and when it keeps them.

The rules of pkg/registry/core/service: what was allocated stays while the kind of service needs it,
and goes with the last kind that did, unless the client changed it in the same breath.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import cast

from core.sandbox.store import Object

_NETWORK = ipaddress.ip_network("10.0.0.0/24")
_FIRST_IS_TAKEN = "10.0.0.1"  # by the API server itself
_NODE_PORTS = range(30000, 32768)
_OUTSIDE = ("NodePort", "LoadBalancer")
_ADDRESSES = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
_OUTSIDE_ONLY = ("externalTrafficPolicy", "allocateLoadBalancerNodePorts", "healthCheckNodePort")


def _ports(spec: Object) -> list[Object]:
    return [dict(port) for port in cast("list[Object]", spec.get("ports") or [])]


def _numbers(spec: Object) -> set[object]:
    return {port["nodePort"] for port in _ports(spec) if port.get("nodePort")}


def allocated(spec: Object, others: Iterable[Object]) -> Object:
    """Return the spec of a new service, or of one that became of another type, with addresses.

    Args:
        spec: What the client wants.
        others: The specs of all services.
    """
    if spec.get("type") == "ExternalName":
        return spec
    made, taken = dict(spec), list(others)
    if not made.get("clusterIP"):
        used = {one.get("clusterIP") for one in taken} | {_FIRST_IS_TAKEN}
        made["clusterIP"] = next(str(one) for one in _NETWORK.hosts() if str(one) not in used)
    made.setdefault("clusterIPs", [made["clusterIP"]])
    both = made["clusterIP"] == "None" and not made.get("selector")
    made.setdefault("ipFamilies", ["IPv4", "IPv6"] if both else ["IPv4"])
    made.setdefault("ipFamilyPolicy", "RequireDualStack" if both else "SingleStack")
    if made.get("type") in _OUTSIDE:
        made["ports"] = _with_node_ports(made, taken)
    return made


def _with_node_ports(spec: Object, taken: Iterable[Object]) -> list[Object]:
    used = set().union(*(_numbers(one) for one in taken), _numbers(spec))
    ports = _ports(spec)
    for port in ports:
        if not port.get("nodePort"):
            port["nodePort"] = next(number for number in _NODE_PORTS if number not in used)
            used.add(port["nodePort"])
    return ports


def kept(old: Object, new: Object, others: Callable[[], Iterable[Object]]) -> Object:
    """Return the spec that replaces *old*, with what stays allocated and nothing unneeded."""
    made = _without_unneeded(old, new)
    if "ExternalName" not in (old.get("type"), new.get("type")):
        for name in _ADDRESSES:
            if name in old and not made.get(name):
                made[name] = old[name]
    if old.get("type") in _OUTSIDE and new.get("type") in _OUTSIDE:
        made["ports"] = _with_known_ports(old, made)
    fresh = new.get("type") != "ExternalName" and not made.get("clusterIP")
    lacking = new.get("type") in _OUTSIDE and not all(one.get("nodePort") for one in _ports(made))
    return allocated(made, others()) if fresh or lacking else made


def _with_known_ports(old: Object, new: Object) -> list[Object]:
    """Give a port the number that the port of its name had."""
    known = {port.get("name", ""): port.get("nodePort") for port in _ports(old)}
    used = _numbers(old) & _numbers(new)
    ports = _ports(new)
    for port in ports:
        number = known.get(port.get("name", ""))
        if number and not port.get("nodePort") and number not in used:
            port["nodePort"] = number
    return ports


def _without_unneeded(old: Object, new: Object) -> Object:
    made = dict(new)
    if new.get("type") == "ExternalName" and old.get("type") != "ExternalName":
        for name in _ADDRESSES:
            if made.get(name) in (old.get(name), None):
                made.pop(name, None)
    if old.get("type") in _OUTSIDE and new.get("type") not in _OUTSIDE:
        if _numbers(new) <= _numbers(old):
            ports = [{k: v for k, v in one.items() if k != "nodePort"} for one in _ports(new)]
            made |= {"ports": ports} if ports else {}
        for name in _OUTSIDE_ONLY:
            if made.get(name) == old.get(name):
                made.pop(name, None)
    return made
