"""QEMU's machine protocol: commands to a machine that runs, and what it tells of itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from runner.sdk import Failed

_LINE = 16 << 20
"""How long an answer may be, in bytes."""
_OUT_OF_ROOM = "BLOCK_IO_ERROR"
_PANICKED = "GUEST_PANICKED"


class Qmp:
    """A connection to QEMU."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.trouble: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """What the machine has told that nothing good can follow."""

    async def ask(self, command: str, **arguments: Any) -> Any:
        """Have a command carried out; return its answer. Raises ``Failed``."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        request = {"execute": command, "id": number, **({"arguments": arguments} if arguments else {})}
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            await self._writer.drain()
            found = await answer
        except OSError as error:
            raise Failed(f"QEMU does not answer: {error.strerror}") from error
        finally:
            del self._waiting[number]
        if "error" in found:
            raise Failed(f"QEMU refuses {command}: {found['error']['desc']}")
        return found["return"]

    async def listen(self) -> None:
        """Take in what comes, to its end."""
        with contextlib.suppress(OSError):
            while line := await self._reader.readline():
                self._take(json.loads(line))
        gone = {"error": {"desc": "it has ended"}}
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(gone)

    def _take(self, message: dict[str, Any]) -> None:
        waiting = self._waiting.get(message.get("id", 0))
        if waiting is not None and not waiting.done():
            waiting.set_result(message)
        elif "event" in message and not self.trouble.done() and (trouble := _trouble(message)):
            self.trouble.set_result(trouble)


def _trouble(event: dict[str, Any]) -> str | None:
    """Return what an event says that keeps the machine from going on."""
    about = event.get("data", {})
    if event["event"] == _OUT_OF_ROOM and about.get("action") == "stop":
        why = "there is no room left for its disk" if about.get("nospace") else about.get("reason", "an error")
        return f"the machine has been halted: {why}"
    if event["event"] == _PANICKED:
        return "the machine's kernel has panicked"
    return None


@asynccontextmanager
async def connected(line: socket.socket) -> AsyncIterator[Qmp]:
    """Yield the connection over a socket at whose other end QEMU is, or will be."""
    line.setblocking(False)  # noqa: FBT003 - as the socket has it
    reader, writer = await asyncio.open_connection(sock=line, limit=_LINE)
    qmp = Qmp(reader, writer)
    listening = asyncio.create_task(qmp.listen())
    try:
        yield qmp
    finally:
        writer.close()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        with contextlib.suppress(OSError):
            await writer.wait_closed()
