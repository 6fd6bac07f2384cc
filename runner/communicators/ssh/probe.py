"""Wait until an SSH server greets, by connections that are given up for new ones; the one that is greeted is used.

What forwards a port to a machine often takes a connection before the machine does, and tries to hand it on at ever
longer intervals. A connection that was begun too early is then answered long after a new one would have been.
"""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Literal

_PAUSE = 0.1
"""How long to wait, in seconds, after a connection that was refused or ended."""
_PATIENCE = (1.0, 60.0)
"""How long a greeting may take, in seconds: at first, and at most."""
_GROWTH = 1.15
"""How many times as long it may take after one that did not come. Each connection costs the machine work: one that is
slow would never answer if it were always asked anew."""
_AT_ONCE = 2
"""How many connections there are at once while none is answered."""
_GREETING = re.compile(rb"^SSH-", re.MULTILINE)
"""How a server greets, which may say other things first."""
_LONGEST = 65536

Heard = socket.socket | Literal["end", "nothing"]


async def greeted(host: str, port: int) -> socket.socket:
    """Return a connection as soon as a server has greeted, with the greeting still to be read from it."""
    patience, tries = _PATIENCE[0], set[asyncio.Task[Heard]]()
    try:
        while True:
            if len(tries) < _AT_ONCE:
                tries.add(asyncio.create_task(_heard(host, port, patience)))
            done, tries = await asyncio.wait(
                tries, timeout=patience / _AT_ONCE, return_when=asyncio.FIRST_COMPLETED
            )
            heard = [each.result() for each in done]
            lines = [each for each in heard if isinstance(each, socket.socket)]
            for spare in lines[1:]:
                spare.close()
            if lines:
                return lines[0]
            if "end" in heard:
                await asyncio.sleep(_PAUSE)
            if "nothing" in heard:
                patience = min(patience * _GROWTH, _PATIENCE[1])
    finally:
        for each in tries:
            each.cancel()
        for late in await asyncio.gather(*tries, return_exceptions=True):
            if isinstance(late, socket.socket):
                late.close()


async def _heard(host: str, port: int, patience: float) -> Heard:
    """Return what comes of one connection: itself when it is greeted."""
    line = None
    try:
        async with asyncio.timeout(patience):
            line = await _begun(host, port)
            while said := await _seen(line):
                if _GREETING.search(said):
                    found, line = line, None
                    return found
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        return "nothing"
    except OSError:
        return "end"
    finally:
        if line is not None:
            line.close()
    return "end"


async def _begun(host: str, port: int) -> socket.socket:
    """Return a new connection. Raises ``OSError``."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, address in found:
        line = socket.socket(family, kind, protocol)
        line.setblocking(False)  # noqa: FBT003 - as the socket has it
        try:
            await loop.sock_connect(line, address)
        except OSError:
            line.close()
        except BaseException:
            line.close()
            raise
        else:
            return line
    raise ConnectionRefusedError(f"nobody listens at {host}:{port}")


async def _seen(line: socket.socket) -> bytes:
    """Return what can be read, without taking it away; nothing when the other side has ended. Raises ``OSError``."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(line, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(line)
    return line.recv(_LONGEST, socket.MSG_PEEK)
