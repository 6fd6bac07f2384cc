"""A TPM for a machine, emulated by ``swtpm``."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runner.builders.qemu.programs import Programs, path_of
from runner.sdk.threads import held


@asynccontextmanager
async def tpm(programs: Programs, state: Path, *, old: bool) -> AsyncIterator[socket.socket]:
    """Yield a socket at whose other end a new TPM is, of version 1.2 if it is to be ``old``. Raises ``Failed``."""
    path = path_of("swtpm")
    await held(state.mkdir)
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            number = theirs.fileno()
            words = [path, "socket", "--tpmstate", f"dir={state}", "--ctrl", f"type=unixio,clientfd={number}"]
            running = await programs.start([*words, *(() if old else ("--tpm2",))], (number,))
        try:
            yield ours
        finally:
            await running.close()
