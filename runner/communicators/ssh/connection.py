"""Connections to an SSH server: tried until it answers, through whatever lies between."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from typing import TYPE_CHECKING, Any

from runner.communicators import socks
from runner.communicators.ssh.hosts import HostKeys
from runner.communicators.ssh.keys import agent_socket, connected_agent, private_keys
from runner.communicators.ssh.settings import Login, Server, Settings, Trust
from runner.sdk import Failed, Lost

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection

    from runner.communicators.ssh.client import Client

_PAUSES = (0.1, 5.0)
"""How long to wait, in seconds, after the first try that fails, and at most; each time it is twice as long."""
_BANNER = (5.0, 30.0)
"""How long a server may take, in seconds, to greet: what forwards a port often answers before the machine does, and
such a connection never comes to life. At first, and at most; each time it may be half as long again."""
_LOGIN = 120.0
"""How long the rest of a login may take, in seconds."""
_CIPHERS = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
"""The ciphers to ask for before all others: with the library, they take half the time of what is usual."""
_PATIENCE = 60.0
"""How long a machine may give no sign of life, in seconds, before it counts as lost."""


class _Unanswered(Exception):  # noqa: N818 - it reads as what it says
    """Nobody answers yet."""


class _Rejected(Exception):  # noqa: N818 - it reads as what it says
    """Somebody answers, and the handshake fails."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Connections:
    """Makes connections to one machine; the one to the jump host is kept as long as it lasts."""

    def __init__(self, settings: Settings, begun: socket.socket | None = None) -> None:
        self._settings = settings
        self._begun = begun
        """A connection to the machine for the first try."""
        self._keys = HostKeys(settings.server, settings.trust)
        self._bastion: SSHClientConnection | None = None

    async def connect(self) -> SSHClientConnection:
        """Return a connection. Raises ``Failed`` when the machine does not answer in time, or never will."""
        limit, reason = self._settings.timeout, "it was not tried"
        pause, banner, refused = _PAUSES[0], _BANNER[0], 0
        try:
            async with asyncio.timeout(limit):
                while True:
                    try:
                        return await self._attempt(banner)
                    except _Rejected as rejected:
                        reason, refused = str(rejected), refused + 1
                        if refused == self._settings.handshake_attempts:
                            raise Failed(reason, rejected.hint) from rejected
                    except _Unanswered as unanswered:
                        reason, banner = str(unanswered), min(banner * 1.5, _BANNER[1])
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _PAUSES[1])
        except TimeoutError:
            raise Lost(
                f"SSH does not answer on {self._settings.server} within {limit:g} seconds: {reason}",
                "set ssh_timeout if the machine needs longer to start",
            ) from None

    async def close(self) -> None:
        """End the connection to the jump host, and one that was begun and not used."""
        if self._begun is not None:
            self._begun.close()
            self._begun = None
        if self._bastion is not None:
            self._bastion.abort()
            self._bastion = None

    async def _attempt(self, banner: float) -> SSHClientConnection:
        settings, way = self._settings, dict[str, Any]()
        if settings.bastion is not None:
            way["tunnel"] = await self._through(settings.bastion, banner)
        elif settings.proxy is not None:
            try:
                async with asyncio.timeout(banner):
                    way["sock"] = await socks.through(settings.proxy, settings.server.host, settings.server.port)
            except (OSError, TimeoutError) as error:
                raise _Unanswered(str(error) or "the proxy does not answer") from error
        elif self._begun is not None:
            way["sock"], self._begun = self._begun, None
        connection = await self._opened(settings.server, self._keys, banner, way)
        try:
            await _with_tunnels(connection, settings)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _through(self, bastion: Server, banner: float) -> SSHClientConnection:
        if self._bastion is None or self._bastion.is_closed():
            trust = self._settings.trust
            checking = "yes" if trust.checking == "first" else trust.checking
            keys = HostKeys(bastion, Trust(checking, trust.known_hosts))
            self._bastion = await self._opened(bastion, keys, banner, {})
        return self._bastion

    async def _opened(
        self, server: Server, keys: HostKeys, banner: float, way: dict[str, Any]
    ) -> SSHClientConnection:
        """Try once to connect. Raises ``_Unanswered``, ``_Rejected``, and ``Failed`` if it cannot get better."""
        import asyncssh

        from runner.communicators.ssh.client import Client

        login, loop = server.login, asyncio.get_running_loop()
        async with contextlib.AsyncExitStack() as stack:
            client = Client(login, await _pairs(login, stack), keys)
            arguments = {**self._arguments(server), **keys.arguments(), **way}
            if "sock" not in way:
                arguments |= {"host": server.host, "port": server.port}
            else:
                arguments["host_key_alias"] = server.host
            try:
                async with asyncio.timeout(_LOGIN) as limit:
                    timer = loop.call_later(banner, _give_up_on, client, limit)
                    try:
                        return await asyncssh.connect(client_factory=lambda: client, **arguments)
                    finally:
                        timer.cancel()
            except TimeoutError:
                what = "greet" if not client.greeted else "finish the login"
                raise _Unanswered(f"{server} does not {what} in time") from None
            except (OSError, asyncssh.Error) as error:
                raise _judged(error, server, client.greeted, keys) from error
            except ValueError as error:  # an algorithm that there is not
                raise Failed(str(error), "check ssh_ciphers and ssh_key_exchange_algorithms") from error

    def _arguments(self, server: Server) -> dict[str, Any]:
        settings = self._settings
        every, forward = settings.keep_alive, settings.forward_agent and server is settings.server
        found: dict[str, Any] = {
            "config": None, "username": server.login.user, "client_keys": None, "agent_path": None, "gss_host": None,
            "encryption_algs": settings.ciphers or _CIPHERS, "login_timeout": 0, "keepalive_interval": every,
            "keepalive_count_max": max(3, math.ceil(_PATIENCE / every)) if every else 3,
            "agent_forwarding": (forward and agent_socket()) or False,
        }
        if settings.key_exchange:
            found["kex_algs"] = settings.key_exchange
        return found


def _give_up_on(client: Client, limit: asyncio.Timeout) -> None:
    if not client.greeted:
        limit.reschedule(asyncio.get_running_loop().time())


async def _pairs(login: Login, stack: contextlib.AsyncExitStack) -> list[Any]:
    """Return the keys to try; those of the agent need it as long as they are used. Raises ``Failed``."""
    found = private_keys(login)
    if login.agent:
        agent = await connected_agent()
        stack.callback(agent.close)
        try:
            found += await agent.get_keys()
        except (OSError, ValueError) as error:
            raise Failed(f"the SSH agent does not tell its keys: {error}") from error
    return found


def _judged(error: Exception, server: Server, greeted: bool, keys: HostKeys) -> Exception:  # noqa: FBT001 - it is named
    """Return what an error means: that it is too early, that the server does not want us, or that it is no use."""
    import asyncssh

    match error:
        case asyncssh.HostKeyNotVerifiable():
            return keys.refusal or Failed(f"the host key of {server} is not trusted: {error.reason}")
        case asyncssh.KeyExchangeFailed():
            return Failed(f"{server} and this computer have no algorithm in common: {error.reason}",
                          "see ssh_ciphers and ssh_key_exchange_algorithms")
        case asyncssh.PermissionDenied():
            return _Rejected(f"{server} refuses to let {server.login.user} log in",
                             "check the user, and the key or the password")
        case asyncssh.ChannelOpenError():
            return _Unanswered(f"the jump host cannot connect to {server}: {error.reason}")
        case asyncssh.Error():
            reason = f"{server} ends the connection: {error.reason}"
        case _:
            reason = f"{server} cannot be reached: {getattr(error, 'strerror', None) or error}"
    return _Rejected(reason) if greeted else _Unanswered(reason)


async def _with_tunnels(connection: SSHClientConnection, settings: Settings) -> None:
    """Open the tunnels of a connection, which end with it. Raises ``Failed``."""
    import asyncssh

    for tunnel in settings.remote_tunnels:
        try:
            await connection.forward_remote_port("localhost", tunnel.port, tunnel.to_host, tunnel.to_port)
        except (asyncssh.Error, asyncssh.ChannelListenError) as error:
            raise Failed(f"the machine does not open port {tunnel.port} for a tunnel: {error}") from error
    for tunnel in settings.local_tunnels:
        try:
            await connection.forward_local_port("localhost", tunnel.port, tunnel.to_host, tunnel.to_port)
        except OSError as error:
            raise Failed(f"port {tunnel.port} of this computer cannot be a tunnel: {error.strerror}") from error
