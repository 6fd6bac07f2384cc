"""What a machine showed last: its screen as a picture, and what its serial port wrote."""

from __future__ import annotations

import asyncio
import shutil
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runner.builders.qemu.machine import SERIAL, Vm
from runner.sdk import Failed, Session
from runner.sdk.threads import held

_LIMIT = 5.0
"""How long QEMU may take to give the picture, in seconds."""
_TAIL = 2000
_SHOWN = 120


async def secured(session: Session, vm: Vm) -> str:
    """Keep what was seen last in the record of the run, if there is one; return that, and where it is."""
    serial, kept = vm.work / SERIAL, list[Path]()
    last = _last_line(serial)
    if session.record is not None:
        name = "".join(each if each.isalnum() or each in "-_." else "-" for each in session.build)
        screen, log = (session.record / f"{name}-{each}" for each in ("screen.png", "serial.log"))
        if not vm.process.over and await _screen(vm, screen):
            kept.append(screen)
        if last != "" and await held(_copied, serial, log):
            kept.append(log)
    files = " and ".join(session.shown(each) for each in kept)
    seen = f"the last that its serial port wrote is {last!r}" if last else "its serial port wrote nothing"
    return f"{seen}; see {files}" if files else seen


@asynccontextmanager
async def witnessed(session: Session, vm: Vm) -> AsyncIterator[None]:
    """Let what fails tell what was seen last of the machine."""
    try:
        yield
    except Failed as failed:
        raise Failed(f"{failed}; {await secured(session, vm)}", failed.hint) from failed


async def _screen(vm: Vm, target: Path) -> bool:
    """Write the screen as a PNG; return whether there is one."""
    picture = vm.work / "screen.ppm"
    try:
        async with asyncio.timeout(_LIMIT):
            await vm.line.ask("screendump", filename=str(picture))
        await asyncio.to_thread(lambda: target.write_bytes(png(picture.read_bytes())))
    except (Failed, TimeoutError, OSError, ValueError):
        return False
    finally:
        picture.unlink(missing_ok=True)
    return True


def _copied(serial: Path, target: Path) -> bool:
    """Copy what the serial port wrote; return whether it is there. A full disk must not hide what has failed."""
    try:
        shutil.copyfile(serial, target)
    except OSError:
        target.unlink(missing_ok=True)
        return False
    return True


def png(ppm: bytes) -> bytes:
    """Return a picture as PNG that is given as QEMU writes it, in binary PPM. Raises ``ValueError`` for another one."""
    magic, width, height, depth, pixels = ppm.split(maxsplit=4) if ppm.count(b"\n") > 2 else (b"",) * 5  # noqa: PLR2004
    if magic != b"P6" or depth != b"255":
        raise ValueError("no PPM of 8 bits")
    columns, rows = int(width), int(height)
    pixels = ppm[-3 * columns * rows:]
    lines = b"".join(b"\0" + pixels[3 * columns * row:3 * columns * (row + 1)] for row in range(rows))
    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _last_line(serial: Path) -> str:
    """Return the last line with something in it that the serial port wrote."""
    try:
        text = serial.read_bytes()[-_TAIL:].decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [clean for line in text.splitlines() if (clean := "".join(filter(str.isprintable, line)).strip())]
    return lines[-1][:_SHOWN] if lines else ""
