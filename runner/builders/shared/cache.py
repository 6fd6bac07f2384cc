"""What builds keep on this computer for the builds that follow, and how they wait for each other."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

_PAUSE = 0.1
"""How long to wait between two looks at a lock, in seconds."""


def place(environ: Mapping[str, str]) -> Path:
    """Return where the cache is: ``INGOT_CACHE_DIR``, or where XDG wants a user's cache to be."""
    home = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    return Path(environ.get("INGOT_CACHE_DIR") or Path(home) / "ingot").resolve()


@asynccontextmanager
async def locked(path: Path, how: int) -> AsyncIterator[None]:
    """Hold a lock; it is waited for without keeping anybody else from working."""
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, how | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_PAUSE)
        yield
