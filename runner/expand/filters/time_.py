"""Filters for dates and spans of time."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import number, one_of, shown, text

_UNITS = {
    "ms": ("ms", "millisecond", "msec", "msecond"),
    "s": ("s", "second", "sec"),
    "m": ("m", "minute", "min"),
    "h": ("h", "hour"),
    "d": ("d", "day"),
    "w": ("w", "week"),
    "mo": ("mo", "month"),
    "y": ("y", "year"),
}
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SHORT = {
    name: short for short, words in _UNITS.items() for word in words
    for name in ((word, f"{word}s") if word != short or short == "ms" else (word,))
}  # fmt: skip
_SPAN = re.compile(r"(-?\d+)([a-z]+)", re.ASCII)


def strftime(value: Any, second: Any = None, utc: Any = False) -> str:  # noqa: FBT002 - given by position
    """Return a date as a format such as ``%Y-%m-%d`` says; ``second`` is the time in seconds since 1970, or now."""
    if second is not None:
        try:
            second = float(second)
        except (TypeError, ValueError):
            raise FilterError(f"a time is a number of seconds since 1970, not {shown(second)}") from None
    return time.strftime(text(value, "a format"), (time.gmtime if utc else time.localtime)(second))


def to_datetime(value: Any, format: str = "%Y-%m-%d %H:%M:%S") -> dt.datetime:  # noqa: A002 - the option's name
    """Return the point in time that a text names in ``format``; two of them can be subtracted."""
    return dt.datetime.strptime(text(value), format)  # noqa: DTZ007 - as in Ansible, a time of no zone


def to_time_unit(value: Any, unit: str = "ms", *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1d 3h`` in a unit; ``year`` and ``month`` are their lengths in days.

    Units: ms, s, m, h, d, w, mo, y, and their English names.
    """
    days = {"y": number(year, "year"), "mo": number(month, "month")}
    factors = _MILLISECONDS | {name: each * _MILLISECONDS["d"] for name, each in days.items()}
    one_of(unit, _SHORT, "a unit of time")
    total: float = 0
    for part in text(value).split():
        match = _SPAN.fullmatch(part)
        if match is None or match[2] not in _SHORT:
            raise FilterError(f"{part!r} is not a span of time such as 2h or 30min")
        total += int(match[1]) * factors[_SHORT[match[2]]]
    return round(total / factors[_SHORT[unit]], 12)


def to_milliseconds(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1d 3h`` in milliseconds."""
    return to_time_unit(value, "ms", year=year, month=month)


def to_seconds(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1d 3h`` in seconds."""
    return to_time_unit(value, "s", year=year, month=month)


def to_minutes(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1d 3h`` in minutes."""
    return to_time_unit(value, "m", year=year, month=month)


def to_hours(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1d 3h`` in hours."""
    return to_time_unit(value, "h", year=year, month=month)


def to_days(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1w 3d`` in days."""
    return to_time_unit(value, "d", year=year, month=month)


def to_weeks(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1y 3d`` in weeks."""
    return to_time_unit(value, "w", year=year, month=month)


def to_months(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``1y 3d`` in months."""
    return to_time_unit(value, "mo", year=year, month=month)


def to_years(value: Any, *, year: Any = 365, month: Any = 30) -> float:
    """Return a span of time such as ``800d`` in years."""
    return to_time_unit(value, "y", year=year, month=month)
