"""Filters for hardware (MAC) addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, one_of, shown, text

_BYTES = 6
_FORMS = re.compile(
    r"""(?P<six>[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5})   # aa:bb:cc:dd:ee:ff
      | (?P<three>[0-9a-f]{1,4}(?:[.:-][0-9a-f]{1,4}){2})  # aabb.ccdd.eeff
      | (?P<two>[0-9a-f]{5,6}[:-][0-9a-f]{5,6})             # aabbcc:ddeeff
      | (?P<one>[0-9a-f]{12})                               # aabbccddeeff""",
    re.IGNORECASE | re.VERBOSE,
)
_DIGITS = {"six": 2, "three": 4, "two": 6, "one": 12}
_SEPARATOR = re.compile("[.:-]")


def _bytes(value: Any) -> bytes | None:
    """Return the six bytes of a hardware address; nothing when the value is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value.to_bytes(_BYTES, "big") if 0 <= value < 1 << 48 else None
    match = _FORMS.fullmatch(value) if isinstance(value, str) else None
    if match is None or match.lastgroup is None:
        return _bytes(int(value)) if isinstance(value, str) and value.isascii() and value.isdigit() else None
    digits = _DIGITS[match.lastgroup]
    return bytes.fromhex("".join(part.zfill(digits) for part in _SEPARATOR.split(match[0])))


_NOTATIONS: dict[str, Callable[[bytes], Any]] = {
    "": lambda mac: mac,
    "bare": lambda mac: mac.hex().upper(),
    "bool": lambda _: True,
    "cisco": lambda mac: mac.hex(".", 2),
    "int": lambda mac: int.from_bytes(mac, "big"),
    "linux": lambda mac: mac.hex(":"),
    "pgsql": lambda mac: mac.hex(":", 3),
    "unix": lambda mac: ":".join(f"{byte:x}" for byte in mac),
    "win": lambda mac: mac.hex("-").upper(),
}
_NOTATIONS |= {"eui48": _NOTATIONS["win"], "postgresql": _NOTATIONS["pgsql"], "psql": _NOTATIONS["pgsql"]}


def hwaddr(value: Any, query: str = "") -> Any:
    """Return a hardware address in a notation: linux, unix, win (eui48), cisco, bare, pgsql, int, bool.

    Without a notation it is returned as it is, and null when it is none.
    """
    one_of(query, _NOTATIONS, "query")
    mac = _bytes(value)
    if mac is None:
        if query in ("", "bool"):
            return None
        raise FilterError(f"{shown(value)} is not a hardware address")
    return value if query == "" else _NOTATIONS[query](mac)


macaddr = hwaddr


def slaac(value: Any, query: Any) -> str | bool:
    """Return the IPv6 address that a host with a hardware address, ``query``, gives itself in a network (RFC 4862)."""
    from runner.expand.filters.addresses import place

    found, mac = place(value), _bytes(query)
    if found is None or found.address.version != 6 or mac is None:  # noqa: PLR2004 - IPv6
        return False
    identifier = bytes([mac[0] ^ 0x02]) + mac[1:3] + b"\xff\xfe" + mac[3:]
    return found.numbered(found.first >> 64 << 64 | int.from_bytes(identifier, "big"))


def random_mac(value: Any, seed: Any = None) -> str:
    """Complete the beginning of a hardware address, ``52:54:00``, at random; the same ``seed`` gives the same one."""
    import random

    if not isinstance(value, str):
        raise FilterError(f"the beginning of a hardware address is wanted, not {kind(value)}")
    parts = text(value).lower().split(":")
    if len(parts) >= _BYTES:
        raise FilterError(f"{value!r} has {len(parts)} bytes; at most 5 leave something to choose")
    if wrong := [part for part in parts if not re.fullmatch("[0-9a-f]{2}", part)]:
        raise FilterError(f"{wrong[0]!r} is not a byte in hexadecimal")
    generator = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - repeatable on request
    number = generator.randint(0x1000000000, 0xFFFFFFFFFF)
    digits = re.findall("..", f"{number:x}")
    return ":".join((parts + digits)[:_BYTES])
