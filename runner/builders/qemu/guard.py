"""A line to a machine that is given up at once when the machine ends, and not tried again until it times out."""

from __future__ import annotations

from pathlib import Path

from runner.builders.qemu.machine import Vm
from runner.sdk import Answer, Become, Command, Communicator, Download, Heard, Put, Upload


class Guarded:
    """A line to a virtual machine."""

    def __init__(self, vm: Vm, line: Communicator) -> None:
        self._vm = vm
        self._line = line
        for name in ("beside", "program"):  # what not every line can do
            if hasattr(line, name):
                setattr(self, name, getattr(line, name))

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end. Raises ``Failed``."""
        return await self._vm.while_running(self._line.run(command, heard, become))

    async def put(self, file: Put, become: Become | None = None) -> None:
        """Write a file on the machine. Raises ``Failed``."""
        await self._vm.while_running(self._line.put(file, become))

    async def get(self, path: str, become: Become | None = None) -> bytes | None:
        """Return the content of a file on the machine. Raises ``Failed``."""
        return await self._vm.while_running(self._line.get(path, become))

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Send files and directories to the machine. Raises ``Failed``."""
        await self._vm.while_running(self._line.upload(files, become))

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Copy a file or directory of the machine to this computer. Raises ``Failed``."""
        await self._vm.while_running(self._line.download(files, to, become))
