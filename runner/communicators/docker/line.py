"""The line to a container, as the builder's options want it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from runner.communicators import posix
from runner.communicators.docker.bare import Bare, carried_out
from runner.communicators.docker.engine import Engine
from runner.communicators.docker.transport import Execs
from runner.communicators.shell import NoShell
from runner.communicators.words import as_user, program_of
from runner.sdk import Answer, Become, Command, Communicator, Failed, Heard

_SHELL = "/bin/sh"


@asynccontextmanager
async def connected(
    engine: Engine, container: str, user: str | None = None, *, pty: bool = False, owned: bool = True
) -> AsyncIterator[Communicator]:
    """Yield the communicator of a running container; one that can do less when it has no shell. Raises ``Failed``.

    Commands run as ``user``, and get a terminal each with ``pty``. With ``owned``, files belong to that user, and to
    root otherwise.
    """
    async with AsyncExitStack() as stack:
        try:
            shell = await stack.enter_async_context(posix.connected(Execs(engine, container, user)))
        except NoShell:
            await _is_bare(engine, container, user)
            yield Bare(engine, container, user)
            return
        line: Communicator = shell
        if pty:
            uid = (await shell.run(Command(("id", "-u")))).stdout.strip()
            line = _Terminal(shell, Execs(engine, container, user, tty=True), int(uid) if uid.isdecimal() else None)
        yield line if owned else _Apart(line, Bare(engine, container, user))


async def _is_bare(engine: Engine, container: str, user: str | None) -> None:
    """Raise ``Failed`` if it is for another reason that the shell cannot be started, such as the user."""
    answer = await carried_out(Execs(engine, container, user), (_SHELL, "-c", ":"), b"", None)
    said = (answer.stdout + answer.stderr).strip()
    if _SHELL not in said:
        raise Failed(f"no command can be run in the container: {said or f'exit status {answer.status}'}")


class _Apart:
    """Commands go one way, and files to the container another."""

    def __init__(self, commands: Communicator, files: Communicator) -> None:
        self.run, self.get, self.download = commands.run, commands.get, commands.download
        self.put, self.upload = files.put, files.upload


class _Terminal:
    """A line whose commands have a terminal each: what they write to standard error is in their output, too."""

    def __init__(self, line: Communicator, execs: Execs, uid: int | None) -> None:
        self.put, self.get, self.upload, self.download = line.put, line.get, line.upload, line.download
        self._line = line
        self._execs = execs
        self._uid = uid

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end; one that is given something to read has no terminal, which would echo it."""
        if command.stdin is not None or (become is not None and become.password is not None):
            return await self._line.run(command, heard, become)
        argv = (_SHELL, "-c", as_user(program_of(command), become, self._uid))
        answer = await carried_out(self._execs, argv, b"", heard)
        return replace(answer, stdout=answer.stdout.replace("\r\n", "\n"))
