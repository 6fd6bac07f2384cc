"""Times in the notation of Go's layouts, which show how a reference time is written: https://pkg.go.dev/time#Layout."""

from __future__ import annotations

import re

from runner.expand.functions.instant import MONTHS, WEEKDAYS, Instant

_TOKEN = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|_(?=2006)|__2|_2|002|0[1-6]|15|PM|pm|[1-5]"
    r"|[Z-](?:070000|07:00:00|0700|07:00|07)|[.,](?:0+|9+)(?![0-9])"
)


def written(moment: Instant, layout: str) -> str:
    """Return ``moment`` in the notation that ``layout`` shows."""
    return _TOKEN.sub(lambda match: _part(moment, match[0]), layout)


def _part(moment: Instant, token: str) -> str:
    (year, month, day), (hour, minute, second) = moment.date, moment.time
    half = (hour - 1) % 12 + 1
    shown = {
        "January": MONTHS[month - 1], "Jan": MONTHS[month - 1][:3], "1": f"{month}", "01": f"{month:02}",
        "Monday": WEEKDAYS[moment.weekday], "Mon": WEEKDAYS[moment.weekday][:3],
        "2": f"{day}", "_2": f"{day:2}", "02": f"{day:02}",
        "002": f"{moment.year_day:03}", "__2": f"{moment.year_day:3}",
        "15": f"{hour:02}", "3": f"{half}", "03": f"{half:02}", "4": f"{minute}", "04": f"{minute:02}",
        "5": f"{second}", "05": f"{second:02}", "2006": f"{year:04}", "06": f"{year % 100:02}",
        "PM": "PM" if hour >= 12 else "AM", "pm": "pm" if hour >= 12 else "am",  # noqa: PLR2004 - noon
        "MST": "UTC" if not moment.offset else moment.zone(""), "_": "_",
    }  # fmt: skip
    if token in shown:
        return shown[token]
    return _fraction(moment, token) if token[0] in ".," else _zone(moment, token)


def _fraction(moment: Instant, token: str) -> str:
    """Write the fraction of the second with as many digits as ``token`` has, nine at most; nines leave out zeros."""
    digits = f"{moment.nanosecond:09}"[: len(token) - 1]
    if token[1] == "0":
        return token[0] + digits
    digits = digits.rstrip("0")
    return token[0] + digits if digits else ""


def _zone(moment: Instant, token: str) -> str:
    if token[0] == "Z" and not moment.offset:
        return "Z"
    colon = ":" if ":" in token else ""
    if token[1:] == "07":
        return moment.zone()[:3]
    seconds = f"{colon}{abs(moment.offset) % 60:02}" if token[1:] in {"070000", "07:00:00"} else ""
    return moment.zone(colon) + seconds
