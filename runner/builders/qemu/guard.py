"""A line to a machine that is given up at once when the machine ends, and not tried again until it times out."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from runner.builders.qemu.evidence import secured
from runner.builders.qemu.machine import Vm
from runner.sdk import Answer, Become, Command, Communicator, Download, Failed, Heard, Put, Session, Upload

T = TypeVar("T")
_MOMENT = 1.0
"""How long QEMU may take to end once the line to the machine is lost, in seconds."""


class Guarded:
    """A line to a virtual machine."""

    def __init__(self, session: Session, vm: Vm, line: Communicator) -> None:
        self._session = session
        self._vm = vm
        self._line = line
        for name in ("beside", "program"):  # what not every line can do
            if hasattr(line, name):
                setattr(self, name, getattr(line, name))

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end. Raises ``Failed``."""
        return await self._guarded(self._line.run(command, heard, become))

    async def put(self, file: Put, become: Become | None = None) -> None:
        """Write a file on the machine. Raises ``Failed``."""
        await self._guarded(self._line.put(file, become))

    async def get(self, path: str, become: Become | None = None) -> bytes | None:
        """Return the content of a file on the machine. Raises ``Failed``."""
        return await self._guarded(self._line.get(path, become))

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Send files and directories to the machine. Raises ``Failed``."""
        await self._guarded(self._line.upload(files, become))

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Copy a file or directory of the machine to this computer. Raises ``Failed``."""
        await self._guarded(self._line.download(files, to, become))

    async def _guarded(self, work: Awaitable[T]) -> T:
        try:
            return await self._vm.while_running(work)
        except Failed as failed:
            # A connection may be lost a moment before QEMU has ended.
            if (why := await self._vm.end(_MOMENT)) is None:
                raise
            raise Failed(f"{why}; {await secured(self._session, self._vm)}") from failed
