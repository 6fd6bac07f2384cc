"""Work that goes on in the background: tasks with ``async`` and ``poll: 0``."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from itertools import count
from typing import Any

from runner.execution.result import Result
from runner.sdk import Failed


class Jobs:
    """The jobs of one build."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Result]] = {}
        self._numbers = count(1)

    def start(self, work: Coroutine[Any, Any, Result]) -> str:
        """Begin a job, which ends by itself; return its id."""
        name = f"j{next(self._numbers)}"
        self._tasks[name] = asyncio.create_task(work)
        return name

    def status(self, name: str, *, forget: bool = False) -> Mapping[str, Any] | None:
        """Return the result of a job; nothing while it runs. Raises ``Failed`` when there is none of that name."""
        if name not in self._tasks:
            raise Failed(f"could not find job {name}", "the id is 'ansible_job_id' of the result that was registered")
        task = self._tasks[name]
        if not task.done():
            return None
        if forget:
            del self._tasks[name]
        return task.result().values

    async def settled(self) -> None:
        """Wait until all jobs have ended: what they do belongs to the image."""
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    async def end(self) -> None:
        """End the jobs that still run."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
