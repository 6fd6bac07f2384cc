"""Functions of date and time. Times are strings in RFC 3339's notation, as in Packer."""

from __future__ import annotations

import re
from typing import Any

from runner.expand.functions import golayout
from runner.expand.functions.context import Context
from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.instant import MONTHS, WEEKDAYS, Instant, instant, parse
from runner.expand.functions.values import LIMIT, text, whole

_DATE_TOKEN = re.compile(r"''|'((?:[^']|'')+)'|'|([A-Za-z])\2*|[^A-Za-z']+", re.DOTALL)
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_LONGEST_YEAR = 999_999  # far beyond what any time can mean; keeps the text readable


def _time(argument: str, value: str, separators: str = "T") -> Instant:
    try:
        return parse(value, separators)
    except Refused as refused:
        raise Refused(refused.reason, argument) from None


@function(text, text)
def formatdate(format_: str, time: str) -> str:
    """Return ``time`` in the notation that ``format`` describes.

    ``YYYY YY`` year, ``MMMM MMM MM M`` month, ``DD D`` day, ``EEEE EEE`` weekday, ``hh h`` hour of 24, ``HH H`` hour of
    12, ``AA aa`` AM or pm, ``mm m`` minute, ``ss s`` second, ``ZZZZZ ZZZZ ZZZ Z`` zone. Other letters stand in single
    quotes, two of them are one; all else is written as it is.
    """
    moment = _time("time", time)
    result = ""
    for match in _DATE_TOKEN.finditer(format_):
        if match[0] == "'":
            raise Refused(f"a quote is not closed in {format_!r}", "format")
        if match[2]:
            result += _written(moment, match[0])
        else:
            result += (match[1] or match[0]).replace("''", "'")
    return result


def _written(moment: Instant, verb: str) -> str:
    (year, month, day), (hour, minute, second) = moment.date, moment.time
    half = (hour - 1) % 12 + 1
    shown = {
        "YYYY": f"{year:04}", "YY": f"{year % 100:02}",
        "MMMM": MONTHS[month - 1], "MMM": MONTHS[month - 1][:3], "MM": f"{month:02}", "M": f"{month}",
        "DD": f"{day:02}", "D": f"{day}",
        "EEEE": WEEKDAYS[moment.weekday], "EEE": WEEKDAYS[moment.weekday][:3],
        "hh": f"{hour:02}", "h": f"{hour}", "HH": f"{half:02}", "H": f"{half}",
        "AA": "PM" if hour >= 12 else "AM", "aa": "pm" if hour >= 12 else "am",  # noqa: PLR2004 - noon
        "mm": f"{minute:02}", "m": f"{minute}", "ss": f"{second:02}", "s": f"{second}",
        "ZZZZZ": moment.zone(), "ZZZZ": moment.zone(""), "ZZZ": moment.zone("", "UTC"), "Z": moment.zone(utc="Z"),
    }  # fmt: skip
    if verb not in shown:
        known = [each for each in shown if each[0] == verb[0]]
        hint = f"'{verb[0]}' is written {' or '.join(known)}" if known else "put literal letters in single quotes"
        raise Refused(f"{verb!r} has no meaning; {hint}", "format")
    return shown[verb]


@function(text, optional=1)
def legacy_isotime(format_: str = "2006-01-02T15:04:05Z07:00", *, context: Context) -> str:
    """Return the time of this run in the notation of a Go layout, such as ``2006-01-02``; RFC 3339 without one.

    The layout shows how Go's reference time, ``Mon Jan 2 15:04:05 MST 2006``, is written.
    """
    return golayout.written(instant(context.now), format_)


@function(text)
def legacy_strftime(format_: str, *, context: Context) -> str:
    """Return the time of this run as ``format`` says: ``%a %A %b %B %d %H %I %L %m %M %p %S %y %Y %z %Z %%``.

    Those are the verbs that Packer knows; it leaves all others as they are, and so does this.
    """
    moment = instant(context.now)

    def verb(match: re.Match[str]) -> str:
        layout = _STRFTIME.get(match[1])
        return match[0] if layout is None else golayout.written(moment, layout)

    return re.sub(r"%(.)", verb, format_, flags=re.DOTALL)


_STRFTIME = {
    "a": "Mon", "A": "Monday", "b": "Jan", "B": "January", "d": "02", "H": "15", "I": "03", "L": ".000", "m": "01",
    "M": "04", "p": "PM", "S": "05", "y": "06", "Y": "2006", "z": "-0700", "Z": "MST", "%": "%",
}  # fmt: skip


@function()
def plantimestamp(*, context: Context) -> str:
    """Return the time of this run: the same as ``timestamp``, which does not move during a run either."""
    return str(instant(context.now))


@function(text)
def rfc3339_parse(timestamp: str) -> dict[str, Any]:
    """Return the parts of a time: ``year month day hour minute second`` and names, ``unix`` and ISO week.

    Between date and time, a space is as good as ``T``. Sunday is weekday 0.
    """
    moment = _time("timestamp", timestamp, "T ")
    return dict(sorted((_parts(moment) | {"unix": moment.unix}).items()))


@function(text, text)
def timeadd(timestamp: str, duration: str) -> str:
    """Return the time that is ``duration`` later, such as ``1h30m`` or ``-1.5h`` (units ``ns us ms s m h``)."""
    moment = _time("timestamp", timestamp)
    total = moment.nanosecond + _nanoseconds(duration)
    later = Instant(moment.unix + total // 10**9, total % 10**9, moment.offset)
    return str(later)


def _nanoseconds(duration: str) -> int:
    sign, rest = (-1 if duration.startswith("-") else 1), duration[duration[:1] in ("-", "+") :]
    parts = list(_DURATION.finditer(rest))
    if rest != "0" and (not parts or "".join(part[0] for part in parts) != rest or len(rest) > 100):  # noqa: PLR2004 - digits
        msg = f"{duration!r} is no duration; write numbers with the units ns, us, ms, s, m or h, as in '1h30m'"
        raise Refused(msg, "duration")
    total = 0
    for part in parts:
        whole, _, fraction = part[1].partition(".")
        unit = _NANOSECONDS[part[2]]
        total += int(whole or 0) * unit + int(fraction or 0) * unit // 10 ** len(fraction)
    if total >= LIMIT:
        raise Refused(f"{duration!r} is too long; the longest duration is about 292 years", "duration")
    return sign * total


@function(text, text)
def timecmp(timestamp_a: str, timestamp_b: str) -> int:
    """Return -1, 0 or 1 when the first time is earlier than, the same as, or later than the second."""
    first, second = _time("timestamp_a", timestamp_a), _time("timestamp_b", timestamp_b)
    a, b = (first.unix, first.nanosecond), (second.unix, second.nanosecond)
    return (a > b) - (a < b)


@function()
def timestamp(*, context: Context) -> str:
    """Return the time of this run, in UTC.

    Packer's is the clock at each evaluation. Here it stands still from the start of the process (or at
    ``SOURCE_DATE_EPOCH``), so that a plan stays what it is.
    """
    return str(instant(context.now))


@function(whole)
def unix_timestamp_parse(unix_timestamp: int) -> dict[str, Any]:
    """Return the parts of the time so many seconds after 1970, in UTC: as ``rfc3339_parse``, with ``rfc3339``."""
    moment = Instant(unix_timestamp)
    if abs(moment.date[0]) > _LONGEST_YEAR:
        raise Refused(f"{unix_timestamp} seconds are more than {_LONGEST_YEAR} years", "unix_timestamp")
    return dict(sorted((_parts(moment) | {"rfc3339": str(moment)}).items()))


def _parts(moment: Instant) -> dict[str, Any]:
    (year, month, day), (hour, minute, second) = moment.date, moment.time
    iso_year, iso_week = moment.iso_week
    return {
        "year": year, "year_day": moment.year_day, "month": month, "month_name": MONTHS[month - 1], "day": day,
        "weekday": moment.weekday, "weekday_name": WEEKDAYS[moment.weekday], "hour": hour, "minute": minute,
        "second": second, "iso_year": iso_year, "iso_week": iso_week,
    }  # fmt: skip
