"""Commands and files through a real SSH server, and what becomes of them when the connection is lost."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from ssh_servers import Sshd, Start, hello, said, sh, through

from runner.communicators.ssh import connection as ssh_connection
from runner.communicators.ssh.settings import Settings
from runner.communicators.ssh.transport import connected
from runner.sdk import Become, Command, Communicator, Download, Failed, Lost, Put, Sent, Upload

_LARGE = b"x" * 3_000_000


@pytest.mark.parametrize("pty", [False, True])
@pytest.mark.parametrize(("command", "expected"), [
    (sh("echo out; exit 3"), (3, "out\n", "")),
    (sh("printf 'no line end'"), (0, "no line end", "")),
    (sh("pwd; echo $A", chdir="/tmp", environment={"A": "it's \"it\""}), (0, "/tmp\nit's \"it\"\n", "")),
    (sh("cat", stdin="given"), (0, "given", "")),
    (sh("md5sum", stdin=_LARGE), (0, f"{hashlib.md5(_LARGE).hexdigest()}  -\n", "")),
    (sh("true", stdin=_LARGE), (0, "", "")),
])
def test_status_and_output_are_exact(
    sshd: Sshd, command: Command, expected: tuple[int, str, str], pty: bool  # noqa: FBT001 - a table's column
) -> None:
    assert said(sshd.settings(pty=pty), command) == expected


def test_a_signal_is_a_status_too(sshd: Sshd) -> None:
    for settings in (sshd.settings(), sshd.settings(pty=True)):
        assert said(settings, sh("kill -9 $$"))[0] == 137


def test_a_terminal_is_there_when_asked_for(sshd: Sshd) -> None:
    command = sh("[ -t 1 ] && echo terminal; echo err >&2")
    assert said(sshd.settings(pty=True), command) == (0, "terminal\nerr\n", "")
    assert said(sshd.settings(), command) == (0, "", "err\n")


@pytest.mark.parametrize("how", [{}, {"sftp": True}, {"sftp": True, "pty": True}])
def test_files_and_directories_go_and_come_back(start_sshd: Start, tmp_path: Path, how: dict[str, bool]) -> None:
    there, content = tmp_path / "there", os.urandom(5_000_000)
    source = tmp_path / "source"
    source.write_bytes(content)
    (tmp_path / "link").symlink_to("file")
    server = start_sshd("Subsystem sftp internal-sftp")

    async def go(line: Communicator) -> None:
        for name, data in (("small", content[:1000]), ("large", content)):
            await line.put(Put(str(there / name), data, 0o640))
            assert await line.get(str(there / name)) == data
        sent = (Sent(str(source), "inner/file", 0o600), Sent(str(tmp_path / "link"), "inner/link"),
                Sent(str(tmp_path), "empty", 0o750))
        for _ in range(2):  # the second time it is all there
            await line.upload(Upload(str(there / "up"), sent))
            await line.download(Download(str(there), ""), tmp_path / "back")
        await line.download(Download(str(there / "up" / "inner") + "/", "", content_only=True), tmp_path / "back")
        await line.download(Download(str(there / "large"), ""), tmp_path / "file")
        assert await line.get("/nowhere") is None
        with pytest.raises(Failed, match="/nowhere is not there"):
            await line.download(Download("/nowhere", ""), tmp_path / "nowhere")
        with pytest.raises(Failed, match="files cannot be sent to /proc/there: "):
            await line.upload(Upload("/proc/there", sent))

    there.mkdir()
    through(server.settings(**how), go)
    assert ("subsystem 'sftp'" in server.said()) is ("sftp" in how)
    assert (tmp_path / "file").read_bytes() == content
    assert str((tmp_path / "back" / "link").readlink()) == "file"
    assert (there / "up" / "inner" / "file").stat().st_mode & 0o777 == 0o600
    assert (there / "up" / "empty").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "back" / "up" / "empty").is_dir()
    assert (tmp_path / "back" / "up" / "inner" / "file").read_bytes() == content
    assert (tmp_path / "back" / "large").stat().st_mode & 0o777 == 0o640


def test_a_machine_without_an_sftp_server(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    sent = Upload(str(tmp_path / "there"), (Sent(str(tmp_path / "source"), "file"),))
    with pytest.raises(Failed, match="the machine has no SFTP server") as failed:
        through(sshd.settings(sftp=True), lambda line: line.upload(sent))
    assert "ssh_file_transfer_method: scp" in str(failed.value.hint)
    through(sshd.settings(sftp=True), lambda line: line.upload(sent, Become("root")))
    assert (tmp_path / "there" / "file").read_bytes() == b"x"


def test_a_connection_that_is_lost_fails_a_file_by_sftp(start_sshd: Start, tmp_path: Path) -> None:
    server = start_sshd("Subsystem sftp internal-sftp")

    def begun() -> bool:
        return any(each.stat().st_size for each in tmp_path.glob(".back.*"))

    async def go(line: Communicator) -> None:
        fetching = asyncio.create_task(line.download(Download("/dev/zero", ""), tmp_path / "back"))
        while not begun() and not fetching.done():  # noqa: ASYNC110 - it is a file
            await asyncio.sleep(0.01)
        server.cut()
        with pytest.raises(Lost, match="/dev/zero cannot be fetched: the SSH connection has ended"):
            await fetching

    through(server.settings(sftp=True), go)
    assert not (tmp_path / "back").exists()


async def first_word(line: Communicator, command: Command) -> tuple[asyncio.Task[Any], str]:
    """Start a command; return it and the first line that it writes."""
    begun: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def heard(_stream: str, text: str) -> None:
        if not begun.done():
            begun.set_result(text)

    return asyncio.create_task(line.run(command, heard)), await begun


@pytest.mark.parametrize("how", ["shell", "input", "terminal"])
def test_a_command_that_is_given_up_is_ended(sshd: Sshd, how: str) -> None:
    async def go() -> str:
        async with connected(sshd.settings(pty=how == "terminal")) as line:
            command = sh("echo $$; exec sleep 1000", stdin=_LARGE if how == "input" else None)
            running, pid = await first_word(line, command)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert (await line.run(sh("echo on"))).stdout == "on\n"
        return pid

    assert is_gone(int(asyncio.run(go())))


def is_gone(pid: int) -> bool:
    """Return whether a process is there no more, or only waits to be buried."""
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_what_stays_in_the_background_holds_nobody_up(sshd: Sshd) -> None:
    for stdin in (None, _LARGE):
        status, out, _ = said(sshd.settings(), sh("sleep 1000 & echo $!", stdin=stdin))
        os.kill(int(out), signal.SIGKILL)
        assert status == 0


@pytest.mark.parametrize("pty", [False, True])
def test_a_connection_that_is_lost_fails_the_command_and_is_made_again_for_the_next(
    start_sshd: Start, pty: bool  # noqa: FBT001 - a table's column
) -> None:
    server = start_sshd()

    async def go(line: Communicator) -> str:
        running, _ = await first_word(line, sh("echo begun; sleep 30"))
        server.cut()
        with pytest.raises(Failed, match="connection") as failed:
            await running
        assert "restarted" in str(failed.value.hint)
        return (await line.run(sh("echo again"))).stdout

    assert through(server.settings(pty=pty), go) == "again\n"


def test_what_goes_through_a_channel_of_its_own_fails_when_the_connection_is_lost(start_sshd: Start) -> None:
    server = start_sshd()

    async def go(line: Communicator) -> None:
        running, _ = await first_word(line, sh("echo begun; sleep 30", stdin=_LARGE))
        server.cut()
        with pytest.raises(Failed, match="the SSH connection has ended"):
            await running

    through(server.settings(), go)


def test_a_machine_that_gives_no_sign_of_life_is_lost(start_sshd: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_connection, "_PATIENCE", 0.3)
    server = start_sshd()

    async def go(line: Communicator) -> None:
        stopped = server.sessions()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        with pytest.raises(Failed, match="connection to the machine is lost"):
            await line.run(sh("echo never"))

    through(server.settings(keep_alive=0.1), go)


def test_a_command_that_is_silent_for_too_long_is_given_up(sshd: Sshd) -> None:
    talking = sh("for each in 1 2 3 4 5 6; do echo $each; sleep 0.1; done")

    async def go(line: Communicator) -> str:
        with pytest.raises(Failed, match=r"has written nothing for 0.4 seconds"):
            await line.run(sh("sleep 1000"))
        return (await line.run(talking)).stdout

    assert through(sshd.settings(silence=0.4), go) == "1\n2\n3\n4\n5\n6\n"


def forced(script: str) -> str:
    """A configuration by which the server runs a script in place of what it is told to run."""
    return f"ForceCommand {script}"


def test_what_a_login_prints_is_no_output_of_a_command(start_sshd: Start, tmp_path: Path) -> None:
    server = start_sshd(forced('echo "Welcome to 5 o\'clock tea"; eval "$SSH_ORIGINAL_COMMAND"'))
    assert said(server.settings(), sh("echo out")) == (0, "out\n", "")
    with pytest.raises(Failed, match="is no archive") as failed:
        through(server.settings(), lambda line: line.download(Download(str(server.here), ""), tmp_path / "back"))
    assert "bashrc" in str(failed.value.hint)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(("script", "message"), [
    ("exit 127", "there is no /bin/sh on the machine"),
    ("echo 'Please log in as the user admin'; exit 142", "Please log in as the user admin"),
])
def test_a_machine_that_runs_no_shell(start_sshd: Start, script: str, message: str) -> None:
    with pytest.raises(Failed, match=message):
        hello(start_sshd(forced(script)).settings())


def test_a_server_that_allows_a_single_session(start_sshd: Start, tmp_path: Path) -> None:
    settings = start_sshd("MaxSessions 1").settings()
    assert hello(settings) == "hello"
    with pytest.raises(Failed, match="starts no program") as failed:
        through(settings, lambda line: line.put(Put(str(tmp_path / "large"), _LARGE)))
    assert "MaxSessions" in str(failed.value.hint)


@pytest.mark.parametrize(("ours", "theirs"), [
    ({"ciphers": ("aes128-ctr",)}, "Ciphers aes128-ctr"),
    ({"key_exchange": ("ecdh-sha2-nistp256",)}, "KexAlgorithms ecdh-sha2-nistp256"),
])
def test_algorithms_are_those_that_are_asked_for(start_sshd: Start, ours: dict[str, Any], theirs: str) -> None:
    assert hello(start_sshd(theirs).settings(**ours)) == "hello"
    other: Settings = start_sshd(theirs.replace("aes128", "aes256").replace("p256", "p384")).settings(**ours)
    with pytest.raises(Failed, match="no algorithm in common"):
        hello(other)


def test_what_is_fast_is_asked_for_first_and_anything_will_do(start_sshd: Start) -> None:
    async def cipher(settings: Settings) -> str:
        connection = await ssh_connection.Connections(settings).connect()
        connection.abort()
        return str(connection.get_extra_info("send_cipher"))

    for more, expected in (("", "aes128-gcm@openssh.com"), ("Ciphers aes256-ctr", "aes256-ctr")):
        assert asyncio.run(cipher(start_sshd(more).settings())) == expected


def test_an_algorithm_that_nobody_knows(sshd: Sshd) -> None:
    with pytest.raises(Failed, match="rot13 is not a valid encryption algorithm"):
        hello(sshd.settings(ciphers=("rot13",)))
