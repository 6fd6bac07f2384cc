"""A floppy disk of 1.44 MB: FAT12 with long names, as every installer reads it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from runner.sdk import Failed

Tree = Mapping[str, Any]
"""Name -> the bytes of a file, or the tree of a directory."""
_SECTOR = 512
_SECTORS = 2880
_FAT = 9
"""Sectors of each of the two tables."""
_ROOT = 224
"""How many entries the top directory holds."""
_FIRST = 1 + 2 * _FAT + _ROOT * 32 // _SECTOR
"""The sector of cluster 2, the first there is: a cluster is a sector."""
_CLUSTERS = _SECTORS - _FIRST
_END = 0xFFF
_DIRECTORY, _LABEL, _LONG = 0x10, 0x08, 0x0F
_DATE = (2000 - 1980) << 9 | 1 << 5 | 1
"""The first of January 2000: the same files make the same floppy."""
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'()-@^_`{}~")


def image(files: Tree, label: str | None = None) -> bytes:
    """Return a floppy with these files. Raises ``Failed`` when they do not fit."""
    made = _Floppy()
    top = made.entries(files, parent=None)
    if label:
        top = _entry(_label(label), _LABEL, 0, 0) + top
    if len(top) > _ROOT * 32:
        raise Failed("the top of a floppy has no room for that many files", "put them into a directory")
    return _boot_sector(label) + made.table() * 2 + top.ljust(_ROOT * 32, b"\0") + made.data()


class _Floppy:
    """Files and directories that have their place already."""

    def __init__(self) -> None:
        self._clusters: list[bytes] = []
        self._next: list[int] = [0xFF0, _END]

    def add(self, content: bytes) -> int:
        """Put a content onto the floppy; return the number of its first cluster."""
        return self.fill(self.reserve(len(content)), content)

    def reserve(self, size: int) -> int:
        """Keep room for as many bytes; return the number of the first cluster. Raises ``Failed``."""
        clusters = -(-size // _SECTOR)
        first = len(self._next)
        if len(self._clusters) + clusters > _CLUSTERS:
            raise Failed(
                "the files do not fit on a floppy, which has room for 1.4 MB",
                "hand them over on a CD with cd_files, or by http_directory",
            )
        self._clusters += [b""] * clusters
        self._next += [*range(first + 1, first + clusters), _END][:clusters]
        return first if clusters else 0

    def fill(self, first: int, content: bytes) -> int:
        """Put a content into its room."""
        for index, start in enumerate(range(0, len(content), _SECTOR), first - 2):
            self._clusters[index] = content[start : start + _SECTOR]
        return first

    def entries(self, files: Tree, parent: int | None, own: int = 0) -> bytes:
        """Return the entries of a directory, with what they lead to put onto the floppy."""
        made = b"" if parent is None else _entry(b".", _DIRECTORY, own, 0) + _entry(b"..", _DIRECTORY, parent, 0)
        taken: set[bytes] = set()
        for name, content in files.items():
            short = _short(name, taken)
            taken.add(short)
            if isinstance(content, Mapping):
                first = self.reserve(_size(content))
                self.fill(first, self.entries(content, own, first))
                made += _long(name, short) + _entry(short, _DIRECTORY, first, 0)
            else:
                made += _long(name, short) + _entry(short, 0x20, self.add(content), len(content))
        return made

    def table(self) -> bytes:
        """Return the table of which cluster follows which: twelve bits each."""
        numbers = [*self._next, 0]
        pairs = zip(numbers[0::2], numbers[1::2], strict=False)
        packed = b"".join((low | high << 12).to_bytes(3, "little") for low, high in pairs)
        return packed.ljust(_FAT * _SECTOR, b"\0")

    def data(self) -> bytes:
        """Return what the clusters hold."""
        return b"".join(each.ljust(_SECTOR, b"\0") for each in self._clusters).ljust(_CLUSTERS * _SECTOR, b"\0")


def _boot_sector(label: str | None) -> bytes:
    name = _label(label) if label else b"NO NAME    "
    return (
        b"\xeb\x3c\x90INGOT   "
        + struct.pack("<HBHBHHBHHHII", _SECTOR, 1, 1, 2, _ROOT, _SECTORS, 0xF0, _FAT, 18, 2, 0, 0)
        + struct.pack("<BBBI11s8s", 0, 0, 0x29, 0x1A607, name, b"FAT12   ")
    ).ljust(_SECTOR - 2, b"\0") + b"\x55\xaa"


def _label(label: str) -> bytes:
    text = label.upper().encode("ascii", "replace")
    if len(text) > 11:  # noqa: PLR2004 - what the format has room for
        raise Failed(f"floppy_label: {label} has more than 11 characters")
    return text.ljust(11)


def _entry(short: bytes, attributes: int, cluster: int, size: int) -> bytes:
    return struct.pack(
        "<11sBBBHHHHHHHI", short.ljust(11), attributes, 0, 0, 0, _DATE, _DATE, 0, 0, _DATE, cluster, size
    )


def _size(files: Tree) -> int:
    """Return how many bytes the entries of a directory take."""
    taken: set[bytes] = set()
    size = 64
    for name in files:
        short = _short(name, taken)
        taken.add(short)
        size += len(_long(name, short)) + 32
    return size


def _long(name: str, short: bytes) -> bytes:
    """Return the entries that hold a name as it is written; none when the short name says it all."""
    base, extension = short[:8].rstrip().decode(), short[8:].rstrip().decode()
    if name == (f"{base}.{extension}" if extension else base):
        return b""
    units = name.encode("utf-16-le")
    if len(units) > 255 * 2:
        raise Failed(f"{name} is too long for the name of a file on a floppy")
    padded = units + (b"\0\0" if len(units) % 26 else b"")
    padded = padded.ljust(-(-len(padded) // 26) * 26, b"\xff")
    pieces = [padded[start : start + 26] for start in range(0, len(padded), 26)]
    checksum = 0
    for byte in short:
        checksum = ((checksum >> 1) | (checksum << 7 & 0x80)) + byte & 0xFF
    return b"".join(
        struct.pack(
            "<B10sBBB12sH4s", number | (0x40 if number == len(pieces) else 0), piece[:10], _LONG, 0, checksum,
            piece[10:22], 0, piece[22:],
        )
        for number, piece in reversed(list(enumerate(pieces, 1)))
    )


def _short(name: str, taken: set[bytes]) -> bytes:
    """Return a name of eight letters and three that no other file of the directory has."""
    stem, dot, extension = name.upper().rpartition(".")
    stem, extension = (stem, extension) if dot and stem else (name.upper(), "")
    plain, end = _plain(stem), _plain(extension)[:3]
    exact = plain == stem and len(stem) <= 8 and end == extension  # noqa: PLR2004 - of eight letters and three
    for short in _tries(plain or "FILE", end, exact=exact):
        if short not in taken:
            return short
    raise AssertionError("there is always another number")


def _tries(plain: str, end: str, *, exact: bool) -> Iterator[bytes]:
    if exact:
        yield f"{plain:8}{end:3}".encode()
    for number in count(1):
        tail = f"~{number}"
        yield f"{plain[: 8 - len(tail)] + tail:8}{end:3}".encode()


def _plain(text: str) -> str:
    return "".join(each for each in text if each in _PLAIN)
