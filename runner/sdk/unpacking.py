"""Unpack tar archives whose makers are not trusted. The library's own filters are newer than Debian 12's Python."""

from __future__ import annotations

import os
import tarfile
from copy import copy
from pathlib import Path


class Misplaced(tarfile.TarError):
    """Something in an archive does not belong below the directory in which it is unpacked."""


def unpack(archive: tarfile.TarFile, to: Path, *, bound: bool = False) -> None:
    """Unpack files, directories and links below ``to``; never devices, never owners. Raises ``TarError``.

    With ``bound``, symbolic links have to stay inside. What others might write, or run as the owner, they cannot.
    """
    archive.extraction_filter = lambda member, _: member  # newer Pythons have one of their own
    for member in archive:
        if member.isfile() or member.isdir() or member.issym() or member.islnk():
            archive.extract(_checked(member, to, bound=bound), to, set_attrs=not member.issym())


def _checked(member: tarfile.TarInfo, to: Path, *, bound: bool) -> tarfile.TarInfo:
    """Return what is to be made of a member. Raises ``Misplaced``."""
    made = copy(member)
    made.name = member.name.lstrip("/")
    made.uid, made.gid, made.uname, made.gname = os.getuid(), os.getgid(), "", ""
    made.mode = member.mode & 0o755 | (0o700 if member.isdir() else 0)
    _inside(made.name, to, member)
    if member.islnk():
        made.linkname = member.linkname.lstrip("/")
        _inside(made.linkname, to, member)
    elif member.issym() and bound:
        # Where a link leads is seen from its own directory; an absolute one leaves ``to`` by being joined to it.
        _inside(Path(made.name).parent / member.linkname, to, member)
    return made


def _inside(path: str | Path, to: Path, member: tarfile.TarInfo) -> None:
    """Raise ``Misplaced`` if a path leads elsewhere, links that are there already included."""
    top = to.resolve()
    if not (top / path).resolve().is_relative_to(top):
        raise Misplaced(f"{member.name} leads to {member.linkname or 'a place outside'}")
