"""Functions of IP networks in CIDR notation, for IPv4 and IPv6 (https://www.rfc-editor.org/rfc/rfc4632)."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.values import text, whole

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PREFIX = re.compile(r"([0-9A-Fa-f:.]+)/(\d+)", re.ASCII)
_MOST_BITS = 32  # what cidrsubnets adds to a prefix at most, as in Packer


def _network(prefix: str, argument: str) -> Network:
    """Read ``address/length``; bits of the address behind the length do not count."""
    match = _PREFIX.fullmatch(prefix)
    try:
        return ipaddress.ip_network(f"{match[1]}/{int(match[2])}" if match else prefix + "/", strict=False)
    except ValueError:
        msg = f"{prefix!r} is no network in CIDR notation, such as 10.1.0.0/16 or fd00::/8"
        raise Refused(msg, argument) from None


def _place(network: Network, number: int, bits: int, argument: str, what: str) -> int:
    """Return ``number`` as it stands in ``bits`` bits; negative ones count from the end."""
    shown = number + 2**bits if number < 0 else number
    if not 0 <= shown < 2**bits:
        raise Refused(f"{network} has room for {2**bits} {what}, number {number} is none of them", argument)
    return shown


@function(text, text)
def cidrcontains(containing_prefix: str, contained: str) -> bool:
    """Tell whether the address or network ``contained`` is in ``containing_prefix``; both must be of one family.

    Packer has no such function; this is OpenTofu's.
    """
    outer = _network(containing_prefix, "containing_prefix")
    if "/" in contained:
        inner: Any = _network(contained, "contained")
    else:
        try:
            inner = ipaddress.ip_network(contained)
        except ValueError:
            msg = f"{contained!r} is neither an IP address nor a network in CIDR notation"
            raise Refused(msg, "contained") from None
    if outer.version != inner.version:
        raise Refused(f"it is of IPv{inner.version}, but the containing network is of IPv{outer.version}", "contained")
    return bool(inner.subnet_of(outer))


@function(text, whole)
def cidrhost(prefix: str, hostnum: int) -> str:
    """Return the address of host number ``hostnum`` in the network; negative numbers count from its end."""
    network = _network(prefix, "prefix")
    place = _place(network, hostnum, network.max_prefixlen - network.prefixlen, "hostnum", "hosts")
    return str(network.network_address + place)


@function(text)
def cidrnetmask(prefix: str) -> str:
    """Return the netmask of an IPv4 network, such as ``255.240.0.0``. For IPv6 that is an error, as documented."""
    network = _network(prefix, "prefix")
    if network.version != 4:  # noqa: PLR2004 - of IP
        raise Refused(f"{prefix!r} is of IPv6, which has no netmasks", "prefix")
    return str(network.netmask)


@function(text, whole, whole)
def cidrsubnet(prefix: str, newbits: int, netnum: int) -> str:
    """Return subnet number ``netnum`` of those that have ``newbits`` more bits in their prefix.

    Unlike Packer 1.6, more than 32 new bits are possible; unlike Packer, negative numbers are errors.
    """
    network = _network(prefix, "prefix")
    _check_bits(network, newbits, 0)
    if netnum < 0:
        raise Refused(f"it must not be negative, but it is {netnum}", "netnum")
    place = _place(network, netnum, newbits, "netnum", "such subnets")
    length = network.prefixlen + newbits
    address = network.network_address + (place << (network.max_prefixlen - length))
    return f"{address}/{length}"


def _check_bits(network: Network, newbits: int, least: int) -> None:
    if not least <= newbits <= network.max_prefixlen - network.prefixlen:
        room = network.max_prefixlen - network.prefixlen
        raise Refused(f"{network} can be extended by {least} to {room} bits, not by {newbits}", "newbits")


@function(text, rest=whole)
def cidrsubnets(prefix: str, *newbits: int) -> list[str]:
    """Return consecutive subnets of the network; for each, its prefix has so many bits more (1 to 32)."""
    network = _network(prefix, "prefix")
    start, end = int(network.network_address), int(network.broadcast_address)
    address = type(network.network_address)
    subnets: list[str] = []
    for bits in newbits:
        if bits > _MOST_BITS:
            raise Refused(f"a prefix can be extended by {_MOST_BITS} bits at most, not by {bits}", "newbits")
        _check_bits(network, bits, 1)
        length = network.prefixlen + bits
        size = 1 << (network.max_prefixlen - length)
        start = -(-start // size) * size
        if start + size - 1 > end:
            msg = f"after {subnets[-1]} there is no room in {network} for a network with a prefix of {length} bits"
            raise Refused(msg, "newbits")
        subnets.append(f"{address(start)}/{length}")
        start += size
    return subnets
