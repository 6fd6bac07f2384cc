"""Permissions of files, by number and in the notation of ``chmod``."""

from __future__ import annotations

import re

from runner.sdk import Failed

_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]+|[ugo]|))+)")
_ACTION = re.compile(r"([-+=])([rwxXst]+|[ugo]|)")
_OWN = {"u": 0o700, "g": 0o070, "o": 0o007}
"""The bits that each of owner, group and others has of its own."""
_SPECIAL = {"u": 0o4000, "g": 0o2000, "o": 0o1000}
"""The bit beside them: of others it is the sticky one."""
_TIMES = {"u": 0o100, "g": 0o010, "o": 0o001}
"""What a digit for others is multiplied by to stand for this one."""
_DIGITS = {"r": 4, "w": 2, "x": 1}


def permissions(text: str, current: int, *, directory: bool = False, umask: int = 0o022) -> int:
    """Return the permissions that ``text`` makes of ``current``: ``0644``, ``u=rw,go=r``, ``+x`` ...

    Raises ``Failed`` for a text that is neither.
    """
    if re.fullmatch(r"[0-7]+", text.removeprefix("0o")):
        return int(text.removeprefix("0o"), 8) & 0o7777
    mode = current & 0o7777
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None:
            raise Failed(f"{text!r} is not a mode", "write permissions as '0644' or as u=rw,go=r")
        for sign, what in _ACTION.findall(match[2]):
            mode = _changed(mode, match[1], sign, what, directory=directory, umask=umask)
    return mode


def octal(mode: int) -> str:
    """Return permissions as Ansible writes them: four digits."""
    return f"{mode & 0o7777:04o}"


def _changed(mode: int, who: str, sign: str, what: str, *, directory: bool, umask: int) -> int:
    """Return ``mode`` after one action. Where nobody is named, what the umask keeps back is left as it is."""
    everybody = "ugo" if not who or "a" in who else who
    bits = 0
    for each in everybody:
        bits |= _bits(mode, each, what, directory=directory)
    if not who:
        bits &= ~umask
    if sign == "=":
        return mode & ~sum(_OWN[each] | _SPECIAL[each] for each in set(everybody)) | bits
    return mode | bits if sign == "+" else mode & ~bits


def _bits(mode: int, who: str, what: str, *, directory: bool) -> int:
    if what in _OWN:  # what somebody else may
        return (mode & _OWN[what]) // _TIMES[what] * _TIMES[who]
    digit = sum(_DIGITS[letter] for letter in set(what) & _DIGITS.keys())
    if "X" in what and (directory or mode & 0o111):
        digit |= 1
    special = _SPECIAL[who] if ("t" if who == "o" else "s") in what else 0
    return digit * _TIMES[who] | special
