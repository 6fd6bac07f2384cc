"""Read files as source text, whatever they hold."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from runner.diagnostics import Report, nearest
from runner.formats.places import Places
from runner.text import SourceFile, Span

LIMIT = 10 * 1024 * 1024
"""The largest file that is read as a document, in bytes."""
STDIN = "-"


def read_source(path: str | Path, report: Report, *, asked_at: Span | None = None) -> SourceFile | None:
    """Return the text of ``path`` (``-`` is standard input); report why it cannot be had.

    ``asked_at`` is the place in another file that named ``path``; problems of the file system point there.
    """
    name = "<stdin>" if str(path) == STDIN else str(path)
    place = asked_at or SourceFile(name, "").start()
    try:
        data = _bytes(path)
    except FileNotFoundError:
        report.add("E001", f"{name} is not there", place, hint=_near(Path(path)))
        return None
    except (OSError, ValueError) as error:  # a ValueError is what a name with a null character gets
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        report.add("E001", f"{name} cannot be read: {reason}", place)
        return None
    if len(data) > LIMIT:
        report.add(
            "E002", f"{name} is larger than {LIMIT // 1024 // 1024} MiB", SourceFile(name, "").start(),
            hint="split it, or keep data in files that tasks copy",
        )
        return None
    return _decoded(name, data, report)


def _near(path: Path) -> str | None:
    """Return the file beside ``path`` that was probably meant."""
    try:
        files = {each.stem: str(each) for each in sorted(path.parent.iterdir()) if each.is_file()}
    except OSError:
        return None
    near = nearest(path.stem, files)
    return f"did you mean {files[near]!r}?" if near else None


def _bytes(path: str | Path) -> bytes:
    """Read at most one byte more than the limit; devices and pipes could go on for ever."""
    if str(path) == STDIN:
        if sys.stdin is None:
            raise OSError(errno.EBADF, "it is closed")
        return sys.stdin.buffer.read(LIMIT + 1)
    with Path(path).open("rb") as stream:
        return stream.read(LIMIT + 1)


def _decoded(name: str, data: bytes, report: Report) -> SourceFile | None:
    try:
        return SourceFile(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        file = SourceFile(name, data.decode("utf-8-sig", "replace"))
        read = error.object  # without the byte order mark, which `error.start` does not count either
        at = len(read[: error.start].decode("utf-8", "replace"))
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        report.add(
            "E003", f"byte 0x{read[error.start]:02x} is not UTF-8", Places(file).on_one_line(at, at + 1),
            hint="the file looks like UTF-16; save it as UTF-8" if utf16 else "save the file as UTF-8",
        )
        return None
