"""What has to be known to reach a machine with SSH."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Ask = Callable[[str, bool], Awaitable[str]]
"""Puts a question to whoever sits at the terminal; the second argument says whether the answer may be shown."""
Checking = Literal["yes", "accept-new", "no", "first"]
"""How host keys are checked, in the words of OpenSSH's ``StrictHostKeyChecking``.

``first`` is for a machine that has just been made, whose key nobody can know: the first one that it shows is taken,
and has to stay the same as long as the build works with the machine.
"""


@dataclass(frozen=True, slots=True)
class Login:
    """As whom to log in, and with what."""

    user: str
    password: str | None = None
    key: str | None = None
    """The private key itself, in any of the usual formats."""
    key_file: Path | None = None
    certificate_file: Path | None = None
    """The signed certificate that goes with the key."""
    agent: bool = False
    """Whether the keys of the SSH agent may be used."""
    ask: Ask | None = None
    """Who answers what the server asks, if somebody does."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server, and how to log in to it."""

    host: str
    port: int
    login: Login

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def name(self) -> str:
        """The name of the server in a file of known hosts."""
        return self.host if self.port == 22 else f"[{self.host}]:{self.port}"  # noqa: PLR2004 - the port of ssh


@dataclass(frozen=True, slots=True)
class Proxy:
    """A SOCKS5 proxy."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A port on one side that leads to an address as the other side sees it."""

    port: int
    to_host: str
    to_port: int


@dataclass(frozen=True, slots=True)
class Trust:
    """Which host keys are trusted."""

    checking: Checking = "yes"
    known_hosts: tuple[Path, ...] = ()
    """Files of known hosts; the user's and the system's when there are none. New keys go to the first one."""
    expected: tuple[str, ...] = ()
    """Keys that the machine may show, as public keys or as ``SHA256:`` fingerprints, in place of known hosts."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach a machine with SSH."""

    server: Server
    trust: Trust = field(default_factory=Trust)
    bastion: Server | None = None
    """A jump host to connect through. Its key is checked, too, and never taken without being known."""
    proxy: Proxy | None = None
    ciphers: tuple[str, ...] = ()
    key_exchange: tuple[str, ...] = ()
    pty: bool = False
    """Whether commands get a terminal."""
    timeout: float = 300
    """How long to try until the machine answers, in seconds."""
    handshake_attempts: int = 10
    """How many handshakes may fail; any number when it is zero."""
    keep_alive: float = 5
    """How often to send a sign of life, in seconds; none is sent when it is zero."""
    silence: float | None = None
    """How long a command may write nothing, in seconds, before it is given up."""
    sftp: bool = False
    """Whether files and directories go by SFTP, and not through a shell."""
    forward_agent: bool = True
    """Whether the machine may use the SSH agent of this computer, if there is one."""
    remote_tunnels: tuple[Tunnel, ...] = ()
    """Ports of the machine that lead to this computer."""
    local_tunnels: tuple[Tunnel, ...] = ()
    """Ports of this computer that lead to the machine."""
