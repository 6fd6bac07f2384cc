"""Real SSH servers on ports of this computer: each with keys, files and a configuration of its own."""

from __future__ import annotations

import asyncio
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from runner.communicators.ssh.settings import Login, Server, Settings, Trust
from runner.communicators.ssh.transport import connected
from runner.sdk import Command, Communicator

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
_CONFIG = """
AddressFamily inet
ListenAddress 127.0.0.1:{port}
HostKey {here}/host
AuthorizedKeysFile {here}/authorized_keys
PidFile {here}/pid
StrictModes no
PermitRootLogin prohibit-password
UsePAM no
PrintMotd no
LogLevel VERBOSE
MaxStartups 100
{more}
"""


class Sshd(NamedTuple):
    """A server that runs, and the key that opens it."""

    port: int
    here: Path
    process: subprocess.Popen[bytes]

    @property
    def key(self) -> Path:
        """The private key to log in with."""
        return self.here / "user"

    @property
    def host_key(self) -> str:
        """The public key of the server."""
        return (self.here / "host.pub").read_text().strip()

    @property
    def login(self) -> Login:
        """How to log in with the key."""
        return Login(getpass.getuser(), key_file=self.key)

    def server(self, login: Login | None = None) -> Server:
        """Where it is, and how to log in to it."""
        return Server("127.0.0.1", self.port, login or self.login)

    def settings(self, **more: Any) -> Settings:
        """How to reach it."""
        return Settings(**{
            "server": self.server(), "trust": Trust(expected=(self.host_key,)), "timeout": 20, "forward_agent": False,
            "handshake_attempts": 1, **more,
        })

    def said(self) -> str:
        """What the server has written."""
        return (self.here / "log").read_text(errors="replace")

    def sessions(self) -> list[int]:
        """The processes of the server that each serve a connection."""
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, check=False)
        return [int(each) for each in listed.stdout.split()]

    def cut(self) -> None:
        """Kill what serves the connections that there are."""
        for pid in self.sessions():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def through(settings: Settings, work: Callable[[Communicator], Awaitable[Any]]) -> Any:
    """Return what some work on a machine gives."""
    async def go() -> Any:
        async with connected(settings) as line:
            return await work(line)

    return asyncio.run(go())


def sh(text: str, **more: Any) -> Command:
    """A command for a shell."""
    return Command(("sh", "-c", text), **more)


def said(settings: Settings, command: Command) -> tuple[int, str, str]:
    """Return what a command on a machine gives: status and output."""
    answer = through(settings, lambda line: line.run(command))
    return answer.status, answer.stdout, answer.stderr


def hello(settings: Settings) -> str:
    """Return ``hello``, if the machine can be reached."""
    status, out, _ = said(settings, sh("echo hello"))
    return out.strip() if status == 0 else f"status {status}"


def key_at(path: Path, *more: str) -> None:
    """Make a key pair."""
    words = ["ssh-keygen", "-q", "-N", "", "-C", "test", "-f", str(path), *(more or ("-t", "ed25519"))]
    subprocess.run(words, check=True)


def known(path: Path, *lines: str) -> Path:
    """Write a file of known hosts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{each}\n" for each in lines))
    return path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(here: Path, more: str = "", *, port: int | None = None, authority: Path | None = None) -> Iterator[Sshd]:
    """Run a server in the directory ``here``, whose host key is signed by ``authority``, if there is one."""
    port = port or free_port()
    for name in ("host", "user"):
        if not (here / name).exists():
            key_at(here / name)
    shutil.copy(here / "user.pub", here / "authorized_keys")
    if authority is not None:
        signing = ["ssh-keygen", "-q", "-s", str(authority), "-I", "host", "-h", "-n", "127.0.0.1"]
        subprocess.run([*signing, str(here / "host.pub")], check=True)
    (here / "config").write_text(_CONFIG.format(port=port, here=here, more=more.replace("{here}", str(here))))
    assert SSHD is not None
    with (here / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(here / "config")], stdout=log, stderr=log)
    server = Sshd(port, here, process)
    try:
        _answers(server)
        yield server
    finally:
        server.cut()
        process.terminate()
        process.wait()


def _answers(server: Sshd) -> None:
    while server.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    pytest.fail(f"sshd has ended: {server.said()}")


@pytest.fixture(scope="session")
def has_sshd() -> None:
    if SSHD is None:
        pytest.skip("there is no sshd on this computer: install openssh-server")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


@pytest.fixture(scope="session")
def sshd(has_sshd: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server that all tests may use, and none may break."""
    with running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


Start = Callable[..., Sshd]


@pytest.fixture
def start_sshd(has_sshd: None, tmp_path: Path) -> Iterator[Start]:
    """Starts servers of a test's own."""
    with ExitStack() as stack:

        def start(more: str = "", **how: Any) -> Sshd:
            here = tmp_path / f"sshd-{secrets.token_hex(4)}"
            here.mkdir()
            return stack.enter_context(running(here, more, **how))

        yield start


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """A real SSH agent, which the environment names; called with the file of a key, it learns it."""
    path = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))

        def learn(key: Path) -> None:
            subprocess.run(["ssh-add", "-q", str(key)], check=True, capture_output=True)

        yield learn
    finally:
        process.terminate()
        process.wait()
