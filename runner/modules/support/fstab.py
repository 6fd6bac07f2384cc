"""The table of file systems, fstab(5), as the ``mount`` module changes it."""

from __future__ import annotations

import re
from typing import NamedTuple

_FEWEST, _MOST = 4, 6
"""How many fields a line has; the last two may be left out."""
_ESCAPES = {"\\": "\\134", " ": "\\040", "\t": "\\011", "\n": "\\012", "&": "\\046"}
"""What a field writes as an octal number: Ansible does so with ``&`` too."""
_OCTAL = re.compile(r"\\([0-7]{3})")


class Entry(NamedTuple):
    """What a line of the table says; a field that is left out is empty."""

    src: str
    path: str
    fstype: str
    opts: str
    dump: str
    passno: str

    @classmethod
    def of(cls, line: str) -> Entry | None:
        """Read a line; nothing for a comment, or what is no line of the table."""
        fields = line.split()
        if line.lstrip().startswith("#") or not _FEWEST <= len(fields) <= _MOST:
            return None
        return cls(*(_plain(field) for field in (*fields, "", "")[:_MOST]))

    @property
    def line(self) -> str:
        """The line, without its end."""
        return " ".join("".join(_ESCAPES.get(each, each) for each in field) for field in self)


def entered(lines: list[str], wanted: Entry) -> list[str]:
    """Return the lines of the table with an entry: in place of those for its path, or at the end."""
    found, kept = False, list[str]()
    for line in lines:
        entry = Entry.of(line)
        if entry is None or not _is_for(entry, wanted.path, wanted.src):
            kept.append(line)
            continue
        found = True
        kept.append(line if entry == wanted else wanted.line)
    return kept if found else [*kept, wanted.line]


def without(lines: list[str], path: str, src: str | None) -> list[str]:
    """Return the lines of the table without those for a path."""
    return [line for line in lines if (entry := Entry.of(line)) is None or not _is_for(entry, path, src)]


def _is_for(entry: Entry, path: str, src: str | None) -> bool:
    """Return whether an entry is the one for a path. Swap may be at ``none``: there, its device tells them apart."""
    swap = entry.fstype == "swap" and entry.path == "none" and src is not None
    return entry.path == path and not (swap and entry.src != src)


def _plain(field: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)
