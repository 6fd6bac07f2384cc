"""Programs of this computer that a build starts, none of which outlives it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from runner.communicators.processes import Processes
from runner.communicators.transport import Channel, Stream
from runner.sdk import Answer, Failed
from runner.sdk.listening import Collector
from runner.sdk.reaper import Reaper

_PACKAGES = {
    "qemu-img": "qemu-utils", "qemu-system-x86_64": "qemu-system-x86", "qemu-system-i386": "qemu-system-x86",
    "qemu-system-aarch64": "qemu-system-arm", "qemu-system-arm": "qemu-system-arm",
    "qemu-system-riscv64": "qemu-system-misc", "qemu-system-s390x": "qemu-system-misc",
    "qemu-system-ppc64": "qemu-system-ppc", "swtpm": "swtpm",
}
"""Program -> the package of Debian that has it."""
_KEPT = 64 * 1024
"""How much of what a program says is kept, in bytes."""


def path_of(program: str) -> str:
    """Return where a program is. Raises ``Failed`` when it is not on this computer."""
    found = shutil.which(program)
    if found is None:
        package = _PACKAGES.get(program.rpartition("/")[2])
        raise Failed(f"there is no program {program}", package and f"install the package {package}")
    return found


class Running:
    """A program that runs beside the build."""

    def __init__(self, channel: Channel, said: Collector) -> None:
        self._channel = channel
        self._said = said
        self._ended = asyncio.create_task(channel.wait())

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._ended.done()

    @property
    def said(self) -> str:
        """What it has written so far."""
        return self._said.text.strip()

    async def wait(self) -> int:
        """Wait for its end; return the exit status."""
        return await asyncio.shield(self._ended)

    async def close(self) -> None:
        """End it, if it has not ended."""
        await self._channel.close()
        await self._ended


class Programs:
    """Starts programs."""

    def __init__(self, reaper: Reaper, directory: str | None = None) -> None:
        self._reaper = reaper
        self._directory = directory

    async def start(self, argv: Sequence[str], descriptors: Sequence[int] = ()) -> Running:
        """Start a program, which inherits these descriptors. Raises ``Failed``."""
        said = Collector("stdout", None, _KEPT)

        def feed(stream: Stream, data: bytes) -> None:
            del stream
            said.take(data)

        processes = Processes(directory=self._directory, reaper=self._reaper, descriptors=descriptors)
        try:
            return Running(await processes.open(argv, feed), said)
        except OSError as error:
            raise Failed(f"{argv[0]} cannot be started: {error.strerror}") from error

    async def run(self, argv: Sequence[str], limit: float | None = None) -> Answer:
        """Run a program to its end; what it writes is all in ``stdout``. Raises ``TimeoutError`` after ``limit``."""
        program = await self.start(argv)
        try:
            async with asyncio.timeout(limit):
                status = await program.wait()
        finally:
            await program.close()
        return Answer(status, program.said)

    async def done(self, what: str, argv: Sequence[str]) -> str:
        """Run a program that has to succeed; return what it writes. ``what`` it is for is told if it fails."""
        answer = await self.run(argv)
        if answer.status:
            lines = answer.stdout.splitlines()
            said = lines[-1].removeprefix(f"{argv[0].rpartition('/')[2]}: ") if lines else f"status {answer.status}"
            raise Failed(f"{what}: {said}")
        return answer.stdout


@asynccontextmanager
async def programs(directory: str | None = None) -> AsyncIterator[Programs]:
    """Yield what starts programs in a directory; those that this program leaves, however it ends, are killed."""
    reaper = Reaper()
    try:
        yield Programs(reaper, directory)
    finally:
        await asyncio.to_thread(reaper.close)
