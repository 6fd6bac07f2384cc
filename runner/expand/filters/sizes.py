"""Filters between numbers of bytes or bits and how people write them; a kilobyte has 1024 bytes."""

from __future__ import annotations

import re
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, number, shown

_PREFIXES = {"Y": "yotta", "Z": "zetta", "E": "exa", "P": "peta", "T": "tera", "G": "giga", "M": "mega", "K": "kilo"}
_FACTORS: dict[str, int] = {prefix: 1024 ** (len(_PREFIXES) - index) for index, prefix in enumerate(_PREFIXES)}
_SIZE = re.compile(r"(\d*\.?\d+)\s*([A-Za-z]+)?\s*", re.ASCII)


def human_readable(value: Any, isbits: Any = False, unit: str | None = None) -> str:  # noqa: FBT002 - given by position
    """Return a number of bytes (or bits) as people write it: ``1.43 MB``; ``unit`` says which unit, as ``M``."""
    size = number(value)
    for prefix, factor in _FACTORS.items():
        if (size >= factor) if unit is None else (unit.upper() == prefix):
            return f"{size / factor:.2f} {prefix}{'b' if isbits else 'B'}"
    return f"{size:.2f} {'bits' if isbits else 'Bytes'}"


def human_to_bytes(value: Any, default_unit: str | None = None, isbits: Any = False) -> int:  # noqa: FBT002 - given by position
    """Return how many bytes a size such as ``1.5 GB``, ``10K`` or ``2 megabyte`` is; with ``isbits``, how many bits.

    ``default_unit`` is the unit of a size that has none.
    """
    match = _SIZE.fullmatch(as_text(value))
    if match is None:
        raise FilterError(f"{shown(value)} is not a size such as 10, 1.5G or 20 MB")
    unit = match[2] or default_unit
    return round(float(match[1]) * (_factor(unit, isbits=bool(isbits)) if unit else 1))


def _factor(unit: str, *, isbits: bool) -> int:
    prefix = unit[0].upper()
    letter, word = ("b", "bit") if isbits else ("B", "byte")
    if prefix == "B":
        good = len(unit) == 1 or unit.lower() == word
    else:
        short = len(unit) == 1 or unit == prefix + letter
        good = short or unit.lower() == f"{_PREFIXES.get(prefix)}{word}"
    if good and (prefix == "B" or prefix in _FACTORS):
        return _FACTORS.get(prefix, 1)
    example = f"K, K{letter} or kilo{word}"
    raise FilterError(f"{unit!r} is not a unit such as {example} (of {', '.join(_FACTORS)}, B)")
