"""What a program writes: told line by line as it comes, and kept for the result, within bounds."""

from __future__ import annotations

from typing import Literal

from runner.sdk.build import Heard

KEPT = 16 * 1024 * 1024
"""How much of each stream is kept for the result, in bytes."""
_LONGEST = 65536
"""How long a line may become, in bytes, before it is told in pieces."""


class Collector:
    """Cuts a stream into lines, tells them, and keeps them."""

    def __init__(self, stream: Literal["stdout", "stderr"], heard: Heard | None, kept: int = KEPT) -> None:
        self._stream = stream
        self._heard = heard
        self._limit = kept
        self._kept: list[bytes] = []
        self._size = 0
        self._lost = 0
        self._rest = b""

    def take(self, data: bytes) -> None:
        """Take in what was written next."""
        room = self._limit - self._size
        if room >= len(data):
            self._kept.append(data)
            self._size += len(data)
        else:
            self._kept.append(data[:room])
            self._size = self._limit
            self._lost += len(data) - room
        if self._heard is None:
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._tell(line)
        if len(self._rest) >= _LONGEST:  # a line without end is told in pieces
            self._tell(self._rest)
            self._rest = b""

    def close(self) -> None:
        """Tell what is left: a last line without a line end."""
        if self._rest:
            self._tell(self._rest)
            self._rest = b""

    @property
    def content(self) -> bytes:
        """What was read, up to the limit."""
        return b"".join(self._kept)

    @property
    def text(self) -> str:
        """What was read, with a note if there was more than is kept."""
        text = self.content.decode("utf-8", "replace")
        return text if not self._lost else f"{text}\n({self._lost} more bytes were left out)\n"

    def _tell(self, line: bytes) -> None:
        assert self._heard is not None
        self._heard(self._stream, line.decode("utf-8", "replace").rstrip("\r"))
