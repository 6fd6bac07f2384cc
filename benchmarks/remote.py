"""Measure the line over SSH beside the `ssh` program: commands, and a large file. The server is one of our own."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host import Missing
from line import ROW, in_turns, large_file, rates, run, started
from measure import Timing, output
from report import milliseconds, verdict
from settings import Settings

from runner.communicators.ssh.settings import Login, Server, Trust
from runner.communicators.ssh.settings import Settings as Ssh
from runner.communicators.ssh.transport import connected
from runner.sdk.work import Sent, Upload

COMMAND_MILLISECONDS = 1.25
"""Target: how long a command may take, in milliseconds."""
_ADDRESS = "127.0.0.1"
_PATIENCE = 10.0
"""How long a server may take to start, in seconds."""
_OURS = "in the long-lived shell"
_CONFIG = """
ListenAddress {address}:{port}
HostKey {here}/host
AuthorizedKeysFile {here}/user.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""


def remote(settings: Settings) -> Iterator[str]:
    """Yield the report's part about the line over SSH. Raises ``Missing``."""
    here = settings.directory / "ssh"
    here.mkdir()
    file = large_file(here, settings.megabytes)
    with _server(here) as port:
        commands, copies = asyncio.run(_measured(settings, here, port, file))
    file.unlink()
    yield "## The line over SSH, to a server on this computer"
    yield ""
    yield f"{settings.items} commands (`true`), ten after the other, in turns; `ssh` keeps a connection open:"
    yield ""
    yield from milliseconds(commands, digits=2)
    yield f"A file of {settings.megabytes} MB:"
    yield ""
    yield from rates(copies, settings.megabytes)
    taken = commands[_OURS].median * 1000
    yield verdict(taken <= COMMAND_MILLISECONDS, f"at most {COMMAND_MILLISECONDS} ms for a command: {taken:.2f} ms")
    yield ""


async def _measured(
    settings: Settings, here: Path, port: int, file: Path
) -> tuple[dict[str, Timing], dict[str, Timing]]:
    """Return the timings of commands, and those of copies."""
    user = getpass.getuser()
    login = Login(user, key_file=here / "user")
    trust = Trust(expected=((here / "host.pub").read_text(encoding="utf-8").strip(),))
    (here / "known").write_text(f"[{_ADDRESS}]:{port} {trust.expected[0]}\n", encoding="utf-8")
    options = ["-F", "none", "-i", str(here / "user"), "-o", f"UserKnownHostsFile={here}/known", "-o", "BatchMode=yes",
               "-o", f"ControlPath={here}/master", "-o", "ControlMaster=auto", "-o", "ControlPersist=60"]
    target = f"{user}@{_ADDRESS}"
    async with connected(Ssh(Server(_ADDRESS, port, login), trust, forward_agent=False)) as machine:
        try:
            commands = await in_turns({
                _OURS: lambda: run(machine),
                "`ssh`": lambda: started("ssh", *options, "-p", str(port), target, "true"),
            }, settings.items, ROW)
            copies = await in_turns({
                "our upload": lambda: machine.upload(Upload(str(here / "ours"), (Sent(str(file), file.name),))),
                "`scp`": lambda: started("scp", *options, "-P", str(port), str(file), f"{target}:{here}/theirs"),
            }, settings.slow_runs)
        finally:
            await started("ssh", *options, "-p", str(port), "-O", "exit", target)
    return commands, copies


@contextmanager
def _server(here: Path) -> Iterator[int]:
    """Run an SSH server of our own; yield its port. Raises ``Missing``."""
    program = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None or shutil.which("ssh") is None:
        raise Missing("`sshd` and `ssh` are in the packages openssh-server and openssh-client")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "user"):
        output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(here / name)])
    with socket.socket() as found:
        found.bind((_ADDRESS, 0))
        port: int = found.getsockname()[1]
    config = here / "config"
    config.write_text(_CONFIG.format(address=_ADDRESS, port=port, here=here), encoding="utf-8")
    with (here / "log").open("wb") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", str(config)], stdout=log, stderr=log)
    try:
        _wait_for(process, port, here / "log")
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection((_ADDRESS, port)).close()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text(encoding="utf-8").splitlines() or [""]
                raise Missing(f"`sshd` does not start: {said[-1]}") from error
            time.sleep(0.05)
        else:
            return
