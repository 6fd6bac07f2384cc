"""Sizes as people say them."""

from __future__ import annotations

_KILO = 1000


def size(number: int) -> str:
    """Return a number of bytes as people write it: ``164 MB``."""
    value, units = float(number), ["B", "kB", "MB", "GB", "TB"]
    while value >= _KILO and len(units) > 1:
        value /= _KILO
        units.pop(0)
    return f"{value:.0f} {units[0]}" if value >= 10 or units[0] == "B" else f"{value:.1f} {units[0]}"  # noqa: PLR2004 - one digit more for small ones
