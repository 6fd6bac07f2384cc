"""BGZF: gzip in blocks that can be read one by one, as genomics tools write it."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

_BLOCK = 0xFF00
"""How much of the input a block holds, in bytes: packed or not, it stays below the 64 KiB that a block may have."""
_HEAD = struct.Struct("<4BI2BH2B2H")
_TAIL = struct.Struct("<2I")
_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that says that nothing is missing."""


class BgzfWriter:
    """A stream that writes what it is given to ``out`` in blocks."""

    def __init__(self, out: BinaryIO, level: int) -> None:
        self._out = out
        self._level = level
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """Take in data."""
        self._waiting += data
        while len(self._waiting) >= _BLOCK:
            self._block(bytes(self._waiting[:_BLOCK]))
            del self._waiting[:_BLOCK]
        return len(data)

    def close(self) -> None:
        """Write what is left, and the end."""
        if self._waiting:
            self._block(bytes(self._waiting))
        self._out.write(_END)

    def _block(self, data: bytes) -> None:
        for level in (self._level, 0):  # what cannot be made smaller is stored, so that it does not grow either
            packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
            packed = packer.compress(data) + packer.flush()
            if len(packed) < len(data):
                break
        size = _HEAD.size + len(packed) + _TAIL.size
        head = _HEAD.pack(0x1F, 0x8B, 8, 4, 0, 0, 0xFF, 6, *b"BC", 2, size - 1)
        self._out.write(head + packed + _TAIL.pack(zlib.crc32(data), len(data)))
