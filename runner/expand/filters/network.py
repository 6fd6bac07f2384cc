"""Filters for addresses and networks.

An address may come with a prefix, ``192.0.2.5/24``: then it stands for the address and its network at once.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from runner.expand.filters.address_queries import QUERIES, usable_after, wrap
from runner.expand.filters.addresses import Network, Place, inside, network, place
from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import integer, kind, listed, one_of, shown

_MOST_LISTED = 1 << 16


def ipaddr(value: Any, query: Any = "", version: Any = None) -> Any:
    """Return an address, or what ``query`` asks about it; false when the value is none.

    Queries: address, network, netmask, prefix, broadcast, subnet, host, net, type, size, first_usable, private, ...;
    a number is that address of the network; a network asks whether the address is in it. Of a list, the addresses that
    have an answer stay, each replaced by it.
    """
    if isinstance(value, list | tuple):
        answers = [ipaddr(each, query, version) for each in value if isinstance(each, str | int | list | tuple)]
        return [each for each in answers if each is not None and each is not False]
    if not isinstance(value, str | int):
        raise FilterError(f"an address, or a list of them, is wanted, not {kind(value)}")
    found = place(value)
    if found is None or (version and found.address.version != version):
        return False
    if isinstance(query, str) and query in QUERIES:
        return QUERIES[query](found)
    return _asked(found, query)


def _asked(found: Place, query: Any) -> Any:
    """Answer a query that is a number (of an address) or a network (that the address may be in)."""
    text = str(query)
    if text.removeprefix("-").isdigit() and not isinstance(query, bool):
        if found.size == 1:
            return str(found)
        nth = _nth(found, int(text))
        return False if nth is None else f"{nth}/{found.prefix}"
    asked = network(text)
    if asked is None:
        known = ", ".join(sorted(query for query in QUERIES if query))
        raise FilterError(f"an address cannot be asked for {shown(query)}; it can for a number, a network, {known}")
    return str(found) if inside(found.network, asked) else None


def _nth(found: Place, index: int) -> str | None:
    """Return the address with a number in a network; negative ones count from its end."""
    offset = index if index >= 0 else found.size + index
    return found.numbered(found.first + offset) if 0 <= offset < found.size else None


def ipv4(value: Any, query: Any = "") -> Any:
    """Return an IPv4 address, or what ``query`` asks about it; false for any other value. See ``ipaddr``."""
    return ipaddr(value, query, version=4)


def ipv6(value: Any, query: Any = "") -> Any:
    """Return an IPv6 address, or what ``query`` asks about it; false for any other value. See ``ipaddr``."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(ipaddress.IPv6Address(value))
    return ipaddr(value, query, version=6)


def ipwrap(value: Any) -> Any:
    """Return an IPv6 address in brackets, as URLs have it; anything else, a host name say, as it is."""
    if isinstance(value, list | tuple):
        return [ipwrap(each) for each in value]
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise FilterError(f"an address, or a list of them, is wanted, not {kind(value)}")
    found = None if value.isdigit() else place(value)
    return value if found is None else wrap(found)


def ipsubnet(value: Any, query: Any = "", index: Any = None) -> Any:
    """Return the network of an address; or how many networks of a size it has, or one of them.

    ``query`` is a prefix length; ``index`` picks one of the networks of that size. A longer one than the value's own is
    a network around it. When ``query`` is a network, the answer is the value's place in it, counted from one.
    """
    found = place(value)
    if found is None:
        return False
    if query == "" or query is None:
        return str(found.network)
    if not str(query).isdigit():
        return _position(found.network, query)
    length = int(query)
    if length > found.network.max_prefixlen:
        return False
    return (_around if length < found.prefix else _within)(found, length, index)


def _within(found: Place, length: int, index: Any) -> str | bool:
    """Return how many networks of a prefix length there are in a network, or one of them."""
    count = 1 << (length - found.prefix)
    if index is None:
        return str(count)
    offset = integer(index, "index")
    offset += count if offset < 0 else 0
    start = found.first + (offset << (found.network.max_prefixlen - length))
    return f"{found.numbered(start)}/{length}" if 0 <= offset < count else False


def _around(found: Place, length: int, index: Any) -> str | bool:
    """Return the network of a prefix length around an address; ``index`` counts on from there to longer ones."""
    if index is None:
        if not found.bare:
            raise FilterError(f"{found.network} has no networks of prefix length {length}: it is smaller")
        return str(found.network.supernet(new_prefix=length))
    lengths = range(length, found.prefix)
    try:
        return str(found.network.supernet(new_prefix=lengths[integer(index, "index")]))
    except IndexError:
        return False


def _position(inner: Network, query: Any) -> str:
    outer = network(query)
    if outer is None:
        raise FilterError(f"{shown(query)} is neither a prefix length nor a network")
    if not inside(inner, outer):
        raise FilterError(f"{inner} is not in {outer}")
    offset = int(inner.network_address) - int(outer.network_address)
    return str((offset >> (inner.max_prefixlen - inner.prefixlen)) + 1)


def ipmath(value: Any, amount: Any) -> str:
    """Return the address that comes ``amount`` after an address, or before it when that is negative."""
    found = place(value) if isinstance(value, str) else None
    if found is None:
        raise FilterError(f"{shown(value)} is not an address")
    result = int(found.address) + integer(amount, "amount")
    if not 0 <= result < 1 << found.network.max_prefixlen:
        raise FilterError(f"there is no address {amount} from {found.address}")
    return found.numbered(result)


def ip4_hex(value: Any, delimiter: str = "") -> str:
    """Return an IPv4 address in hexadecimal; ``delimiter`` stands between its bytes."""
    found = place(value)
    if found is None or not found.bare or found.address.version != 4:  # noqa: PLR2004 - IPv4
        raise FilterError(f"{shown(value)} is not an IPv4 address")
    return delimiter.join(f"{byte:02x}" for byte in found.address.packed)


def _networks(value: Any) -> list[Network]:
    networks = []
    for each in [value] if isinstance(value, str) else listed(value, "a list of addresses and networks"):
        found = network(each)
        if found is None:
            raise FilterError(f"{shown(each)} is neither an address nor a network")
        networks.append(found)
    return networks


def cidr_merge(value: Any, action: str = "merge") -> Any:
    """Return as few networks as hold exactly the given ones; with ``action`` span, the smallest that holds them all."""
    one_of(action, ("merge", "span"), "action")
    networks = _networks(value)
    by_version = [[each for each in networks if each.version == version] for version in (4, 6)]
    if action == "merge":
        return [str(each) for group in by_version for each in _collapsed(group)]
    if not networks:
        return None
    if all(by_version):
        raise FilterError("one network cannot span IPv4 and IPv6 addresses")
    span = networks[0]
    while not all(inside(each, span) for each in networks):
        span = span.supernet()
    return str(span)


def _collapsed(networks: Iterable[Any]) -> Iterable[Network]:
    collapsed: Callable[[Iterable[Any]], Iterable[Network]] = ipaddress.collapse_addresses
    return collapsed(networks)


def network_in_network(value: Any, test: Any) -> bool:
    """Tell whether an address or a network, ``test``, is in a network."""
    outer, inner = network(value), network(test)
    return outer is not None and inner is not None and inside(inner, outer)


def network_in_usable(value: Any, test: Any) -> bool:
    """Tell whether an address or a network, ``test``, is in the part of a network that hosts may use."""
    outer, inner = place(value), place(test)
    if outer is None or inner is None or outer.address.version != inner.address.version:
        return False
    return inner.first in outer.usable and inner.last in outer.usable


def reduce_on_network(value: Any, network: Any) -> list[Any]:
    """Return those of a list of addresses and networks that are in a network."""
    values = [value] if isinstance(value, str) else listed(value)
    return [each for each in values if network_in_network(network, each)]


def nthhost(value: Any, query: Any = 0) -> str | bool:
    """Return the address with a number in a network; false when there is none."""
    found = place(value)
    nth = None if found is None else _nth(found, integer(query, "the number of a host"))
    return False if nth is None else nth


def next_nth_usable(value: Any, offset: Any) -> Any:
    """Return the usable address that comes ``offset`` after an address; null when there is none."""
    found = place(value)
    return False if found is None else usable_after(found, integer(offset, "offset"))


def previous_nth_usable(value: Any, offset: Any) -> Any:
    """Return the usable address that comes ``offset`` before an address; null when there is none."""
    found = place(value)
    return False if found is None else usable_after(found, -integer(offset, "offset"))


def usable_range(value: Any) -> dict[str, Any]:
    """Return all addresses of a network and how many there are; of at most 65536 addresses."""
    found = place(value)
    if found is None or int(found.address) != found.first:
        raise FilterError(f"{shown(value)} is not a network")
    if found.size > _MOST_LISTED:
        raise FilterError(f"{found} has {found.size} addresses; no more than {_MOST_LISTED} are listed")
    addresses = [found.numbered(each) for each in range(found.first, found.last + 1)]
    return {"number_of_ips": found.size, "usable_ips": addresses}
