"""Moments of time in RFC 3339's notation, without the bounds of Python's ``datetime`` (years 1 to 9999)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from runner.expand.functions.error import Refused

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)([T ])(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_DAY = 86_400
_ERA = 146_097  # days of 400 years of the Gregorian calendar
_EPOCH = 719_468  # days from 1 March of the year 0 to 1 January 1970


@dataclass(frozen=True)
class Instant:
    """A moment: ``unix`` seconds since 1970 and nanoseconds, shown ``offset`` seconds east of Greenwich."""

    unix: int
    nanosecond: int = 0
    offset: int = 0

    @property
    def date(self) -> tuple[int, int, int]:
        """Year, month, day."""
        return _date((self.unix + self.offset) // _DAY)

    @property
    def time(self) -> tuple[int, int, int]:
        """Hour, minute, second."""
        rest = (self.unix + self.offset) % _DAY
        return rest // 3600, rest // 60 % 60, rest % 60

    @property
    def weekday(self) -> int:
        """Day of the week; Sunday is 0."""
        return ((self.unix + self.offset) // _DAY + 4) % 7  # 1 January 1970 was a Thursday

    @property
    def year_day(self) -> int:
        """Day of the year; 1 January is 1."""
        year, month, day = self.date
        return days(year, month, day) - days(year, 1, 1) + 1

    @property
    def iso_week(self) -> tuple[int, int]:
        """Year and week of ISO 8601: week 1 is the one with the year's first Thursday."""
        thursday = (self.unix + self.offset) // _DAY + 3 - (self.weekday - 1) % 7
        year = _date(thursday)[0]
        return year, (thursday - days(year, 1, 1)) // 7 + 1

    def zone(self, colon: str = ":", utc: str = "") -> str:
        """Return the offset as ``+hh:mm``; ``utc`` instead, when one is given and the offset is zero."""
        if not self.offset and utc:
            return utc
        minutes = abs(self.offset) // 60
        return f"{'-' if self.offset < 0 else '+'}{minutes // 60:02}{colon}{minutes % 60:02}"

    def __str__(self) -> str:
        year, month, day = self.date
        shown = f"{year:04}" if year >= 0 else f"-{-year:04}"
        hour, minute, second = self.time
        return f"{shown}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{self.zone(utc='Z')}"


def days(year: int, month: int, day: int) -> int:
    """Return the number of days from 1 January 1970 to a date of the Gregorian calendar, carried on before 1582."""
    shifted = year - (month <= 2)  # noqa: PLR2004 - years are counted from March, so that leap days come last
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month - 3) % 12) + 2) // 5 + day - 1
    return era * _ERA + of_era * 365 + of_era // 4 - of_era // 100 + of_year - _EPOCH


def _date(number: int) -> tuple[int, int, int]:
    """Undo ``days``."""
    era, rest = divmod(number + _EPOCH, _ERA)
    year = (rest - rest // 1460 + rest // 36_524 - rest // 146_096) // 365
    of_year = rest - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = (shifted + 2) % 12 + 1
    return era * 400 + year + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1  # noqa: PLR2004 - as above


def days_in(year: int, month: int) -> int:
    """Return how many days the month has."""
    return days(year + month // 12, month % 12 + 1, 1) - days(year, month, 1)


def parse(timestamp: str, separators: str = "T") -> Instant:
    """Read a moment such as ``2018-01-02T23:12:01.5-08:00``.

    As strict as Packer is: capital ``T`` (or what else ``separators`` allow) and ``Z``, two digits everywhere, no leap
    seconds. Raises ``Refused``.
    """
    match = _RFC3339.fullmatch(timestamp)
    if match is None or match[4] not in separators:
        raise Refused(f"{timestamp!r} is no time in RFC 3339's notation, such as 2018-01-02T23:12:01Z")
    year, month, day, hour, minute, second = (int(match[n]) for n in (1, 2, 3, 5, 6, 7))
    hours, minutes = int(match[10] or 0), int(match[11] or 0)
    limits = (
        ("month", month, 1, 12), ("day", day, 1, days_in(year, month) if 1 <= month <= 12 else 31),  # noqa: PLR2004
        ("hour", hour, 0, 23), ("minute", minute, 0, 59), ("second", second, 0, 59),
        ("hour of the zone", hours, 0, 23), ("minute of the zone", minutes, 0, 59),
    )  # fmt: skip
    for name, number, least, most in limits:
        if not least <= number <= most:
            raise Refused(f"{timestamp!r} is no time: the {name} must be between {least} and {most}")
    offset = (hours * 3600 + minutes * 60) * (-1 if match[9] == "-" else 1)
    unix = days(year, month, day) * _DAY + hour * 3600 + minute * 60 + second - offset
    return Instant(unix, int((match[8] or "0")[:9].ljust(9, "0")), offset)


def instant(moment: datetime) -> Instant:
    """Return an aware ``datetime`` as an ``Instant`` in UTC."""
    seconds = round((moment - datetime.fromtimestamp(0, moment.tzinfo)).total_seconds() * 1_000_000)
    return Instant(seconds // 1_000_000, seconds % 1_000_000 * 1000)
