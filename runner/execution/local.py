"""Commands on this computer: their output line by line, their end certain."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from runner.sdk import Answer, Local

Heard = Callable[[Literal["stdout", "stderr"], str], None]
GRACE = 5.0
"""How long a command that is told to end (SIGTERM) may take before it is killed, in seconds."""
_DRAIN = 1.0
"""How long to wait, in seconds, for output after a command's end: what it left in the background may hold the pipe."""
_CHUNK = 65536
KEPT = 16 * 1024 * 1024
"""How much of each stream is kept for the result, in bytes."""


class LocalCommands:
    """Runs the commands of a run on this computer."""

    def __init__(self, environ: Mapping[str, str], root: Path) -> None:
        self._environ = environ
        self._root = root
        self._groups: set[int] = set()

    async def run(self, command: Local, environment: Mapping[str, str], heard: Heard) -> Answer:
        """Run ``command`` to its end; ``heard`` is told every line as it comes.

        The command leads a process group of its own. When the wait for it is cancelled, the whole group is told to
        end, and killed if it does not.
        """
        async with _script(command) as path:
            argv = [_filled(word, command, path) for word in command.argv]
            start = _now()
            try:
                process = await asyncio.create_subprocess_exec(
                    *argv, cwd=self._root / (command.chdir or "."), stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
                    env={**self._environ, **environment, **command.environment}, start_new_session=True,
                )
            except (OSError, ValueError) as error:
                return _unstarted(argv[0], error, start, heard)
            self._groups.add(process.pid)
            try:
                stdout, stderr = await _followed(process, heard)
            finally:
                self._groups.discard(process.pid)
        status = process.returncode or 0
        return Answer(status if status >= 0 else 128 - status, stdout, stderr, start, _now())

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
async def _script(command: Local) -> AsyncIterator[str]:
    """Put the command's script, if it has one, into a temporary file; yield its path."""
    if command.script is None:
        yield ""
        return
    handle, path = tempfile.mkstemp(prefix="ingot-", suffix=command.extension)
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


async def _followed(process: Process, heard: Heard) -> tuple[str, str]:
    """Return the output of a process that ends by itself; end it when nobody waits for it any more."""
    out, err = _Collector("stdout", heard), _Collector("stderr", heard)
    assert process.stdout is not None
    assert process.stderr is not None
    readers = [asyncio.create_task(out.read(process.stdout)), asyncio.create_task(err.read(process.stderr))]
    try:
        await process.wait()
        await asyncio.wait(readers, timeout=_DRAIN)
    except BaseException:
        await _ended(process)
        raise
    finally:
        for reader in readers:
            reader.cancel()
        out.close()
        err.close()
    return out.text, err.text


async def _ended(process: Process) -> None:
    """End a process and everything in its group."""
    try:
        if process.returncode is None:
            _signal(process.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE)
    finally:
        _signal(process.pid, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class _Collector:
    """Cuts a stream into lines, tells them, and keeps them."""

    def __init__(self, stream: Literal["stdout", "stderr"], heard: Heard) -> None:
        self._stream = stream
        self._heard = heard
        self._kept: list[bytes] = []
        self._size = 0
        self._lost = 0
        self._rest = b""

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Read up to the end of the stream."""
        while chunk := await stream.read(_CHUNK):
            self._keep(chunk)
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                self._tell(line)
            if len(self._rest) >= _CHUNK:  # a line without end is told in pieces
                self._tell(self._rest)
                self._rest = b""

    def close(self) -> None:
        """Tell what is left: a last line without a line end."""
        if self._rest:
            self._tell(self._rest)
            self._rest = b""

    @property
    def text(self) -> str:
        """What was read, up to ``KEPT`` bytes of it."""
        text = b"".join(self._kept).decode("utf-8", "replace")
        return text if not self._lost else f"{text}\n({self._lost} more bytes were left out)\n"

    def _keep(self, chunk: bytes) -> None:
        room = max(KEPT - self._size, 0)
        self._kept.append(chunk[:room])
        self._size += len(chunk[:room])
        self._lost += len(chunk[room:])

    def _tell(self, line: bytes) -> None:
        self._heard(self._stream, line.decode("utf-8", "replace").rstrip("\r"))
