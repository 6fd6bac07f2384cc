"""Wait until an SSH server greets, by short connections of their own.

What forwards a port to a machine often takes a connection before the machine does, and tries to hand it on at ever
longer intervals. A connection that was begun too early is then answered long after a new one would have been.
"""

from __future__ import annotations

import asyncio
import contextlib

_PAUSE = 0.1
"""How long to wait, in seconds, after a connection that was refused or ended."""
_PATIENCE = (2.0, 10.0)
"""How long a greeting may take, in seconds: at first, and at most. A slow machine is not to be asked in vain."""
_GROWTH = 1.03
_AT_ONCE = 4
"""How many connections there are at once while none is answered."""
_GREETING = b"SSH-"


async def greeted(host: str, port: int) -> None:
    """Return when a server has greeted."""
    patience, tries = _PATIENCE[0], set[asyncio.Task[bool]]()
    try:
        while True:
            tries.add(asyncio.create_task(_greets(host, port, patience)))
            done, tries = await asyncio.wait(
                tries, timeout=patience / _AT_ONCE, return_when=asyncio.FIRST_COMPLETED
            )
            if any(each.result() for each in done):
                return
            if done:
                await asyncio.sleep(_PAUSE)
            patience = min(patience * _GROWTH, _PATIENCE[1])
    finally:
        for each in tries:
            each.cancel()
        await asyncio.gather(*tries, return_exceptions=True)


async def _greets(host: str, port: int, patience: float) -> bool:
    writer = None
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(host, port)
            while line := await reader.readline():  # a server may say other things first
                if line.startswith(_GREETING):
                    return True
    except (OSError, TimeoutError, ValueError):
        return False
    finally:
        if writer is not None:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return False
