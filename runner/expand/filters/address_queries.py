"""What ``ipaddr`` can be asked about an address: one function for each query."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from runner.expand.filters.addresses import Address, Place
from runner.expand.filters.error import FilterError

_BITS_OF_IPV4 = 32
_MAPPED = 96
"""Where an IPv4 address begins in the IPv6 address that stands for it, in bits."""
_LINK = 2
_SMALL_LINK = 4


def _if(test: Callable[[Address], bool]) -> Callable[[Place], str | None]:
    return lambda place: str(place) if test(place.address) else None


def _host(place: Place) -> str | None:
    return None if place.names_network else place.whole


def _address(place: Place) -> str | None:
    return None if place.names_network and place.address.version == 4 else place.alone  # noqa: PLR2004 - IPv4


def _host_or_false(place: Place) -> str | bool:
    last = place.address.version == 4 and int(place.address) == place.last and place.size > _LINK  # noqa: PLR2004 - IPv4
    return False if place.names_network or last else place.whole


def _with_prefix(place: Place) -> str | None:
    return None if place.names_network or place.size == 1 else place.whole


def _address_and_mask(place: Place) -> str | None:
    return None if _with_prefix(place) is None else f"{place.alone} {place.network.netmask}"


def _broadcast(place: Place) -> str | None:
    return place.numbered(place.last) if place.size > _LINK else None


def _usable(index: int) -> Callable[[Place], str | None]:
    return lambda place: place.numbered(place.usable[index]) if place.usable else None


def usable_after(place: Place, steps: int) -> str | None:
    """Return the address ``steps`` after this one, if hosts may have it."""
    number = int(place.address) + steps
    return place.numbered(number) if number in place.usable else None


def _range(place: Place) -> str | None:
    return f"{_usable(0)(place)}-{_usable(-1)(place)}" if place.usable else None


def _peer(place: Place) -> str:
    if place.size == _LINK:
        return place.numbered(place.first + place.last - int(place.address))
    if place.size == _SMALL_LINK and int(place.address) in place.usable:
        return place.numbered(place.first + place.last - int(place.address))
    raise FilterError(f"{place} is not one of two hosts on a link")


def _network(place: Place) -> str | None:
    return place.whole if int(place.address) == place.first and place.size > 1 else None


def _type(place: Place) -> str:
    return "address" if _network(place) is None else "network"


def _int(place: Place) -> int | str:
    return int(place.address) if place.bare else f"{int(place.address)}/{place.prefix}"


def _ipv4(place: Place) -> str | bool:
    if place.address.version == 4:  # noqa: PLR2004 - IPv4
        return str(place)
    low = int(place.address) - (0xFFFF << 32)
    number = low if 0 <= low < 1 << _BITS_OF_IPV4 else int(place.address)
    if number >= 1 << _BITS_OF_IPV4 or place.prefix < _MAPPED:
        return False
    return f"{ipaddress.IPv4Address(number)}/{place.prefix - _MAPPED}"


def _ipv6(place: Place) -> str:
    if place.address.version == 6:  # noqa: PLR2004 - IPv6
        return str(place)
    return f"::ffff:{place.address}/{place.prefix + _MAPPED}"


def _6to4(place: Place) -> str | bool:
    if place.address.version == 6:  # noqa: PLR2004 - IPv6
        return str(place) if int(place.address) >> 112 == 0x2002 else False  # noqa: PLR2004 - the prefix of 6to4
    if _network(place) is not None:
        return False
    digits = f"{int(place.address):08x}"
    return f"2002:{digits[:4]}:{digits[4:]}::1/48"


def wrap(place: Place) -> str:
    """Return an IPv6 address in brackets, as URLs have it; an IPv4 address as it is."""
    if place.address.version == 4:  # noqa: PLR2004 - IPv4
        return str(place)
    return f"[{place.alone}]" if place.bare else f"[{place.alone}]/{place.prefix}"


def private(address: Address) -> bool:
    """Tell whether an address is for private use or shared by a provider's customers."""
    return address.is_private or (address.version == 4 and address in ipaddress.ip_network("100.64.0.0/10"))  # noqa: PLR2004 - IPv4


def public(address: Address) -> bool:
    """Tell whether an address is one of the whole internet's."""
    special = address.is_multicast or address.is_reserved or address.is_link_local or address.is_unspecified
    return not (special or private(address) or address.is_loopback)


_ALIASES = {
    "ip": "address", "gw": "gateway", "router": "gateway", "host/prefix": "gateway", "address/prefix": "gateway",
    "hostnet": "gateway", "loopback": "lo", "network_id": "network", "network/prefix": "subnet",
    "wildcard": "hostmask",
}  # fmt: skip

QUERIES: dict[str, Callable[[Place], Any]] = {
    "": str,
    "6to4": _6to4,
    "address": _address,
    "bool": lambda _: True,
    "broadcast": _broadcast,
    "cidr": lambda place: place.whole,
    "first_usable": _usable(0),
    "gateway": _host_or_false,
    "host": _host,
    "hostmask": lambda place: str(place.network.hostmask),
    "int": _int,
    "ip/prefix": _with_prefix,
    "ip_netmask": _address_and_mask,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "last_usable": _usable(-1),
    "link-local": _if(lambda address: address.is_link_local),
    "lo": _if(lambda address: address.is_loopback),
    "multicast": _if(lambda address: address.is_multicast),
    "net": _network,
    "netmask": lambda place: str(place.network.netmask),
    "network": lambda place: place.numbered(place.first),
    "network_netmask": lambda place: f"{place.numbered(place.first)} {place.network.netmask}",
    "network_wildcard": lambda place: f"{place.numbered(place.first)} {place.network.hostmask}",
    "next_usable": lambda place: usable_after(place, 1),
    "peer": _peer,
    "prefix": lambda place: place.prefix,
    "previous_usable": lambda place: usable_after(place, -1),
    "private": _if(private),
    "public": _if(public),
    "range_usable": _range,
    "revdns": lambda place: f"{place.address.reverse_pointer}.",
    "size": lambda place: place.size,
    "subnet": lambda place: f"{place.numbered(place.first)}/{place.prefix}",
    "type": _type,
    "unicast": _if(lambda address: not address.is_multicast),
    "version": lambda place: place.address.version,
    "wrap": wrap,
}
QUERIES |= {alias: QUERIES[name] for alias, name in _ALIASES.items()}
