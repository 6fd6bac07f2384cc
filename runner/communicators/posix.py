"""Talk to a machine that has a POSIX shell, by whatever transport."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from posixpath import basename, dirname, join

from runner.communicators import archive
from runner.communicators.shell import NoShell, Shell
from runner.communicators.transport import CHUNK, Channel, Transport
from runner.communicators.words import as_user, assignments, literal, program_of, with_input
from runner.sdk import Answer, Become, Command, Download, Failed, Heard, Put, Upload
from runner.sdk.listening import Collector
from runner.sdk.threads import held

_SMALL = 128 * 1024
"""Up to how many bytes data goes through the shell; more goes through a channel of its own."""
_MISSING = 44
"""The exit status by which scripts of ours say that a file is not there."""
_WRITTEN = """
if [ -e "$path" ]; then cp -p "$path" "$part" || exit; fi
{ %s; } >"$part" && %s mv -f "$part" "$path" || { status=$?; rm -f "$part"; exit $status; }
"""
"""Writes a file beside its place and moves it there. A copy of the former one brings its owner and permissions."""
_UNPACK = 'export TAR_OPTIONS="$TAR_OPTIONS -b2048" && exec tar -x -o -p -f - -C "$to"'
"""Unpacks an archive. GNU tar reads ten kilobytes at once unless it is told otherwise; others know no such variable."""
_EVERYTHING = 1 << 62


@asynccontextmanager
async def connected(transport: Transport) -> AsyncIterator[Posix]:
    """Yield the communicator of a transport, which is closed in the end. Raises ``Failed``."""
    try:
        communicator = Posix(transport, await Shell.start(transport))
        try:
            yield communicator
        finally:
            await communicator.close()
    finally:
        await transport.close()


class Posix:
    """The line to a machine with a shell. A shell that is lost is started anew for the next command."""

    def __init__(self, transport: Transport, shell: Shell) -> None:
        self._transport = transport
        self._shell = shell

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Posix]:
        """Yield another line over the same transport. Raises ``Failed``."""
        other = Posix(self._transport, await self._restarted())
        try:
            yield other
        finally:
            await other.close()

    async def program(self, argv: Sequence[str], feed: archive.Feed) -> Channel:
        """Start a program in a channel of its own. Raises ``Failed`` or ``OSError``."""
        return await self._transport.open(tuple(argv), feed)

    async def close(self) -> None:
        """Let go of the machine."""
        await self._shell.close()

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end; ``heard`` is told every line of output. Raises ``Failed``."""
        data = command.stdin.encode() if isinstance(command.stdin, str) else command.stdin
        out, err = Collector("stdout", heard), Collector("stderr", heard)
        start = _now()
        status = await self._run(program_of(command), out, err, data, become)
        return Answer(status, out.text, err.text, start, _now())

    async def put(self, file: Put, become: Become | None = None) -> None:
        """Write a file on the machine. Raises ``Failed``."""
        small = len(file.content) <= _SMALL
        # Through a channel of its own the data comes by standard input, which may have no end there.
        source = literal(file.content) if small else f"head -c {len(file.content)}"
        part = join(dirname(file.path), f".{basename(file.path)}.{secrets.token_hex(4)}")
        mode = f'chmod {file.mode:o} "$part" &&' if file.mode is not None else ""
        if file.in_place:
            mode = f'chmod {file.mode:o} "$path"' if file.mode is not None else ":"
            script = f'{{ {source}; }} >"$path" && {mode}'
        else:
            hidden = "umask 077;" if file.mode is not None else ""
            script = hidden + _WRITTEN % (source, mode)
        script = assignments({"path": file.path, "part": part}) + script
        await self._done(script, None if small else file.content, become, f"{file.path} cannot be written")

    async def get(self, path: str, become: Become | None = None) -> bytes | None:
        """Return the content of a file on the machine; nothing when there is none. Raises ``Failed``."""
        script = f'{assignments({"path": path})}[ -e "$path" ] || exit {_MISSING}\nexec cat -- "$path"'
        out, err = Collector("stdout", None, _EVERYTHING), Collector("stderr", None)
        status = await self._run(script, out, err, None, become)
        if status == _MISSING:
            return None
        if status:
            raise Failed(f"{path} cannot be read: {_said(err, status)}")
        return out.content

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Send files and directories to the machine. Raises ``Failed``."""
        script = f'{assignments({"to": files.directory})}mkdir -p "$to" && {_UNPACK}'
        err = Collector("stderr", None)
        channel = await self._transport.open(self._aside(script, become), _only(err))
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the status says why
                await archive.send(files.entries, channel.write)
                await channel.close_input()
            status = await channel.wait()
        finally:
            await channel.close()
        if status == 127:  # noqa: PLR2004 - the shell's status for a program that is not there: tar
            await self._sent_singly(files, become)
        elif status:
            raise Failed(f"files cannot be sent to {files.directory}: {_said(err, status)}")

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Copy a file or directory of the machine to the path ``to``. Raises ``Failed``."""
        names = assignments({"path": files.path.rstrip("/") or "/"})
        kind = await self._kind(names, become)
        if kind is None:
            raise Failed(f"{files.path} is not there")
        if kind == "file":
            async with archive.received_file(to) as take:
                await self._received(f'{names}exec cat -- "$path"', take, become, files.path)
            return
        async with archive.received_tree(to, inside=files.content_only) as take:
            await self._received(f'{names}exec tar -c -f - -C "$path" .', take, become, files.path)

    async def _kind(self, names: str, become: Become | None) -> str | None:
        out, err = Collector("stdout", None), Collector("stderr", None)
        script = f'{names}if [ -d "$path" ]; then echo directory; elif [ -e "$path" ]; then echo file; fi'
        await self._run(script, out, err, None, become)
        return out.text.strip() or None

    async def _received(
        self, script: str, take: archive.Take, become: Become | None, path: str
    ) -> None:
        err = Collector("stderr", None)

        def feed(stream: str, data: bytes) -> None:
            if stream == "stdout":
                take(data)
            else:
                err.take(data)

        channel = await self._transport.open(self._aside(script, become), feed)
        try:
            status = await channel.wait()
        finally:
            await channel.close()
        if status:
            raise Failed(f"{path} cannot be fetched: {_said(err, status)}")

    async def _sent_singly(self, files: Upload, become: Become | None) -> None:
        """Send files without tar, one after the other."""
        made: set[str] = set()
        for entry in files.entries:
            path = join(files.directory, entry.path)
            content, mode = await held(archive.read, entry)
            parent = path if content is None else dirname(path)
            if parent not in made:
                await self._done(f'{assignments({"path": parent})}mkdir -p "$path"', None, become, parent)
                made.add(parent)
            if content is not None:
                await self.put(Put(path, content, mode), become)

    async def _done(self, script: str, data: bytes | None, become: Become | None, what: str) -> None:
        out, err = Collector("stdout", None), Collector("stderr", None)
        status = await self._run(script, out, err, data, become)
        if status:
            raise Failed(f"{what}: {_said(err, status)}")

    async def _run(
        self, script: str, out: Collector, err: Collector, data: bytes | None, become: Become | None
    ) -> int:
        """Run a script with ``data`` as its standard input; return its status."""
        if become is not None and become.password is not None:
            data = become.password.encode() + b"\n" + (data or b"")
        if data is not None and len(data) > _SMALL:
            return await self._run_aside(script, out, err, data, become)
        if self._shell.lost:
            self._shell = await self._restarted()
        return await self._shell.run(with_input(as_user(script, become, self._shell.uid), data), out, err)

    async def _restarted(self) -> Shell:
        try:
            return await Shell.start(self._transport)
        except NoShell as error:
            raise Failed("there is no /bin/sh on the machine any more") from error

    async def _run_aside(
        self, script: str, out: Collector, err: Collector, data: bytes, become: Become | None
    ) -> int:
        """Run a script in a channel of its own, for data that is large."""
        def feed(stream: str, piece: bytes) -> None:
            (out if stream == "stdout" else err).take(piece)

        channel = await self._transport.open(self._aside(script, become), feed)
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read all
                for start in range(0, len(data), CHUNK):
                    await channel.write(data[start : start + CHUNK])
                await channel.close_input()
            return await channel.wait()
        finally:
            await channel.close()
            out.close()
            err.close()

    def _aside(self, script: str, become: Become | None) -> tuple[str, ...]:
        return ("/bin/sh", "-c", as_user(script, become, self._shell.uid))


def _only(err: Collector) -> archive.Feed:
    def feed(stream: str, data: bytes) -> None:
        if stream == "stderr":
            err.take(data)

    return feed


def _said(err: Collector, status: int) -> str:
    """Return what a program said before it failed: its last line."""
    lines = err.text.strip().splitlines()
    return lines[-1] if lines else f"exit status {status}"


def _now() -> datetime:
    return datetime.now().astimezone().replace(tzinfo=None)
