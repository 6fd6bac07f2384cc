"""Run the builds of a plan: those that start from others after them, all others at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from runner.diagnostics import Diagnostic
from runner.events.bus import Bus
from runner.events.event import BuildFinished, Outcome
from runner.execution.workshop import Finished
from runner.sdk import Artifact
from runner.text import Span


class Job(NamedTuple):
    """A build to be made."""

    name: str
    builder: str
    place: Span
    needs: str | None
    """The build that it starts from."""
    make: Callable[[Artifact | None], Awaitable[Finished]]
    """Makes it, from the artifact of the one it needs."""


class Supervisor:
    """Runs jobs; how each ended is in ``results``, also when the run was cancelled."""

    def __init__(self, bus: Bus, *, parallel: int = 0, fail_fast: bool = False, checking: bool = False) -> None:
        self._bus = bus
        self._checking = checking
        self._slots = asyncio.Semaphore(parallel) if parallel else None
        self._fail_fast = fail_fast
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.results: dict[str, Finished] = {}

    async def run(self, jobs: Sequence[Job]) -> Mapping[str, Finished]:
        """Run every job. One that fails stops only those that start from it, unless ``fail_fast`` stops them all."""
        try:
            async with asyncio.TaskGroup() as group:
                for job in jobs:  # in the order of the plan: what a job needs stands before it
                    self._tasks[job.name] = group.create_task(self._one(job))
        finally:
            for job in jobs:
                if job.name not in self.results:
                    self._note_unstarted(job, "cancelled")
        return self.results

    async def _one(self, job: Job) -> None:
        base = await self._base(job)
        if self._checking and base is not None:
            message = f"{job.name!r} is not checked: it starts from {job.needs!r}, of which a check makes no image"
            self._note_unstarted(job, "skipped", Diagnostic("W813", message, job.place))
            return
        if base is not None and base.outcome != "ok":
            message = f"{job.name!r} is not made: it starts from {base.name!r}, which is not there"
            self._note_unstarted(job, "skipped", Diagnostic("E811", message, job.place))
            return
        start_from = base.artifacts[0] if base is not None and base.artifacts else None
        if self._slots is None:
            await self._made(job, start_from)
        else:
            async with self._slots:
                await self._made(job, start_from)

    async def _base(self, job: Job) -> Finished | None:
        """Wait for the build that a job starts from; return how it ended."""
        if job.needs is None:
            return None
        await asyncio.wait([self._tasks[job.needs]])
        return self.results.get(job.needs) or Finished(job.needs, "", "cancelled", 0, 0)

    async def _made(self, job: Job, start_from: Artifact | None) -> None:
        started = time.time()
        try:
            finished = await job.make(start_from)
        except asyncio.CancelledError:
            self.results[job.name] = Finished(job.name, job.builder, "cancelled", started, time.time())
            raise
        self.results[job.name] = finished
        if self._fail_fast and finished.outcome == "failed":
            for name, task in self._tasks.items():
                if name != job.name:
                    task.cancel()

    def _note_unstarted(self, job: Job, outcome: Outcome, *diagnostics: Diagnostic) -> None:
        now = time.time()
        finished = Finished(job.name, job.builder, outcome, now, now, diagnostics=diagnostics)
        self.results[job.name] = finished
        self._bus.emit(BuildFinished(job.name, outcome, 0.0, finished.failures))
