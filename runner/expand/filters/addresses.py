"""Addresses with or without a prefix, as the filters for networks take and question them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Place:
    """An address, and the network it is in when it was written with a prefix."""

    interface: Interface
    bare: bool
    """There was no prefix."""

    @property
    def address(self) -> Address:
        """The address alone."""
        return self.interface.ip

    @property
    def network(self) -> Network:
        """The network; that of a bare address has only this address."""
        return self.interface.network

    @property
    def prefix(self) -> int:
        """The number of bits that all addresses of the network share."""
        return self.network.prefixlen

    @property
    def size(self) -> int:
        """The number of addresses in the network."""
        return self.network.num_addresses

    @property
    def first(self) -> int:
        """The number of the network's lowest address."""
        return int(self.network.network_address)

    @property
    def last(self) -> int:
        """The number of the network's highest address."""
        return int(self.network.broadcast_address)

    @property
    def usable(self) -> range:
        """The numbers that hosts may have: without the lowest and the highest address, where there are more than two.

        A bare address, and one that is alone in its network, has no such range.
        """
        if self.size <= 1:
            return range(0)
        return range(self.first, self.last + 1) if self.size == 2 else range(self.first + 1, self.last)  # noqa: PLR2004 - a link of two

    @property
    def names_network(self) -> bool:
        """Whether the address is the lowest of a network of more than two, so that no host has it."""
        return int(self.address) == self.first and self.size > 2  # noqa: PLR2004 - in a link of two both are hosts

    @property
    def alone(self) -> str:
        """The text of the address without a prefix."""
        return written(self.address)

    @property
    def whole(self) -> str:
        """The text of the address with its prefix, also when it was written without."""
        return f"{self.alone}/{self.prefix}"

    def numbered(self, number: int) -> str:
        """Return the text of the address with a number. Raises ``ValueError`` when this version has none."""
        return written(type(self.address)(number))

    def __str__(self) -> str:
        return self.alone if self.bare else self.whole


def written(address: Address) -> str:
    """Return an address as text; one that stands for an IPv4 address shows that, as RFC 5952 wants it."""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(address) if mapped is None else f"::ffff:{mapped}"


def place(value: Any) -> Place | None:
    """Return what a text or number names: an address, with ``/24`` or ``/255.255.255.0`` perhaps; else nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    address, slash, prefix = text.partition("/")
    if "%" in address or (slash and not prefix):
        return None
    try:
        if address.isascii() and address.isdigit():
            address = str(ipaddress.ip_address(int(address)))
        return Place(ipaddress.ip_interface(address + slash + prefix), bare=not slash)
    except ValueError:
        return None


def network(value: Any) -> Network | None:
    """Return the network that a text names; an address alone is a network of one."""
    found = place(value)
    return None if found is None else found.network


def inside(inner: Network, outer: Network) -> bool:
    """Tell whether a network is part of another, or is it."""
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type] # both are of one version
