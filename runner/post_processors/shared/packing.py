"""Files -> one file: archives and compressed files, written as a stream."""

from __future__ import annotations

import secrets
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from runner.post_processors.shared.bgzf import BgzfWriter
from runner.sdk import Failed

_PIECE = 1024 * 1024


class Form(Protocol):
    """How files are packed."""

    @property
    def archive(self) -> str | None:
        """``tar``, ``zip`` or nothing."""

    @property
    def algorithm(self) -> str | None:
        """``gzip``, ``bgzf``, ``bzip2``, ``xz`` or nothing."""


def pack(files: Mapping[str, Path], output: Path, form: Form, level: int, check: Callable[[], None]) -> None:
    """Write ``files``, by their names, into ``output``, which is replaced when all is well.

    ``check`` is called before each piece, and may raise to end it. Raises ``OSError``, ``Failed``.
    """
    with _replaced(output) as raw:
        if form.archive == "zip":
            _zip(files, raw, level, check)
            return
        with _compressed(raw, form.algorithm, level) as stream:
            if form.archive == "tar":
                _tar(files, stream, check)
            else:
                for file in files.values():
                    _copy(file, stream, check)


@contextmanager
def _replaced(output: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``output`` if nothing goes wrong, and is gone otherwise."""
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as stream:
            yield stream
        partial.replace(output)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _compressed(raw: BinaryIO, algorithm: str | None, level: int) -> AbstractContextManager[Any]:
    """Return a stream whose content goes into ``raw``, compressed."""
    match algorithm:
        case "gzip":
            import gzip

            return gzip.GzipFile("", "wb", level, raw, mtime=0)
        case "bgzf":
            return closing(BgzfWriter(raw, level))
        case "bzip2":
            import bz2

            return bz2.BZ2File(raw, "wb", compresslevel=level)
        case "xz":
            import lzma

            return lzma.LZMAFile(raw, "wb", preset=level)
        case _:
            from contextlib import nullcontext

            return nullcontext(raw)


def _copy(file: Path, stream: Any, check: Callable[[], None]) -> None:
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            check()
            stream.write(piece)


def _tar(files: Mapping[str, Path], stream: IO[bytes], check: Callable[[], None]) -> None:
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for name, file in _entries(files):
            check()
            entry: tarfile.TarInfo | None = archive.gettarinfo(str(file), arcname=name)
            if entry is None:  # a socket, which is of no use without whoever listened
                continue
            if not entry.isreg():
                archive.addfile(entry)
                continue
            with file.open("rb") as source:
                archive.addfile(entry, _Checked(source, check))


class _Checked:
    """A file to read from, piece by piece."""

    def __init__(self, source: BinaryIO, check: Callable[[], None]) -> None:
        self._source = source
        self._check = check

    def read(self, size: int = -1) -> bytes:
        """Return the next piece."""
        self._check()
        return self._source.read(size)


def _zip(files: Mapping[str, Path], raw: BinaryIO, level: int, check: Callable[[], None]) -> None:
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=level, strict_timestamps=False) as archive:
        for name, file in _entries(files):
            check()
            if file.is_symlink():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(entry, str(file.readlink()))
                continue
            entry = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if file.is_dir():
                archive.writestr(entry, b"")
            elif file.is_file():
                with archive.open(entry, "w", force_zip64=True) as stream:
                    _copy(file, stream, check)
            else:
                raise Failed(f"{file} is neither a file nor a directory, and zip has no place for it", "write tar")


def _entries(files: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Yield files and all that is below directories, by names, the same in every run."""
    for name, file in files.items():
        yield name, file
        if file.is_dir() and not file.is_symlink():
            yield from _entries({f"{name}/{each.name}": each for each in sorted(file.iterdir())})
