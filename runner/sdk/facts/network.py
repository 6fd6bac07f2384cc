"""Facts of the network: interfaces, addresses, routes and names, all from /proc, /sys and /etc."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any, NamedTuple

from runner.sdk.facts.parts import Parts, below, lines

_KINDS = {"1": "ether", "32": "infiniband", "512": "ppp", "772": "loopback", "65534": "tunnel"}
_SCOPES = {"00": "global", "10": "host", "20": "link", "40": "site"}
_PROMISCUOUS = 0x100
"""The bit of an interface's flags that says that it takes in everything."""
_GATEWAY = 0x2
"""The bit of a route's flags that says that it goes by a gateway."""
_HOST = 32
"""The prefix of a network that is one address."""


class _Route(NamedTuple):
    interface: str
    network: IPv4Network
    gateway: IPv4Address | None
    metric: int


def network(parts: Parts) -> dict[str, Any]:
    """Return the facts of the network."""
    routes = _routes(parts)
    addresses, addresses6 = _addresses(parts, routes), _addresses6(parts)
    links = {}
    for name, content in below(parts, "link ").items():
        links[name] = _link(name, content.split("\n"), addresses.get(name, []), addresses6.get(name, []))
    every = [each for name in addresses for each in addresses[name]]
    return {
        **{re.sub(r"[-:]", "_", name): link for name, link in links.items()},
        "interfaces": list(links),
        "all_ipv4_addresses": [each["address"] for each in every if not each["address"].startswith("127.")],
        "all_ipv6_addresses": [
            each["address"] for found in addresses6.values() for each in found if each["address"] != "::1"
        ],
        "default_ipv4": _default(routes, addresses, links),
        "default_ipv6": _default6(parts, addresses6, links),
        "locally_reachable_ips": {
            "ipv4": sorted(["127.0.0.0/8", *(each["address"] for each in every)]),
            "ipv6": sorted(each["address"] for found in addresses6.values() for each in found),
        },
        "dns": _name_servers(parts),
    }


def _link(
    name: str, told: list[str], addresses: list[dict[str, Any]], addresses6: list[dict[str, Any]]
) -> dict[str, Any]:
    hardware, mtu, state, kind, flags = (told + [""] * 5)[:5]
    found: dict[str, Any] = {
        "device": name, "active": state != "down", "type": _KINDS.get(kind, kind if kind.isalpha() else "unknown"),
        "promisc": bool(int(flags or "0", 16) & _PROMISCUOUS),
    }
    if mtu.isdecimal():
        found["mtu"] = int(mtu)
    if hardware.strip("0:"):
        found["macaddress"] = hardware
    if addresses:
        found["ipv4"] = addresses[0]
    if addresses[1:]:
        found["ipv4_secondaries"] = addresses[1:]
    if addresses6:
        found["ipv6"] = addresses6
    return found


def _routes(parts: Parts) -> list[_Route]:
    found = []
    for line in lines(parts, "/proc/net/route")[1:]:
        words = line.split()
        if len(words) < 8:  # noqa: PLR2004 - up to the mask
            continue
        target, gateway, mask = (_from_hex(words[index]) for index in (1, 2, 7))
        by_gateway = int(words[3], 16) & _GATEWAY
        net = IPv4Network(f"{target}/{mask}", strict=False)
        found.append(_Route(words[0], net, gateway if by_gateway else None, int(words[6])))
    return found


def _from_hex(word: str) -> IPv4Address:
    return IPv4Address(bytes.fromhex(word)[::-1])


def _addresses(parts: Parts, routes: list[_Route]) -> dict[str, list[dict[str, Any]]]:
    """Return the addresses of each interface.

    The kernel's table of routes has all addresses, and which interface leads into which network; so no program is
    needed, where most small images have neither ``ip`` nor ``ifconfig``.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    local = re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", parts.get("/proc/net/fib_trie", ""))
    for text in dict.fromkeys(local):
        address = IPv4Address(text)
        if address.is_loopback:
            net = IPv4Network("127.0.0.0/8")
            found.setdefault("lo", []).append(_described(address, net, ""))
            continue
        near = [each for each in routes if each.gateway is None and each.network.prefixlen and address in each.network]
        if near:
            route = max(near, key=lambda each: each.network.prefixlen)
            broadcast = str(route.network.broadcast_address) if route.network.prefixlen < _HOST else ""
            found.setdefault(route.interface, []).append(_described(address, route.network, broadcast))
    return found


def _described(address: IPv4Address, net: IPv4Network, broadcast: str) -> dict[str, Any]:
    return {
        "address": str(address), "broadcast": broadcast, "netmask": str(net.netmask),
        "network": str(net.network_address), "prefix": str(net.prefixlen),
    }


def _addresses6(parts: Parts) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines(parts, "/proc/net/if_inet6"):
        words = line.split()
        if len(words) == 6:  # noqa: PLR2004 - address, index, prefix, scope, flags, name
            address, _, prefix, scope, _, name = words
            found.setdefault(name, []).append({
                "address": str(IPv6Address(bytes.fromhex(address))), "prefix": str(int(prefix, 16)),
                "scope": _SCOPES.get(scope, "unknown"),
            })
    return found


def _default(
    routes: list[_Route], addresses: dict[str, list[dict[str, Any]]], links: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return what there is to know of the way to everywhere."""
    ways = [each for each in routes if each.network.prefixlen == 0]
    if not ways:
        return {}
    way = min(ways, key=lambda each: each.metric)
    found: dict[str, Any] = {"interface": way.interface, "alias": way.interface}
    if way.gateway is not None:
        found["gateway"] = str(way.gateway)
    for address in addresses.get(way.interface, [])[:1]:
        found |= address
    return found | _of_link(links.get(way.interface, {}))


def _default6(
    parts: Parts, addresses: dict[str, list[dict[str, Any]]], links: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    for line in lines(parts, "/proc/net/ipv6_route"):
        words = line.split()
        if len(words) < 10 or words[9] == "lo" or words[0].strip("0") or words[1] != "00":  # noqa: PLR2004 - its fields
            continue
        name = words[9]
        found = {"interface": name, "gateway": str(IPv6Address(bytes.fromhex(words[4])))}
        for address in [each for each in addresses.get(name, []) if each["scope"] == "global"][:1]:
            found |= address
        return found | _of_link(links.get(name, {}))
    return {}


def _of_link(link: dict[str, Any]) -> dict[str, Any]:
    return {key: link[key] for key in ("macaddress", "mtu", "type") if key in link}


def _name_servers(parts: Parts) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in lines(parts, "/etc/resolv.conf"):
        word, *rest = line.split() or [""]
        if word == "nameserver":
            found.setdefault("nameservers", []).extend(rest[:1])
        elif word == "domain" and rest:
            found["domain"] = rest[0]
        elif word in ("search", "sortlist"):
            found[word] = rest
        elif word == "options":
            pairs = (each.partition(":") for each in rest)
            found["options"] = {name: value if colon else True for name, colon, value in pairs}
    return found
