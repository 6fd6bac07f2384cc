"""The line to a machine that may not be there: what was answered before is answered without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.execution.remembering.fingerprints import Operation, of_files
from runner.execution.remembering.steps import Again
from runner.execution.remembering.track import Known, Track
from runner.sdk import Answer, Ask, Become, Command, Communicator, Do, Download, Failed, Heard, Parallel, Put, Upload
from runner.sdk.threads import held

if TYPE_CHECKING:
    from runner.execution.remembering.machine import Remembered


class Line:
    """A communicator that answers from what is kept, and launches a machine for anything else."""

    def __init__(self, machine: Remembered, track: Track) -> None:
        self._machine = machine
        self._track = track

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end; ``heard`` is told every line of output. Raises ``Failed``."""
        async def again(line: Communicator) -> Any:
            return await line.run(command, None, become)

        async def now(line: Communicator) -> Any:
            return await line.run(command, heard, become)

        strict = isinstance(command, Do) and not command.shown
        answer: Answer = await self._done(command, become, again, now, strict=strict)
        return answer

    async def put(self, file: Put, become: Become | None = None) -> None:
        """Write a file on the machine. Raises ``Failed``."""
        async def work(line: Communicator) -> Any:
            return await line.put(file, become)

        await self._done(file, become, work, work)

    async def get(self, path: str, become: Become | None = None) -> bytes | None:
        """Return the content of a file on the machine; nothing when there is none. Raises ``Failed``."""
        async def work(line: Communicator) -> Any:
            return await line.get(path, become)

        content: bytes | None = await self._done(path, become, work, work)
        return content

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Send files and directories to the machine. Raises ``Failed``."""
        async def work(line: Communicator) -> Any:
            return await line.upload(files, become)

        await self._done(files, become, work, work)

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Copy a file or directory of the machine to the path ``to``, unless it is there already. Raises ``Failed``."""
        track = self._track
        key = track.key_of(track.prints.of_operation(files, become), changing=False)
        known = self._known(key)
        if known is not None and known.answer == await held(_digest, to):
            self._machine.answered()
            return
        if known is not None:
            track.reason = f"{to.name} is not on this computer as it was"
        line = await self._machine.launched()
        await line.download(files, to, become)
        if (digest := await held(_digest, to)) is not None:
            track.note(key, digest, changing=False)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Communicator]:
        """Yield another line to the same machine. Raises ``Failed``."""
        line = await self.unremembered("something works beside the tasks")
        if not isinstance(line, Parallel):
            yield line
            return
        async with line.beside() as other:
            yield other

    async def unremembered(self, why: str) -> Communicator:
        """Return the machine's own line, which can do more; from now on nothing is remembered. Raises ``Failed``."""
        line = await self._machine.launched()
        self._track.end(why)
        return line

    async def _done(
        self, operation: Operation, become: Become | None, again: Again, now: Again, *, strict: bool = False
    ) -> Any:
        """Return the answer to an operation: one that is kept, or what the machine says ``now``. Raises ``Failed``."""
        track, changing = self._track, not isinstance(operation, Ask | str)
        fingerprint = track.prints.of_operation
        large = isinstance(operation, Upload)  # files have to be read for it
        digest = await held(fingerprint, operation, become) if large else fingerprint(operation, become)
        key = track.key_of(digest, changing=changing)
        known = self._known(key)
        if known is not None and key is not None:
            self._machine.answered()
            if changing:
                track.walk(key, known, operation, again, strict=strict)
            if isinstance(known.answer, Failed):
                raise known.answer
            return known.answer
        line = await self._machine.launched()
        try:
            answer = await now(line)
        except Failed as failed:
            if isinstance(operation, Command):  # the line was lost, which says nothing of the machine
                track.end("the line to the machine was lost")
            else:
                track.note(key, failed, changing=changing)
            raise
        except BaseException:
            if changing:
                track.end("a command was cut short")
            raise
        track.note(key, answer, changing=changing)
        return answer

    def _known(self, key: str | None) -> Known | None:
        """Return what a machine that is not there would answer."""
        if self._machine.live:
            self._track.reason = self._machine.why
            return None
        return self._track.known(key)


def _digest(path: Path) -> str | None:
    try:
        return of_files(path)
    except OSError:
        return None
