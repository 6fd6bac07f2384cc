"""Lengths of time as people say them."""

from __future__ import annotations


def readable(seconds: float) -> str:
    """Return a length of time such as ``30 ms``, ``1.3 s`` or ``1 min 2 s``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


_UNITS = (("hour", 3_600_000_000), ("minute", 60_000_000), ("second", 1_000_000), ("millisecond", 1_000),
          ("microsecond", 1))


def spelled_out(seconds: float) -> str:
    """Return a length of time as Packer writes it, by its two largest units: ``1 minute 2 seconds``."""
    rest = round(seconds * 1_000_000)
    words = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {unit}{'s' * (count != 1)}")
    return " ".join(words[:2]) or "0 seconds"
