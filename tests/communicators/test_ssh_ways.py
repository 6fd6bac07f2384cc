"""What lies between this computer and a machine: time, jump hosts, proxies, tunnels."""

from __future__ import annotations

import asyncio
import getpass
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ssh_servers import Sshd, Start, free_port, hello, key_at, known, running, sh, through

from runner.communicators.ssh import connection as ssh_connection
from runner.communicators.ssh.settings import Login, Proxy, Server, Settings, Trust, Tunnel
from runner.communicators.ssh.transport import connected
from runner.sdk import Communicator, Failed


async def reached(settings: Settings) -> str:
    async with connected(settings) as line:
        return (await line.run(sh("echo hello"))).stdout


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk, port: int | None = None) -> AsyncIterator[int]:
    """Listen on a port and talk to whoever connects."""
    port = port or free_port()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.close()

    async with await asyncio.start_server(served, "127.0.0.1", port):
        yield port


def test_a_machine_that_never_answers() -> None:
    settings = Settings(Server("127.0.0.1", free_port(), Login("root", password="x")), timeout=0.3)
    with pytest.raises(Failed, match=r"does not answer on .* within 0.3 seconds: .* cannot be reached") as failed:
        hello(settings)
    assert "ssh_timeout" in str(failed.value.hint)


def test_a_machine_that_starts_late_is_waited_for(
    has_sshd: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First something listens that says nothing, as a forwarded port does, then one that hangs up, then nobody."""
    monkeypatch.setattr(ssh_connection, "_BANNER", (0.2, 5.0))
    port = free_port()
    key_at(tmp_path / "user")
    login = Login(getpass.getuser(), key_file=tmp_path / "user")

    async def go() -> str:
        tried = asyncio.Event()

        async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            await reader.read()
            tried.set()

        async def hanging_up(*_: object) -> None:
            tried.set()

        settings = Settings(Server("127.0.0.1", port, login), Trust("no"), timeout=60, handshake_attempts=1)
        connecting = None
        for talk in (silent, hanging_up):
            async with listening(talk, port):
                connecting = connecting or asyncio.create_task(reached(settings))
                await tried.wait()
                tried.clear()
        with running(tmp_path, port=port):
            assert connecting is not None
            return await connecting

    assert asyncio.run(go()) == "hello\n"


def jumping(server: Sshd, bastion: Sshd, here: Path, **more: Any) -> Settings:
    """How to reach a server through another one, both of which are known."""
    file = known(
        here / "known", f"[127.0.0.1]:{bastion.port} {bastion.host_key}", f"[127.0.0.1]:{server.port} {server.host_key}"
    )
    return server.settings(bastion=bastion.server(), trust=Trust("yes", (file,)), **more)


def test_a_jump_host_is_gone_through(start_sshd: Start, sshd: Sshd, tmp_path: Path) -> None:
    bastion = start_sshd()

    async def go(line: Communicator) -> str:
        assert bastion.sessions()
        bastion.cut()  # and with it the connection to the machine
        with pytest.raises(Failed, match="connection"):
            await line.run(sh("sleep 30"))
        return (await line.run(sh("echo again"))).stdout

    assert through(jumping(sshd, bastion, tmp_path), go) == "again\n"


def test_a_jump_host_that_is_not_known_is_refused(start_sshd: Start, sshd: Sshd) -> None:
    bastion = start_sshd()
    for trust in (Trust("first"), Trust(expected=(sshd.host_key,))):
        with pytest.raises(Failed, match=f"{bastion.port} is not known"):
            hello(sshd.settings(bastion=bastion.server(), trust=trust))
    assert hello(sshd.settings(bastion=bastion.server(), trust=Trust("no"))) == "hello"


def test_a_jump_host_that_lets_nobody_further(start_sshd: Start, sshd: Sshd, tmp_path: Path) -> None:
    bastion = start_sshd("AllowTcpForwarding no")
    with pytest.raises(Failed, match="the jump host cannot connect to"):
        hello(jumping(sshd, bastion, tmp_path, timeout=1))


def test_the_agent_knows_the_key_of_a_jump_host(
    start_sshd: Start, sshd: Sshd, tmp_path: Path, agent: Callable[[Path], None]
) -> None:
    bastion = start_sshd()
    agent(bastion.key)
    settings = jumping(sshd, bastion, tmp_path)
    with_agent = replace(settings, bastion=bastion.server(Login(bastion.login.user, agent=True)))
    assert hello(with_agent) == "hello"


class Socks:
    """A SOCKS5 proxy that may want a password, and refuses as often as it is told to."""

    def __init__(self, password: str | None = None, *, refusals: tuple[int, ...] = (), name: bool = False) -> None:
        self._password = password
        self._refusals = list(refusals)
        self._name = name
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        wanted = 0 if self._password is None else 2
        writer.write(bytes((5, wanted if wanted in offered else 0xFF)))
        if wanted not in offered:
            return
        if wanted:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            word = await reader.readexactly((await reader.readexactly(1))[0])
            right = (user, word) == (b"me", str(self._password).encode())
            writer.write(bytes((1, 0 if right else 1)))
            if not right:
                return
        await self._lead(reader, writer)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        *_, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(map(str, await reader.readexactly(4)))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        self.asked.append((host, port))
        bound = b"\x03\x04here" if self._name else b"\x01\0\0\0\0"
        reply = self._refusals.pop(0) if self._refusals else 0
        writer.write(bytes((5, reply, 0)) + bound + b"\0\0")
        if reply:
            return
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(piped(reader, back), piped(there, writer))


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def by_proxy(sshd: Sshd, socks: Socks, *login: str, host: str = "127.0.0.1", patience: float = 20) -> str:
    async with listening(socks) as port:
        server = Server(host, sshd.port, sshd.login)
        return await reached(sshd.settings(server=server, proxy=Proxy("127.0.0.1", port, *login), timeout=patience))


@pytest.mark.parametrize("host", ["127.0.0.1", "machine.example"])
@pytest.mark.parametrize(("socks", "login"), [
    (Socks, ()), (Socks, ("me", "secret")), (lambda: Socks("secret"), ("me", "secret")),
    (lambda: Socks(refusals=(1, 5)), ()), (lambda: Socks(name=True), ()),
])
def test_a_proxy_is_gone_through(sshd: Sshd, socks: Callable[[], Socks], login: tuple[str, ...], host: str) -> None:
    proxy = socks()
    assert asyncio.run(by_proxy(sshd, proxy, *login, host=host)) == "hello\n"
    assert set(proxy.asked) == {(host, sshd.port)}


@pytest.mark.parametrize(("socks", "login", "message"), [
    (Socks("secret"), (), "wants another kind of login"),
    (Socks("secret"), ("me", "wrong"), "refuses to let me log in"),
    (Socks(refusals=(2,)), (), "its rules forbid the connection"),
    (Socks(refusals=(5,) * 100), (), "within 1 seconds: the proxy cannot connect to 127.0.0.1:.*: .*refused"),
])
def test_a_proxy_that_leads_nowhere(sshd: Sshd, socks: Socks, login: tuple[str, ...], message: str) -> None:
    with pytest.raises(Failed, match=message):
        asyncio.run(by_proxy(sshd, socks, *login, patience=1))


def test_what_is_no_proxy(sshd: Sshd) -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def go() -> None:
        async with listening(web) as port:
            await reached(sshd.settings(proxy=Proxy("127.0.0.1", port)))

    with pytest.raises(Failed, match="is no SOCKS5 proxy"):
        asyncio.run(go())


async def greeting(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"from here\n")
    await writer.drain()


def test_a_port_of_the_machine_leads_to_this_computer(sshd: Sshd) -> None:
    ask = "bash -c 'read -r word </dev/tcp/localhost/{}; echo $word'"

    async def go() -> str:
        outer = free_port()
        async with listening(greeting) as port:
            settings = sshd.settings(remote_tunnels=(Tunnel(outer, "127.0.0.1", port),))
            async with connected(settings) as line:
                return (await line.run(sh(ask.format(outer)))).stdout

    assert asyncio.run(go()) == "from here\n"


def test_a_port_of_this_computer_leads_to_the_machine_also_after_a_loss(start_sshd: Start) -> None:
    sshd, outer = start_sshd(), free_port()

    async def asked() -> bytes:
        reader, writer = await asyncio.open_connection("localhost", outer)
        found = await reader.read(100)
        writer.close()
        return found

    async def go() -> list[bytes]:
        async with listening(greeting) as port:
            settings = sshd.settings(local_tunnels=(Tunnel(outer, "127.0.0.1", port),))
            async with connected(settings) as line:
                found = [await asked()]
                sshd.cut()
                with pytest.raises(Failed):
                    await line.run(sh("sleep 30"))
                await line.run(sh("echo again"))
                return [*found, await asked()]

    assert asyncio.run(go()) == [b"from here\n"] * 2


@pytest.mark.parametrize("side", ["local_tunnels", "remote_tunnels"])
def test_a_port_that_is_taken_cannot_be_a_tunnel(sshd: Sshd, side: str) -> None:
    async def go() -> None:
        async with listening(greeting) as port:
            await reached(sshd.settings(**{side: (Tunnel(port, "127.0.0.1", 1),)}))

    with pytest.raises(Failed, match=r"port.*[0-9]+.* tunnel"):
        asyncio.run(go())
