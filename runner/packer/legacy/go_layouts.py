"""Notations of dates: those of ``formatdate`` as layouts of Go."""

from __future__ import annotations

import re

_VERB = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")
_LAYOUTS = {
    "YYYY": "2006", "YY": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "DD": "02", "D": "2",
    "EEEE": "Monday", "EEE": "Mon", "hh": "15", "HH": "03", "H": "3", "AA": "PM", "aa": "pm", "mm": "04", "m": "4",
    "ss": "05", "s": "5", "ZZZZZ": "-07:00", "ZZZZ": "-0700", "ZZZ": "MST", "Z": "Z07:00",
}  # fmt: skip
_PLAIN = re.compile(r"[^\w+]*|[TZ]", re.ASCII)
"""Text that no layout takes for a part of a date."""


def layout(form: str) -> str | None:
    """Return the layout that writes a date as ``form`` does; nothing when there is none."""
    made, at = "", 0
    for found in _VERB.finditer(form):
        if found.start() != at:
            return None
        at = found.end()
        verb = _LAYOUTS.get(found[0]) if found[2] else None
        plain = found[0] if found[1] is None else found[1].replace("''", "'")
        if verb is None and (found[2] or not _PLAIN.fullmatch(plain)):
            return None
        made += plain if verb is None else verb
    return made if at == len(form) else None
