"""Who logs in, and whether the server is the one that it should be."""

from __future__ import annotations

import asyncio
import getpass
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from ssh_servers import Sshd, Start, free_port, hello, key_at, said, sh, through

from runner.communicators.ssh.connection import Connections
from runner.communicators.ssh.keys import clear_authorized_keys, key_pair
from runner.communicators.ssh.settings import Login, Server, Settings, Trust
from runner.communicators.ssh.transport import connected
from runner.sdk import Answer, Become, Command, Communicator, Failed, Heard

USER = getpass.getuser()


@pytest.fixture
def guarded(start_sshd: Start, tmp_path: Path) -> Sshd:
    """A server that trusts an authority for users, which has signed the key ``signed`` for this one."""
    key_at(tmp_path / "ca")
    key_at(tmp_path / "signed")
    sign(tmp_path / "ca", tmp_path / "signed.pub", "-n", USER)
    return start_sshd(f"TrustedUserCAKeys {tmp_path}/ca.pub")


def sign(authority: Path, key: Path, *more: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-s", str(authority), "-I", "test", *more, str(key)], check=True)


@pytest.mark.parametrize("way", ["file", "text", "agent", "certificate"])
def test_ways_to_log_in(guarded: Sshd, tmp_path: Path, agent: Callable[[Path], None], way: str) -> None:
    agent(guarded.key)
    login = {
        "file": Login(USER, key_file=guarded.key),
        "text": Login(USER, key=guarded.key.read_text()),
        "agent": Login(USER, agent=True),
        "certificate": Login(USER, key_file=tmp_path / "signed", certificate_file=tmp_path / "signed-cert.pub"),
    }[way]
    assert hello(guarded.settings(server=guarded.server(login))) == "hello"
    assert ("Accepted certificate" in guarded.said()) is (way == "certificate")


@pytest.mark.parametrize("kind", [("ed25519",), ("rsa", "-b", "2048"), ("ecdsa", "-b", "256"), ("ecdsa", "-b", "521")])
def test_kinds_of_keys(start_sshd: Start, tmp_path: Path, kind: tuple[str, ...]) -> None:
    for name in ("ca", "plain", "signed"):
        key_at(tmp_path / name, "-t", *kind)
    sign(tmp_path / "ca", tmp_path / "signed.pub", "-n", USER)
    server = start_sshd(f"TrustedUserCAKeys {tmp_path}/ca.pub")
    (server.here / "authorized_keys").write_text((tmp_path / "plain.pub").read_text())
    with_certificate = Login(USER, key_file=tmp_path / "signed", certificate_file=tmp_path / "signed-cert.pub")
    for login in (Login(USER, key_file=tmp_path / "plain"), with_certificate):
        assert hello(server.settings(server=server.server(login))) == "hello"


def encrypted(here: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(here / "locked")], check=True)
    return here / "locked"


@pytest.mark.parametrize(("login", "message"), [
    (lambda _: Login(USER, key="rubbish"), "the private key is no private key that can be read"),
    (lambda _: Login(USER, key_file=Path("/nowhere/key")), "/nowhere/key cannot be read: No such file"),
    (lambda here: Login(USER, key_file=encrypted(here)), "locked is encrypted"),
    (lambda _: Login(USER, agent=True), "there is no SSH agent"),
    (lambda _: Login(USER, certificate_file=Path("/nowhere")), "without its private key"),
    (lambda _: Login(USER, password="secret"), f"refuses to let {USER} log in"),
])
def test_what_cannot_be_logged_in_with(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, login: Callable[[Path], Login], message: str
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(Failed, match=message):
        hello(sshd.settings(server=sshd.server(login(tmp_path))))


def test_a_login_that_is_refused_is_tried_as_often_as_is_wanted(start_sshd: Start, tmp_path: Path) -> None:
    server = start_sshd()
    key_at(tmp_path / "other")
    login = Login(USER, key_file=tmp_path / "other")
    with pytest.raises(Failed, match="refuses"):
        hello(server.settings(server=server.server(login), handshake_attempts=3))
    closed = "Connection closed by authenticating user"
    end = time.monotonic() + 10
    while server.said().count(closed) < 3 and time.monotonic() < end:  # it notes the last one when we have gone on
        time.sleep(0.01)
    assert server.said().count(closed) == 3


def test_a_key_that_comes_late_is_waited_for(start_sshd: Start) -> None:
    server = start_sshd()
    allowed = server.here / "authorized_keys"
    key = allowed.read_text()
    allowed.write_text("")

    async def go() -> str:
        running = asyncio.create_task(reached(server.settings(handshake_attempts=0)))
        while "Connection closed by authenticating user" not in server.said():  # noqa: ASYNC110 - it is a file
            await asyncio.sleep(0.01)
        allowed.write_text(key)
        return await running

    assert asyncio.run(go()) == "hello\n"


async def reached(settings: Settings) -> str:
    async with connected(settings) as line:
        return (await line.run(sh("echo hello"))).stdout


Challenge = tuple[str, str, str, Sequence[tuple[str, bool]]]


class Passwords(asyncssh.SSHServer):
    """A server that knows a password, and asks for it in the ways it is told to."""

    def __init__(self, way: str) -> None:
        self._way = way

    def public_key_auth_supported(self) -> bool:
        return False

    def password_auth_supported(self) -> bool:
        return self._way == "password"

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("admin", "secret")

    def kbdint_auth_supported(self) -> bool:
        return self._way == "questions"

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Challenge:
        del username, lang, submethods
        return "", "", "", [("Your word: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return (username, *responses) == ("admin", "secret")


    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        del dest_host, dest_port, orig_host, orig_port
        return True


@asynccontextmanager
async def passwords(way: str) -> AsyncIterator[int]:
    key, port = asyncssh.generate_private_key("ssh-ed25519"), free_port()
    async with await asyncssh.create_server(lambda: Passwords(way), "127.0.0.1", port, server_host_keys=[key]):
        yield port


async def logged_in(login: Login, way: str) -> str:
    """Return how it goes to log in to a server that asks in this way."""
    async with passwords(way) as port:
        settings = Settings(Server("127.0.0.1", port, login), Trust("no"), handshake_attempts=1, timeout=20)
        try:
            connection = await Connections(settings).connect()
        except Failed as failed:
            return str(failed)
        connection.close()
        await connection.wait_closed()
        return "logged in"


@pytest.mark.parametrize("way", ["password", "questions"])
@pytest.mark.parametrize(("password", "outcome"), [("secret", "logged in"), ("wrong", "refuses to let admin log in")])
def test_passwords_are_told_in_whatever_way_they_are_asked_for(way: str, password: str, outcome: str) -> None:
    assert outcome in asyncio.run(logged_in(Login("admin", password=password), way))


def test_a_jump_host_may_ask_whoever_sits_at_the_terminal(sshd: Sshd) -> None:
    asked: list[tuple[str, bool]] = []

    async def ask(question: str, echo: bool) -> str:  # noqa: FBT001 - as the sdk has it
        asked.append((question, echo))
        return "secret"

    async def go() -> str:
        async with passwords("questions") as port:
            bastion = Server("127.0.0.1", port, Login("admin", ask=ask))
            trust = Trust("no")
            return await reached(sshd.settings(bastion=bastion, trust=trust))

    assert asyncio.run(go()) == "hello\n"
    assert asked == [("Your word: ", False)]


def test_an_agent_is_lent_to_the_machine_unless_it_must_not(
    sshd: Sshd, agent: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent(sshd.key)
    own = (sshd.here / "user.pub").read_text().split()[1]
    assert own in said(sshd.settings(forward_agent=True), sh("ssh-add -L"))[1]
    assert own not in said(sshd.settings(forward_agent=False), sh("ssh-add -L"))[1]
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere/agent")
    assert said(sshd.settings(forward_agent=True), sh("echo $SSH_AUTH_SOCK")) == (0, "\n", "")


@pytest.mark.parametrize(("kind", "bits", "begins"), [
    (None, None, "ssh-ed25519 "), ("ed25519", 256, "ssh-ed25519 "), ("rsa", 1024, "ssh-rsa "),
    ("dsa", None, "ssh-dss "),
    ("ecdsa", None, "ecdsa-sha2-nistp521 "), ("ecdsa", 256, "ecdsa-sha2-nistp256 "),
])
def test_a_key_pair_for_a_build(tmp_path: Path, kind: str | None, bits: int | None, begins: str) -> None:
    pair = asyncio.run(key_pair(kind, bits, "for the build"))  # type: ignore[arg-type]
    assert pair.public.startswith(begins)
    assert pair.public.endswith(" for the build")
    (tmp_path / "key").write_text(pair.private)
    (tmp_path / "key").chmod(0o600)
    told = subprocess.run(["ssh-keygen", "-y", "-f", str(tmp_path / "key")], capture_output=True, text=True, check=True)
    assert told.stdout.split()[:2] == pair.public.split()[:2]


@pytest.mark.parametrize(("kind", "bits"), [("rsa", 512), ("ecdsa", 512), ("ed25519", 512), ("dsa", 2048)])
def test_lengths_that_a_key_cannot_have(kind: str, bits: int) -> None:
    with pytest.raises(Failed, match=f"a key of the kind {kind} cannot have {bits} bits"):
        asyncio.run(key_pair(kind, bits))  # type: ignore[arg-type]


def test_a_temporary_key_is_taken_away(sshd: Sshd, tmp_path: Path) -> None:
    first, second = (asyncio.run(key_pair(comment=name)).public for name in ("first", "second"))
    file = tmp_path / ".ssh" / "authorized_keys"
    file.parent.mkdir()

    async def go(line: Communicator) -> list[str]:
        found = []
        for lines in ((first, second), (first,), (second,)):
            file.write_text("".join(f"{each}\n" for each in lines))
            await clear_authorized_keys(AtHome(line, tmp_path), first)
            found.append(file.read_text())
        return found

    file.write_text("")
    file.chmod(0o640)
    assert through(sshd.settings(), go) == [f"{second}\n", "", f"{second}\n"]
    assert file.stat().st_mode & 0o777 == 0o640


class AtHome:
    """A line whose user is at home somewhere else."""

    def __init__(self, line: Communicator, home: Path) -> None:
        self.put, self.get, self.upload, self.download = line.put, line.get, line.upload, line.download
        self._line = line
        self._home = home

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        return await self._line.run(replace(command, environment={"HOME": str(self._home)}), heard, become)
