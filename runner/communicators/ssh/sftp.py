"""Files and directories by SFTP, for machines on which nothing else takes them."""

from __future__ import annotations

import contextlib
import stat
import tarfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from posixpath import dirname, join
from typing import TYPE_CHECKING, Protocol

from runner.communicators import archive
from runner.communicators.posix import Posix
from runner.communicators.transport import Channel, Feed
from runner.sdk import Become, Communicator, Download, Failed, Lost, Sent, Upload
from runner.sdk.threads import held

if TYPE_CHECKING:
    from asyncssh import SFTPClient, SSHClientConnection

_PIECE = 1 << 20
"""How much of a file is asked for at once, in bytes."""
_BLOCK = 512


class Line(Protocol):
    """The connection to a machine."""

    async def up(self) -> SSHClientConnection:
        """Return the connection. Raises ``Failed``."""
        ...


class Sftp:
    """A line whose files go by SFTP, with the rights of the user who has logged in.

    What is sent or fetched as somebody else goes through a shell as ever: SFTP knows no other users.
    """

    def __init__(self, shell: Posix, line: Line) -> None:
        self.run, self.put, self.get = shell.run, shell.put, shell.get
        self._shell = shell
        self._line = line

    def beside(self) -> AbstractAsyncContextManager[Communicator]:
        """Yield another line over the same connection. Raises ``Failed``."""
        return self._shell.beside()

    async def program(self, argv: Sequence[str], feed: Feed) -> Channel:
        """Start a program in a channel of its own. Raises ``Failed`` or ``OSError``."""
        return await self._shell.program(argv, feed)

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Send files and directories to the machine. Raises ``Failed``."""
        if become is not None:
            await self._shell.upload(files, become)
            return
        async with self._client(f"files cannot be sent to {files.directory}") as client:
            await client.makedirs(files.directory, exist_ok=True)
            for entry in files.entries:
                await _sent(client, entry, join(files.directory, entry.path))

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Copy a file or directory of the machine to the path ``to``. Raises ``Failed``."""
        if become is not None:
            await self._shell.download(files, to, become)
            return
        path = files.path.rstrip("/") or "/"
        async with self._client(f"{files.path} cannot be fetched") as client:
            if not await client.exists(path):
                raise Failed(f"{files.path} is not there")
            if not await client.isdir(path):
                async with archive.received_file(to) as take:
                    await _fetched(client, path, take)
                return
            async with archive.received_tree(to, inside=files.content_only) as take:
                await _packed(client, path, "", take)
                take(b"\0" * 2 * _BLOCK)

    @asynccontextmanager
    async def _client(self, what: str) -> AsyncIterator[SFTPClient]:
        """Yield a client; whatever fails meanwhile is told as ``what`` fails."""
        import asyncssh

        connection = await self._line.up()
        try:
            async with connection.start_sftp_client() as client:
                yield client
        except (
            ConnectionError, asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.ConnectionLost
        ) as error:
            raise Lost(f"{what}: the SSH connection has ended") from error
        except asyncssh.ChannelOpenError as error:
            hint = "write ssh_file_transfer_method: scp, or see Subsystem in its sshd_config"
            raise Failed(f"{what}: the machine has no SFTP server", hint) from error
        except asyncssh.Error as error:
            raise Failed(f"{what}: {error.reason}") from error


async def _sent(client: SFTPClient, entry: Sent, path: str) -> None:
    """Send one file, directory or link. Raises ``Failed`` when it cannot be read here."""
    source = Path(entry.source)
    try:
        status = await held(source.lstat)
        mode = stat.S_IMODE(status.st_mode) if entry.mode is None else entry.mode
        if stat.S_ISDIR(status.st_mode):
            await client.makedirs(path, exist_ok=True)
            await client.chmod(path, mode)
            return
        await client.makedirs(dirname(path), exist_ok=True)
        if stat.S_ISLNK(status.st_mode):
            await _cleared(client, path)
            await client.symlink(str(await held(source.readlink)), path)
            return
        if await client.islink(path):
            await _cleared(client, path)
        with await held(source.open, "rb") as stream:
            async with client.open(path, "wb") as there:
                await there.chmod(mode)
                while piece := await held(stream.read, _PIECE):
                    await there.write(piece)
        await client.utime(path, (status.st_mtime, status.st_mtime))
    except ConnectionError:
        raise
    except OSError as error:
        raise Failed(f"{entry.source} cannot be read: {error.strerror}") from error


async def _cleared(client: SFTPClient, path: str) -> None:
    from asyncssh import SFTPNoSuchFile

    with contextlib.suppress(SFTPNoSuchFile):
        await client.remove(path)


async def _fetched(client: SFTPClient, path: str, take: archive.Take) -> int:
    """Hand on what is in a file; return how much it was, in bytes."""
    size = 0
    async with client.open(path, "rb") as there:
        while piece := await there.read(_PIECE):
            assert isinstance(piece, bytes)
            take(piece)
            size += len(piece)
    return size


async def _packed(client: SFTPClient, path: str, inside: str, take: archive.Take) -> None:
    """Hand on an archive of what is in a directory, in which it is called ``inside``."""
    names = [each async for each in client.scandir(path)]
    for each in sorted(names, key=lambda each: str(each.filename)):
        name, mode = str(each.filename), each.attrs.permissions or 0
        if name in (".", ".."):
            continue
        there, entry = join(path, name), tarfile.TarInfo(inside + name)
        entry.mode, entry.mtime = stat.S_IMODE(mode), each.attrs.mtime or 0
        if stat.S_ISDIR(mode):
            entry.type = tarfile.DIRTYPE
            take(entry.tobuf(tarfile.PAX_FORMAT))
            await _packed(client, there, f"{inside}{name}/", take)
        elif stat.S_ISLNK(mode):
            entry.type, entry.linkname = tarfile.SYMTYPE, str(await client.readlink(there))
            take(entry.tobuf(tarfile.PAX_FORMAT))
        elif stat.S_ISREG(mode):
            entry.size = each.attrs.size or 0
            take(entry.tobuf(tarfile.PAX_FORMAT))
            if await _fetched(client, there, take) != entry.size:
                raise Failed(f"{there} has changed while it was fetched")
            take(b"\0" * (-entry.size % _BLOCK))
