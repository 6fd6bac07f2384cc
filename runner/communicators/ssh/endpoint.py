"""A door to a machine for programs of this computer: an SSH server that hands commands on to the machine.

It listens on the loopback address, and lets in who has the key that was made for it. Commands get a channel of their
own, by whatever the machine is reached; files go as with Ansible's transfer ``piped``, by commands that read and write.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from runner.communicators.transport import CHUNK, Programs, Stream
from runner.sdk import Communicator, Failed, Served

if TYPE_CHECKING:
    import asyncssh

USER = "ingot"
"""Who logs in at the door; on the machine commands run as the user who works there."""
_KINDS = {"ECDSA": "ecdsa-sha2-nistp256", "RSA": "ssh-rsa"}


@asynccontextmanager
async def endpoint(
    communicator: Communicator, directory: Path, *, port: int = 0, kind: Literal["ECDSA", "RSA"] = "ECDSA"
) -> AsyncIterator[Served]:
    """Yield how the door is found; its keys are in ``directory``, and it is shut in the end. Raises ``Failed``."""
    import asyncssh

    if not isinstance(communicator, Programs):
        raise Failed("this machine cannot be reached by programs of this computer: it has no shell")
    host_key, key = (asyncssh.generate_private_key(_KINDS[kind]) for _ in range(2))
    private, known = directory / "key", directory / "known_hosts"
    private.touch(mode=0o600)
    private.write_bytes(key.export_private_key())

    async def serve(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await _served(communicator, process)

    class Server(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            del username
            return True

    keys = asyncssh.import_authorized_keys(key.export_public_key().decode())
    try:
        acceptor = await asyncssh.listen(
            "127.0.0.1", port, server_factory=Server, server_host_keys=[host_key], authorized_client_keys=keys,
            process_factory=serve, encoding=None,
        )
    except OSError as error:
        raise Failed(f"no server can listen at port {port} of this computer: {error.strerror}") from error
    try:
        number = acceptor.get_port()
        known.write_bytes(f"[127.0.0.1]:{number} ".encode() + host_key.export_public_key())
        yield Served(str(directory), "127.0.0.1", number, USER, str(private), str(known))
    finally:
        acceptor.close()
        await acceptor.wait_closed()


async def _served(programs: Programs, process: Any) -> None:
    """Run one command on the machine, with the streams of whoever asked for it."""
    if process.command is None:
        process.stderr.write(b"commands only: there is no terminal here\n")
        process.exit(1)
        return

    def feed(stream: Stream, data: bytes) -> None:
        (process.stdout if stream == "stdout" else process.stderr).write(data)

    try:
        channel = await programs.program(("/bin/sh", "-c", process.command), feed)
    except (Failed, OSError) as error:
        process.stderr.write(f"{error}\n".encode())
        process.exit(255)
        return
    sending = asyncio.create_task(_sent(process, channel))
    try:
        status = await channel.wait()
        process.exit(status)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await channel.close()


async def _sent(process: Any, channel: Any) -> None:
    """Hand on what comes in, to its end; a program need not read all of it."""
    try:
        while data := await process.stdin.read(CHUNK):
            await channel.write(data)
        await channel.close_input()
    except (BrokenPipeError, ConnectionResetError):
        return
