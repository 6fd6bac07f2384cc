"""The computer that Ingot runs on, as a machine: for tasks that are delegated to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runner.communicators.posix import Posix
from runner.communicators.posix import connected as connected_by
from runner.communicators.processes import Processes
from runner.sdk.reaper import Reaper


@asynccontextmanager
async def connected(root: Path, reaper: Reaper) -> AsyncIterator[Posix]:
    """Yield the communicator of this computer; commands begin in ``root``. Raises ``Failed``."""
    async with connected_by(Processes(directory=str(root), reaper=reaper)) as communicator:
        yield communicator
