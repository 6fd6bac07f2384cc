"""A keyboard at the other end of VNC: as much of the Remote Framebuffer protocol (RFC 6143) as typing needs."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runner.sdk import Failed
from runner.sdk.keys import shifted

_VERSION = b"RFB 003.008\n"
_NONE, _PASSWORD = 1, 2
_PATIENCE = 30.0
"""How long the other side may say nothing while one connects, in seconds."""
_SIDES = {"shift": 0xFFE1, "ctrl": 0xFFE3, "alt": 0xFFE9, "super": 0xFFEB}
_KEYSYMS = {
    "bs": 0xFF08, "tab": 0xFF09, "enter": 0xFF0D, "esc": 0xFF1B, "home": 0xFF50, "left": 0xFF51, "up": 0xFF52,
    "right": 0xFF53, "down": 0xFF54, "pageup": 0xFF55, "pagedown": 0xFF56, "end": 0xFF57, "insert": 0xFF63,
    "menu": 0xFF67, "del": 0xFFFF,
    **{f"f{number}": 0xFFBD + number for number in range(1, 13)},
    **{f"left{name}": code for name, code in _SIDES.items()},
    **{f"right{name}": code + 1 for name, code in _SIDES.items()},
}
"""Names of keys -> what X11 calls them."""


def keysym(key: str) -> int:
    """Return the number by which X11 and VNC know a key."""
    if len(key) > 1:
        return _KEYSYMS[key]
    code = ord(key)
    latin = 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xFF  # noqa: PLR2004 - the two ranges of Latin-1
    return code if latin else 0x01000000 + code


class Vnc:
    """A connection to a screen, of which only the keyboard is used."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._shift = False

    async def key(self, key: str, *, down: bool) -> None:
        """Press or release a key. Raises ``Failed``."""
        if key in ("leftshift", "rightshift"):
            self._shift = down
        # What is told is the character that comes of it: with another one, the other side would turn Caps Lock on.
        code = keysym(shifted(key) if self._shift else key)
        self._writer.write(struct.pack(">BBxxI", 4, down, code))
        try:
            await self._writer.drain()
        except OSError as error:
            raise Failed(f"the machine's screen is gone while keys are typed: {error}") from error


@asynccontextmanager
async def vnc(where: Path | tuple[str, int], password: str | None = None) -> AsyncIterator[Vnc]:
    """Yield the keyboard of a screen at a socket, or at an address and port. Raises ``Failed``."""
    at = str(where) if isinstance(where, Path) else f"{where[0]}:{where[1]}"
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await _opened(where)
    except (OSError, TimeoutError) as error:
        raise Failed(f"nothing answers as VNC at {at}: {error or 'it says nothing'}") from error
    try:
        try:
            async with asyncio.timeout(_PATIENCE):
                await _greeted(reader, writer, password)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise Failed(f"what is at {at} breaks off, or is no VNC server") from error
        yield Vnc(writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _opened(where: Path | tuple[str, int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(where, Path):
        return await asyncio.open_unix_connection(str(where))
    return await asyncio.open_connection(*where)


async def _greeted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, password: str | None) -> None:
    """Come to the point at which keys may be sent. Raises ``Failed``."""
    version = await reader.readexactly(len(_VERSION))
    if not version.startswith(b"RFB 003.") or version < _VERSION:
        raise Failed(f"the machine's screen speaks {version!r}, and version 3.8 of RFB is needed")
    writer.write(_VERSION)
    kinds = await reader.readexactly((await reader.readexactly(1))[0])
    if not kinds:
        raise Failed(f"the machine's screen refuses: {await _reason(reader)}")
    if password is not None and _PASSWORD in kinds:
        writer.write(bytes([_PASSWORD]))
        writer.write(answer(await reader.readexactly(16), password))
    elif _NONE in kinds:
        writer.write(bytes([_NONE]))
    else:
        raise Failed(
            "the machine's screen wants a password" if _PASSWORD in kinds
            else f"the machine's screen wants an unknown kind of login: {', '.join(map(str, kinds))}"
        )
    if int.from_bytes(await reader.readexactly(4)):
        raise Failed(f"the machine's screen refuses: {await _reason(reader)}")
    writer.write(b"\x01")  # others may watch
    *_, length = struct.unpack(">HH16sI", await reader.readexactly(24))
    await reader.readexactly(length)


async def _reason(reader: asyncio.StreamReader) -> str:
    return (await reader.readexactly(int.from_bytes(await reader.readexactly(4)))).decode("utf-8", "replace")


def answer(challenge: bytes, password: str) -> bytes:
    """Return what proves that one knows the password: the challenge, encrypted with it by DES."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    # The first eight characters count, each with its bits in reverse; three times the same key is plain DES.
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode("latin-1", "replace")[:8].ljust(8, b"\0"))
    encryptor = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()  # noqa: S305 - the protocol has no other
    return encryptor.update(challenge) + encryptor.finalize()
