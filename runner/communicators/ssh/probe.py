"""Wait until an SSH server greets, by short connections of their own.

What forwards a port to a machine often takes a connection before the machine does, and tries to hand it on at ever
longer intervals. A connection that was begun too early is then answered long after a new one would have been.
"""

from __future__ import annotations

import asyncio
import contextlib
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
_GREETING = b"SSH-"

Heard = Literal["greeting", "end", "nothing"]


async def greeted(host: str, port: int) -> None:
    """Return when a server has greeted."""
    patience, tries = _PATIENCE[0], set[asyncio.Task[Heard]]()
    try:
        while True:
            if len(tries) < _AT_ONCE:
                tries.add(asyncio.create_task(_heard(host, port, patience)))
            done, tries = await asyncio.wait(
                tries, timeout=patience / _AT_ONCE, return_when=asyncio.FIRST_COMPLETED
            )
            heard = {each.result() for each in done}
            if "greeting" in heard:
                return
            if "end" in heard:
                await asyncio.sleep(_PAUSE)
            if "nothing" in heard:
                patience = min(patience * _GROWTH, _PATIENCE[1])
    finally:
        for each in tries:
            each.cancel()
        await asyncio.gather(*tries, return_exceptions=True)


async def _heard(host: str, port: int, patience: float) -> Heard:
    """Return what comes of one connection."""
    writer = None
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(host, port)
            while line := await reader.readline():  # a server may say other things first
                if line.startswith(_GREETING):
                    return "greeting"
    except TimeoutError:
        return "nothing"
    except (OSError, ValueError):
        return "end"
    finally:
        if writer is not None:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return "end"
