"""Packing a machine's files into a tar archive, the same way each time."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join

from runner.builders.rootfs.unpack import OPAQUE, WHITEOUT, XATTR
from runner.sdk import Failed

Write = Callable[[bytes], object]
_PIECE = 1 << 20
_BLOCK = 512
"""The size of a block of a tar archive, in bytes (POSIX pax)."""
_OVERLAY = ("trusted.overlay.", "user.overlay.")
"""How an overlay's own attributes begin."""
_OPAQUE = ("trusted.overlay.opaque", "user.overlay.opaque")
_KINDS = {
    stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFREG: tarfile.REGTYPE, stat.S_IFLNK: tarfile.SYMTYPE,
    stat.S_IFCHR: tarfile.CHRTYPE, stat.S_IFBLK: tarfile.BLKTYPE, stat.S_IFIFO: tarfile.FIFOTYPE,
}


@dataclass(frozen=True, slots=True)
class Packing:
    """How files are packed."""

    epoch: int | None = None
    """The latest time that a file may have, in seconds since 1970."""
    upper: bool = False
    """Whether it is the upper directory of an overlay, which says also what is gone from below."""
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    """Files with several names, and the name by which they are in the archive already."""


def pack(root: str, write: Write, packing: Packing) -> None:
    """Write an archive of everything below ``root``, sorted by name."""
    for path, name in _below(root, ""):
        _entry(path, name, write, packing)
    write(b"\0" * 2 * _BLOCK)


def _below(directory: str, name: str) -> Iterator[tuple[str, str]]:
    with os.scandir(directory) as entries:
        found = sorted(entries, key=lambda each: each.name)
    for each in found:
        inner = join(name, each.name)
        yield each.path, inner
        if each.is_dir(follow_symlinks=False):
            yield from _below(each.path, inner)


def _entry(path: str, name: str, write: Write, packing: Packing) -> None:
    status = os.lstat(path)
    kind = _KINDS.get(stat.S_IFMT(status.st_mode))
    if kind is None:  # a socket: a program makes it when it starts
        return
    info = tarfile.TarInfo(name)
    info.type, info.mode = kind, stat.S_IMODE(status.st_mode)
    info.uid, info.gid = status.st_uid, status.st_gid
    info.mtime = int(status.st_mtime) if packing.epoch is None else min(int(status.st_mtime), packing.epoch)
    if packing.upper and kind == tarfile.CHRTYPE and status.st_rdev == 0:
        _whiteout(join(dirname(name), f"{WHITEOUT}{name.rpartition('/')[2]}"), info.mtime, write)
        return
    attributes = _attributes(path)
    info.pax_headers = {
        f"{XATTR}{key}": value.decode("utf-8", "surrogateescape") for key, value in attributes.items()
        if not key.startswith(_OVERLAY)
    }
    if kind == tarfile.SYMTYPE:
        info.linkname = os.readlink(path)  # noqa: PTH115 - paths are texts here
    elif kind in (tarfile.CHRTYPE, tarfile.BLKTYPE):
        info.devmajor, info.devminor = os.major(status.st_rdev), os.minor(status.st_rdev)
    elif kind == tarfile.REGTYPE:
        _file(path, info, status, write, packing)
        return
    _head(info, write)
    if packing.upper and any(attributes.get(each) == b"y" for each in _OPAQUE):
        _whiteout(join(name, OPAQUE), info.mtime, write)


def _file(path: str, info: tarfile.TarInfo, status: os.stat_result, write: Write, packing: Packing) -> None:
    if status.st_nlink > 1:
        first = packing.links.setdefault((status.st_dev, status.st_ino), info.name)
        if first != info.name:
            info.type, info.linkname, info.pax_headers = tarfile.LNKTYPE, first, {}
            _head(info, write)
            return
    with open(path, "rb", buffering=0) as source:  # noqa: PTH123 - as above
        info.size = left = status.st_size
        _head(info, write)
        while left:
            piece = source.read(min(_PIECE, left))
            if not piece:
                raise Failed(f"/{info.name} was cut short while it was packed", "let the task that writes it end first")
            left -= len(piece)
            write(piece)
    write(b"\0" * (-info.size % _BLOCK))


def _whiteout(name: str, time: int, write: Write) -> None:
    info = tarfile.TarInfo(name)
    info.mtime = time
    _head(info, write)


def _head(info: tarfile.TarInfo, write: Write) -> None:
    write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))


def _attributes(path: str) -> dict[str, bytes]:
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:  # a file system without any
        return {}
    return {name: os.getxattr(path, name, follow_symlinks=False) for name in sorted(names)}
