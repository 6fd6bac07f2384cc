"""Lengths of time as Go and Packer write them."""

from __future__ import annotations

import re
from typing import Any

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)")


def seconds_of(duration: Any) -> float:
    """Return a duration such as ``90s``, ``1h30m`` or ``90`` in seconds. Raises ``ValueError`` when it is none."""
    text = str(duration).strip()
    parts = _PART.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise ValueError(f"{text!r} is not a duration such as 90s or 5m")
    return found
