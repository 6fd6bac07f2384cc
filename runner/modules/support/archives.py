"""What is in an archive, tar or zip, and how it is compressed."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from runner.sdk import Failed

ZSTD = ("--zstd",)
_MAGIC = {b"\x1f\x8b": ("-z",), b"BZh": ("-j",), b"\xfd7zXZ\0": ("-J",), b"\x28\xb5\x2f\xfd": ZSTD}
"""How a compressed file begins -> what tells tar so."""


def stripped(options: Sequence[str]) -> int:
    """Return how many directories tar is told to leave away from the beginning of each name."""
    for number, word in enumerate(options):
        match = re.fullmatch(r"--strip(?:-components)?(?:[= ](\d+))?", word)
        if match is not None:
            value = match[1] or (options[number + 1] if number + 1 < len(options) else "")
            return int(value) if value.isdecimal() else 0
    return 0


class Entry(NamedTuple):
    """Something in an archive."""

    name: str
    kind: str
    size: int
    mode: int
    mtime: float | None
    """In seconds since 1970; nothing where an archive tells the time of an unknown place."""
    target: str = ""


def entries(data: bytes, name: str) -> list[Entry]:
    """Return what is in an archive. Raises ``Failed`` for what is none."""
    stream = io.BytesIO(data)
    try:
        if data[:2] == b"PK":
            with zipfile.ZipFile(stream) as zipped:
                return [_of_zip(each) for each in zipped.infolist()]
        with tarfile.open(fileobj=stream, mode="r:*") as archive:
            return [_of_tar(each) for each in archive]
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise Failed(f"{name} is no archive that can be read: {error}", "tar, also compressed, or zip") from error


def _of_zip(info: zipfile.ZipInfo) -> Entry:
    mode = info.external_attr >> 16 & 0o7777
    return Entry(info.filename, "directory" if info.is_dir() else "file", info.file_size, mode, None)


def _of_tar(info: tarfile.TarInfo) -> Entry:
    kind = "directory" if info.isdir() else "link" if info.issym() else "file" if info.isfile() else "other"
    return Entry(info.name, kind, info.size, info.mode, info.mtime, info.linkname)


def compression(data: bytes) -> tuple[str, ...]:
    """Return what tells tar how a file is compressed."""
    return next((flags for magic, flags in _MAGIC.items() if data.startswith(magic)), ())


def fits(name: str, pattern: str) -> bool:
    """Return whether an entry is one that a pattern means, or lies in one."""
    plain = pattern.removeprefix("./").rstrip("/")
    return fnmatchcase(name, plain) or name.startswith(f"{plain}/")
