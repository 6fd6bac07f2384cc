"""What the Docker engine answers, as HTTP has it."""

from __future__ import annotations

import json
from typing import Any

from runner.communicators.docker.wire import Wire
from runner.sdk import Failed

REFUSED = 400
"""From this status on, an answer tells of an error."""
_GONE = 404


class Refused(Failed):
    """The engine answers that it cannot do it. ``status`` is HTTP's."""

    def __init__(self, message: str, status: int, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.status = status

    @property
    def missing(self) -> bool:
        """Whether what was named is not there."""
        return self.status == _GONE


class Answer:
    """The beginning of an answer."""

    def __init__(self, head: bytes, first: bytes) -> None:
        line, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(line.split(" ", 2)[1])
        self.first = first
        """What has been read of what follows."""
        self._chunked = any(each.lower().replace(" ", "") == "transfer-encoding:chunked" for each in lines)

    def json(self, content: bytes) -> Any:
        """Return the whole answer as data. Raises ``Refused`` when it tells of an error."""
        if self._chunked:
            content = _joined(content)
        try:
            data = json.loads(content) if content.strip() else None
        except ValueError as error:
            if self.status < REFUSED:
                raise ConnectionResetError("the answer was cut short") from error
            data = {"message": content.decode("utf-8", "replace")}
        if self.status >= REFUSED:
            said = data.get("message") if isinstance(data, dict) else None
            raise Refused(str(said or f"the engine answers with status {self.status}").strip(), self.status)
        return data


def _joined(content: bytes) -> bytes:
    """Return what was sent in chunks (RFC 9112, 7.1)."""
    pieces, at = [], 0
    while (end := content.find(b"\r\n", at)) >= 0 and (size := int(content[at:end].split(b";")[0], 16)):
        pieces.append(content[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(pieces)


async def beginning(wire: Wire) -> Answer:
    """Return the beginning of an answer. Raises ``OSError``."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = await wire.read()
        if not more:
            raise ConnectionResetError("the connection was closed before the answer")
        data += more
    head, _, first = data.partition(b"\r\n\r\n")
    return Answer(head, first)


async def rest(wire: Wire, first: bytes) -> bytes:
    """Return what follows it, up to the end of the connection. Raises ``OSError``."""
    pieces = [first]
    while data := await wire.read():
        pieces.append(data)
    return b"".join(pieces)
