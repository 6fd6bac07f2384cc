"""Tests for addresses, networks and hardware addresses."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from runner.expand.filters.addresses import Network, Place, inside, place
from runner.expand.filters.kinds import listed

_ALL_ONES = (1 << 32) - 1
_MAC = re.compile(
    r"[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}([.:-])[0-9a-f]{4}\2[0-9a-f]{4}", re.IGNORECASE
)


def _bare(value: Any) -> Place | None:
    found = place(value) if isinstance(value, str) and not value.isdigit() else None
    return found if found is not None and found.bare else None


def _network(value: Any) -> Network | None:
    """Return the network that a text names; bits for hosts make it none."""
    found = place(value) if isinstance(value, str) and not value.isdigit() else None
    return found.network if found is not None and int(found.address) == found.first else None


def ip_address(value: Any) -> bool:
    """Tell whether a text is an address."""
    return _bare(value) is not None


def ipv4_address(value: Any) -> bool:
    """Tell whether a text is an IPv4 address."""
    found = _bare(value)
    return found is not None and found.address.version == 4  # noqa: PLR2004 - IPv4


def ipv6_address(value: Any) -> bool:
    """Tell whether a text is an IPv6 address."""
    found = _bare(value)
    return found is not None and found.address.version == 6  # noqa: PLR2004 - IPv6


def ip(value: Any) -> bool:
    """Tell whether a text is an address or a network without bits for hosts."""
    return _network(value) is not None


def ipv4(value: Any) -> bool:
    """Tell whether a text is an IPv4 address or network."""
    found = _network(value)
    return found is not None and found.version == 4  # noqa: PLR2004 - IPv4


def ipv6(value: Any) -> bool:
    """Tell whether a text is an IPv6 address or network."""
    found = _network(value)
    return found is not None and found.version == 6  # noqa: PLR2004 - IPv6


def ipv4_netmask(value: Any) -> bool:
    """Tell whether a text is a netmask such as 255.255.255.0."""
    return ipv4_address(value) and _is_mask(int(ipaddress.IPv4Address(value)))


def ipv4_hostmask(value: Any) -> bool:
    """Tell whether a text is the reverse of a netmask, such as 0.0.0.255."""
    bits = int(ipaddress.IPv4Address(value)) if ipv4_address(value) else 0
    return bits != 0 and _is_mask(bits ^ _ALL_ONES)


def _is_mask(bits: int) -> bool:
    hosts = bits ^ _ALL_ONES
    return bits != 0 and hosts & (hosts + 1) == 0


def ipv6_ipv4_mapped(value: Any) -> bool:
    """Tell whether a text is an IPv6 address that stands for an IPv4 one."""
    return ipv6_address(value) and ipaddress.IPv6Address(value).ipv4_mapped is not None


def ipv6_sixtofour(value: Any) -> bool:
    """Tell whether a text is an IPv6 address of the 6to4 kind."""
    return ipv6_address(value) and ipaddress.IPv6Address(value).sixtofour is not None


def loopback(value: Any) -> bool:
    """Tell whether an address is the machine's own."""
    found = _bare(value)
    return found is not None and found.address.is_loopback


def multicast(value: Any) -> bool:
    """Tell whether an address is for groups of machines."""
    found = _bare(value)
    return found is not None and found.address.is_multicast


def private(value: Any) -> bool:
    """Tell whether an address is for private use."""
    found = _bare(value)
    return found is not None and found.address.is_private


def public(value: Any) -> bool:
    """Tell whether an address is one of the whole internet's."""
    found = _bare(value)
    return found is not None and found.address.is_global


def reserved(value: Any) -> bool:
    """Tell whether an address is kept for the future."""
    found = _bare(value)
    return found is not None and found.address.is_reserved


def unspecified(value: Any) -> bool:
    """Tell whether an address is the one that stands for none: 0.0.0.0 or ::."""
    found = _bare(value)
    return found is not None and found.address.is_unspecified


def mac(value: Any) -> bool:
    """Tell whether a text is a hardware address."""
    return isinstance(value, str) and _MAC.fullmatch(value) is not None


def subnet_of(value: Any, network: Any) -> bool:
    """Tell whether an address or a network is part of another network."""
    inner, outer = _network(value), _network(network)
    return inner is not None and outer is not None and inside(inner, outer)


def supernet_of(value: Any, network: Any) -> bool:
    """Tell whether another network is part of this one."""
    return subnet_of(network, value)


def in_any_network(value: Any, networks: Any) -> bool:
    """Tell whether an address is in at least one of several networks."""
    return any(subnet_of(value, each) for each in listed(networks))


def in_one_network(value: Any, networks: Any) -> bool:
    """Tell whether an address is in exactly one of several networks."""
    return sum(subnet_of(value, each) for each in listed(networks)) == 1


in_network = subnet_of
