"""Commands on this computer: their output line by line, their end certain."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from runner.sdk import Answer, Heard, Local
from runner.sdk.listening import Collector
from runner.sdk.reaper import Reaper
from runner.sdk.threads import uninterrupted

GRACE = 5.0
"""How long a command that is told to end (SIGTERM) may take before it is killed, in seconds."""
_DRAIN = 1.0
"""How long to wait, in seconds, for output after a command's end: what it left in the background may hold the pipe."""


class LocalCommands:
    """Runs the commands of a run on this computer."""

    def __init__(
        self, environ: Mapping[str, str], root: Path, scratch: Callable[[], Path], reaper: Reaper
    ) -> None:
        self._environ = environ
        self._root = root
        self.scratch = scratch
        """Returns the directory for scripts and the like, which is made when the first one comes."""
        self.reaper = reaper
        """Kills what still runs when this program is killed."""
        self._groups: set[int] = set()

    async def run(self, command: Local, environment: Mapping[str, str], heard: Heard) -> Answer:
        """Run ``command`` to its end; ``heard`` is told every line as it comes.

        The command leads a process group of its own. When the wait for it is cancelled, the whole group is told to
        end, and killed if it does not.
        """
        async with _script(command, self.scratch) as path:
            argv = [_filled(word, command, path) for word in command.argv]
            start = _now()
            try:
                with self.reaper.starting() as mark:
                    # Cut short, asyncio would kill the process alone, and leave what that has started.
                    transport, follower = await uninterrupted(asyncio.get_running_loop().subprocess_exec(
                        lambda: _Follower(heard), *argv, cwd=self._root / (command.chdir or "."), stdin=DEVNULL,
                        env={**self._environ, **environment, **command.environment, **mark}, start_new_session=True,
                    ))
                    group = transport.get_pid()
                    self.reaper.watch(group)
            except (OSError, ValueError) as error:
                return _unstarted(argv[0], error, start, heard)
            self._groups.add(group)
            try:
                await _followed(follower, group)
            finally:
                self._groups.discard(group)
                self.reaper.release(group)
                transport.close()
                follower.finish()
        status = transport.get_returncode() or 0
        out, err = follower.out.text, follower.err.text
        return Answer(status if status >= 0 else 128 - status, out, err, start, _now())

    @property
    def running(self) -> frozenset[int]:
        """The process groups of the commands that run."""
        return frozenset(self._groups)

    def kill(self) -> None:
        """Kill whatever still runs, at once: for a program that gives up."""
        for group in self._groups:
            _signal(group, signal.SIGKILL)


def _now() -> datetime:
    return datetime.now().astimezone().replace(tzinfo=None)


def _unstarted(program: str, error: OSError | ValueError, start: datetime, heard: Heard) -> Answer:
    """Answer as a shell does for a program that cannot be started."""
    message = f"{program}: {error}"
    if isinstance(error, OSError):
        message = f"{error.filename or program}: {error.strerror}"
    heard("stderr", message)
    status = 127 if isinstance(error, FileNotFoundError) else 126
    return Answer(status, "", f"{message}\n", start, start)


@asynccontextmanager
async def _script(command: Local, scratch: Callable[[], Path]) -> AsyncIterator[str]:
    """Put the command's script, if it has one, into a file of the run's own; yield its path."""
    if command.script is None:
        yield ""
        return
    handle, path = tempfile.mkstemp(prefix="ingot-", suffix=command.extension, dir=scratch())
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(command.script)
            os.fchmod(stream.fileno(), 0o700)
        yield path
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - mkstemp gives a text


def _filled(word: str, command: Local, script: str) -> str:
    if "{{.Vars}}" in word:
        word = word.replace("{{.Vars}}", _variables(command))
    return word.replace("{{.Script}}", script)


def _variables(command: Local) -> str:
    """Return the variables as a shell takes them before a command."""
    before, _, rest = command.variable_format.partition("%s")
    between, _, after = rest.partition("%s")
    quoted = {name: value.replace("'", "'\"'\"'") for name, value in sorted(command.environment.items())}
    return "".join(f"{before}{name}{between}{value}{after}" for name, value in quoted.items())


async def _followed(follower: _Follower, group: int) -> None:
    """Wait for a process to end by itself; end its group when nobody waits for it any more."""
    try:
        await follower.exited.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(follower.drained.wait(), _DRAIN)
    except BaseException:
        try:
            if not follower.exited.is_set():
                _signal(group, signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(follower.exited.wait(), GRACE)
        finally:
            _signal(group, signal.SIGKILL)
        raise


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class _Follower(asyncio.SubprocessProtocol):
    """Listens to a process. asyncio's own streams would take it for running as long as anybody holds its pipes."""

    def __init__(self, heard: Heard) -> None:
        self.out = Collector("stdout", heard)
        self.err = Collector("stderr", heard)
        self.exited = asyncio.Event()
        self.drained = asyncio.Event()
        """Set when both pipes are at their end."""
        self._open = {1, 2}

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take in what the process wrote."""
        (self.out if fd == 1 else self.err).take(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Note the end of a pipe."""
        del exc
        self._open.discard(fd)
        if not self._open:
            self.drained.set()

    def process_exited(self) -> None:
        """Note the end of the process."""
        self.exited.set()

    def finish(self) -> None:
        """Tell the last lines, which have no line end."""
        self.out.close()
        self.err.close()
