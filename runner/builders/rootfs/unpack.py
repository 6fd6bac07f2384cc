"""Unpacking tar archives as the root of a machine: everything an archive says is made, and nothing outside."""

from __future__ import annotations

import contextlib
import hashlib
import lzma
import os
import shutil
import stat
import subprocess
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from posixpath import basename, dirname, join, normpath
from typing import IO, cast

from runner.sdk import Failed

OPAQUE = ".wh..wh..opq"
WHITEOUT = ".wh."
XATTR = "SCHILY.xattr."
"""How pax headers of tar archives name extended attributes."""
_ZSTD = b"\x28\xb5\x2f\xfd"
_LIBRARIES = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "lzma"}
_PIECE = 1 << 20
_DEVICES = {tarfile.CHRTYPE: stat.S_IFCHR, tarfile.BLKTYPE: stat.S_IFBLK}


@contextmanager
def plain(source: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield the content of a file without its compression, whichever it is. Raises ``Failed``."""
    start = source.peek(8)[:8]  # type: ignore[attr-defined]  # files are opened with a buffer
    try:
        if start.startswith(_ZSTD):
            with _unzstd(source) as stream:
                yield stream
            return
        for magic, library in _LIBRARIES.items():
            if start.startswith(magic):
                with import_module(library).open(source) as stream:
                    yield stream
                return
        yield source
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise Failed(f"it cannot be decompressed: {error}") from error


@contextmanager
def _unzstd(source: IO[bytes]) -> Iterator[IO[bytes]]:
    os.lseek(source.fileno(), 0, os.SEEK_SET)  # a look at its beginning has read further
    try:
        process = subprocess.Popen(["zstd", "-dcq"], stdin=source, stdout=subprocess.PIPE)  # noqa: S607
    except FileNotFoundError as error:
        raise Failed("there is no program zstd", "install the package zstd") from error
    with process:
        assert process.stdout is not None
        yield process.stdout
        process.stdout.read()
    if process.returncode:
        raise Failed("zstd cannot decompress it")


class Digesting:
    """A stream that is read, and whose digest is known at its end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return what comes next."""
        data = self._stream.read(size)
        self._hash.update(data)
        return data

    def finish(self) -> str:
        """Read the rest; return the digest of it all."""
        while self.read(_PIECE):
            pass
        return f"sha256:{self._hash.hexdigest()}"


def unpack(stream: Digesting, *, layer: bool) -> None:
    """Unpack an archive into the root directory: this process has to be confined to it. Raises ``Failed``.

    A ``layer`` of a container image says by names that begin with ``.wh.`` what is to be removed of the layers below.
    """
    try:
        with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|", bufsize=_PIECE) as archive:
            _unpack(archive, layer=layer)
    except tarfile.TarError as error:
        raise Failed(f"it is no tar archive: {error}") from error


def _unpack(archive: tarfile.TarFile, *, layer: bool) -> None:
    made: set[str] = set()
    directories: list[tuple[str, float]] = []
    for member in archive:
        path = normpath(f"/{member.name}")
        if layer and basename(path).startswith(WHITEOUT):
            _remove_lower(path, made)
            continue
        made.add(path)
        _make(archive, member, path)
        if member.isdir():
            directories.append((path, member.mtime))
    for path, time in reversed(directories):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.utime(path, (time, time), follow_symlinks=False)


def _remove_lower(path: str, made: set[str]) -> None:
    """Remove what a whiteout stands for, unless this layer has made it."""
    where, name = dirname(path), basename(path)
    if name == OPAQUE:
        names = os.listdir(where) if os.path.isdir(where) else []  # noqa: PTH112, PTH208 - paths are texts here
    else:
        names = [name.removeprefix(WHITEOUT)] if not name.startswith(WHITEOUT * 2) else []
    for each in names:
        if join(where, each) not in made:
            _remove(join(where, each))


def _remove(path: str) -> None:
    try:
        kind = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISDIR(kind):
        shutil.rmtree(path)
    else:
        os.unlink(path)  # noqa: PTH108 - as above


def _make(archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        there = os.lstat(path).st_mode
        if not (stat.S_ISDIR(there) and member.isdir()) and path != "/":
            _remove(path)
    os.makedirs(dirname(path), exist_ok=True)  # noqa: PTH103 - as above
    if member.islnk():
        os.link(normpath(f"/{member.linkname}"), path, follow_symlinks=False)
        return
    if not _made(archive, member, path):
        return
    try:
        os.chown(path, member.uid, member.gid, follow_symlinks=False)
    except OSError as error:
        raise Failed(
            f"{path} belongs to the user {member.uid} and the group {member.gid}, which cannot be had: "
            f"{error.strerror}", "an ordinary user needs 65536 numbers in /etc/subuid and /etc/subgid",
        ) from error
    if not member.issym():
        os.chmod(path, member.mode)  # noqa: PTH101 - as above
    _set_attributes(member, path)
    if not member.isdir():
        os.utime(path, (member.mtime, member.mtime), follow_symlinks=False)


def _made(archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> bool:
    """Make a file, directory, link or node without its attributes; return whether it can be had here."""
    if member.isdir():
        with contextlib.suppress(FileExistsError):
            os.mkdir(path)  # noqa: PTH102 - as above
    elif member.issym():
        os.symlink(member.linkname, path)  # noqa: PTH211 - as above
    elif member.isfifo():
        os.mkfifo(path)
    elif kind := _DEVICES.get(member.type):
        try:
            os.mknod(path, kind | 0o600, os.makedev(member.devmajor, member.devminor))
        except PermissionError:  # in a namespace of users there are no nodes; a machine makes its own
            return False
    elif member.isfile():
        with open(path, "xb") as target:  # noqa: PTH123 - as above
            shutil.copyfileobj(cast(IO[bytes], archive.extractfile(member)), target, _PIECE)
    else:
        raise Failed(f"{path} is of a kind that only tar knows: {member.type!r}")
    return True


def _set_attributes(member: tarfile.TarInfo, path: str) -> None:
    for name, value in member.pax_headers.items():
        if name.startswith(XATTR):
            with contextlib.suppress(PermissionError, NotADirectoryError):  # SELinux's, or root's in a namespace
                os.setxattr(
                    path, name.removeprefix(XATTR), value.encode("utf-8", "surrogateescape"), follow_symlinks=False
                )
