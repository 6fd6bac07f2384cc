"""Commands and files in a container of a real engine."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import engines
import pytest
from docker.api.client import APIClient

from runner.communicators.docker.bare import Bare
from runner.communicators.docker.engine import engine as connected_engine
from runner.communicators.docker.http import Refused
from runner.communicators.docker.line import connected
from runner.communicators.docker.transport import Execs
from runner.sdk import Become, Command, Communicator, Download, Failed, Put, Sent, Upload

_LARGE = b"x" * 3_000_000


@pytest.fixture(scope="module")
def container(docker: APIClient, busybox: str) -> Iterator[str]:
    found = docker.create_container(busybox, stdin_open=True, entrypoint=["/bin/sh"])["Id"]
    docker.start(found)
    yield found
    docker.remove_container(found, force=True)


@asynccontextmanager
async def line(container: str, user: str | None = None, **how: Any) -> AsyncIterator[Communicator]:
    async with connected_engine() as engine, connected(engine, container, user, **how) as communicator:
        yield communicator


def through(container: str, work: Callable[[Communicator], Awaitable[Any]], user: str | None = None, **how: Any) -> Any:
    async def go() -> Any:
        async with line(container, user, **how) as communicator:
            return await work(communicator)

    return asyncio.run(go())


def sh(text: str, **more: Any) -> Command:
    return Command(("sh", "-c", text), **more)


def said(container: str, command: Command, user: str | None = None, **how: Any) -> tuple[int, str, str]:
    answer = through(container, lambda each: each.run(command), user, **how)
    return answer.status, answer.stdout, answer.stderr


@pytest.mark.parametrize(("command", "expected"), [
    (sh("echo out; echo err >&2; exit 3"), (3, "out\n", "err\n")),
    (sh("printf 'no line end'"), (0, "no line end", "")),
    (sh("pwd; echo $A", chdir="/tmp", environment={"A": "it's \"it\""}), (0, "/tmp\nit's \"it\"\n", "")),
    (sh("cat", stdin="given"), (0, "given", "")),
    (sh("md5sum", stdin=_LARGE), (0, f"{hashlib.md5(_LARGE).hexdigest()}  -\n", "")),
    (sh("true", stdin=_LARGE), (0, "", "")),
])
def test_status_and_output_are_exact(container: str, command: Command, expected: tuple[int, str, str]) -> None:
    assert said(container, command) == expected


def test_a_signal_is_a_status_too(container: str) -> None:
    assert said(container, sh("kill -9 $$"))[0] == 137


def test_commands_run_as_the_user_that_is_asked_for(container: str) -> None:
    assert said(container, Command(("id", "-un")), "worker")[1] == "worker\n"
    assert said(container, Command(("id", "-u")), "1000:0")[1] == "1000\n"
    with pytest.raises(Failed, match="unable to find user nobody-of-that-name"):
        said(container, Command(("id",)), "nobody-of-that-name")


def test_a_terminal_is_there_when_asked_for(container: str) -> None:
    command = sh("[ -t 1 ] && echo terminal; echo err >&2; cat")
    assert said(container, command, pty=True) == (0, "terminal\nerr\n", "")
    assert said(container, command)[1] == ""
    assert said(container, sh("cat", stdin="given"), pty=True)[1] == "given"


def test_files_of_every_size_come_back_as_they_went(container: str, tmp_path: Path) -> None:
    contents = {"empty": b"", "small": os.urandom(1000), "large": os.urandom(5_000_000)}

    async def go(communicator: Communicator) -> None:
        for name, content in contents.items():
            await communicator.put(Put(f"/tmp/{name}", content, 0o640))
            assert await communicator.get(f"/tmp/{name}") == content
        listed = await communicator.run(sh("stat -c '%a %n' /tmp/empty /tmp/large"))
        assert listed.stdout == "640 /tmp/empty\n640 /tmp/large\n"
        assert await communicator.get("/nowhere") is None
        with pytest.raises(Failed, match="cannot be written"):
            await communicator.put(Put("/proc/nowhere", b"x"))
        await communicator.download(Download("/tmp/large", ""), tmp_path / "large")

    through(container, go)
    assert (tmp_path / "large").read_bytes() == contents["large"]


def tree(here: Path) -> tuple[Sent, ...]:
    (here / "inner").mkdir(parents=True)
    (here / "inner" / "a").write_text("a")
    (here / "inner" / "a").chmod(0o755)
    (here / "inner" / "link").symlink_to("a")
    (here / "b").write_bytes(b"b" * 100_000)
    return tuple(Sent(str(here / name), name) for name in ("inner", "inner/a", "inner/link", "b"))


@pytest.mark.parametrize("owned", [True, False])
def test_directories_go_and_come_back(container: str, tmp_path: Path, owned: bool) -> None:  # noqa: FBT001 - a table
    entries = tree(tmp_path / "there")
    to = f"/home/worker/{owned}"

    async def go(communicator: Communicator) -> str:
        await communicator.upload(Upload(to, entries))
        await communicator.download(Download(to, ""), tmp_path / "back")
        return (await communicator.run(sh(f"stat -c '%u %a' {to}/inner/a"))).stdout

    assert through(container, go, "worker", owned=owned) == f"{1000 if owned else 0} 755\n"
    back = tmp_path / "back"
    assert (back / "inner" / "link").read_text() == "a"
    assert (back / "inner" / "link").is_symlink()
    assert (back / "b").read_bytes() == b"b" * 100_000


@pytest.mark.parametrize("command", [
    sh("echo; exec sleep 613"),
    sh("sleep 613 & echo; sleep 613"),
    sh("trap '' TERM; echo; while :; do sleep 613; done"),
    sh("echo; sleep 613", stdin=b"x" * 300_000),
])
def test_a_command_that_is_given_up_is_gone(container: str, docker: APIClient, command: Command) -> None:
    async def go(communicator: Communicator) -> None:
        started = asyncio.Event()
        running = asyncio.create_task(communicator.run(command, lambda *_: started.set()))
        await started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await communicator.run(Command(("echo", "there")))).stdout == "there\n"

    through(container, go)
    found = [words[-1] for words in docker.top(container)["Processes"]]
    assert [each for each in found if "613" in each] == []


def test_output_that_comes_at_once_is_whole(docker: APIClient, container: str) -> None:
    """What is sent together with the answer's headers waits in the reader that http.client has filled."""
    async def go() -> list[bytes]:
        got = []
        async with connected_engine() as engine:
            for _ in range(20):
                pieces: list[bytes] = []
                channel = await Execs(engine, container).open(
                    ("echo", "-n", "beginning"), lambda _, data, pieces=pieces: pieces.append(data)  # type: ignore[misc]
                )
                assert await channel.wait() == 0
                await channel.close()
                got.append(b"".join(pieces))
        return got

    assert asyncio.run(go()) == [b"beginning"] * 20


def test_a_program_that_is_not_there_is_a_status(container: str) -> None:
    async def go() -> int:
        async with connected_engine() as engine:
            channel = await Execs(engine, container).open(("/nowhere", "x"), lambda *_: None)
            try:
                return await channel.wait()
            finally:
                await channel.close()

    assert asyncio.run(go()) in (126, 127)


def test_many_at_once_do_not_wait_for_each_other(container: str) -> None:
    """Each waits for all the others: with the threads of asyncio's pool they would wait forever."""
    async def go() -> None:
        barrier = asyncio.Barrier(40)

        async def one(number: int) -> str:
            async with line(container) as communicator:
                await barrier.wait()
                return (await communicator.run(Command(("echo", str(number))))).stdout

        async with asyncio.timeout(100):
            found = await asyncio.gather(*(one(number) for number in range(40)))
        assert found == [f"{number}\n" for number in range(40)]

    asyncio.run(go())


def test_a_flood_of_lines_lets_others_have_their_turn(container: str) -> None:
    async def go() -> None:
        heard: list[str] = []
        async with line(container) as communicator:
            flood = communicator.run(Command(("yes",)), lambda _, text: heard.append(text))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(flood, 0.5)
            assert heard
            assert (await communicator.run(Command(("pidof", "yes")))).status
            assert (await communicator.run(Command(("echo", "still here")))).stdout == "still here\n"

    asyncio.run(go())


def test_a_container_that_is_gone_is_told(docker: APIClient, busybox: str) -> None:
    made = docker.create_container(busybox, stdin_open=True, entrypoint=["/bin/sh"])["Id"]
    docker.start(made)

    async def go(communicator: Communicator) -> None:
        running = asyncio.create_task(communicator.run(Command(("sleep", "600"))))
        await asyncio.to_thread(docker.remove_container, made, force=True)
        with pytest.raises(Failed, match="connection to the machine is lost"):
            await running
        with pytest.raises(Failed):
            await communicator.run(Command(("true",)))

    through(made, go)


@pytest.fixture(scope="module")
def bare(docker: APIClient, busybox: str) -> Iterator[str]:
    """A container without a shell."""
    found = docker.create_container(busybox, command=["/bin/busybox", "sleep", "10000"])["Id"]
    docker.start(found)
    docker.exec_start(docker.exec_create(found, ["/bin/busybox", "rm", "/bin/sh"])["Id"])
    yield found
    docker.remove_container(found, force=True)


class TestWithoutAShell:
    def test_commands_are_run_directly(self, bare: str) -> None:
        command = Command(("/bin/busybox", "env"), environment={"A": "b c"}, chdir="/tmp")
        status, output, _ = said(bare, command)
        assert status == 0
        assert "A=b c\n" in output
        assert said(bare, Command(("/bin/busybox", "pwd"), chdir="/tmp"))[1] == "/tmp\n"
        assert said(bare, Command(("/bin/busybox", "wc", "-c"), stdin=b"x" * 200_000))[1] == "200000\n"
        as_worker = through(bare, lambda each: each.run(Command(("/bin/busybox", "id", "-u")), None, Become("worker")))
        assert as_worker.stdout == "1000\n"
        assert said(bare, Command(("/nowhere",)))[0] in (126, 127)

    def test_files_go_by_the_engine(self, bare: str, tmp_path: Path) -> None:
        entries = tree(tmp_path / "there")

        async def go(communicator: Communicator) -> None:
            assert isinstance(communicator, Bare)
            await communicator.put(Put("/etc/new", b"one", 0o600))
            await communicator.put(Put("/etc/new", b"two"))
            assert await communicator.get("/etc/new") == b"two"
            assert await communicator.get("/nowhere/at/all") is None
            await communicator.upload(Upload("/srv/deep/down", entries))
            assert await communicator.get("/srv/deep/down/inner/link") == b"a"
            await communicator.download(Download("/srv/deep", ""), tmp_path / "back")
            await communicator.download(Download("/etc/new", ""), tmp_path / "new")
            modes = await communicator.run(
                Command(("/bin/busybox", "stat", "-c", "%a", "/etc/new", "/srv/deep", "/srv/deep/down/inner/a"))
            )
            assert modes.stdout.split() == ["600", "755", "755"]
            with pytest.raises(Failed, match="is not there"):
                await communicator.download(Download("/nowhere", ""), tmp_path / "none")
            with pytest.raises(Failed, match="cannot be written"):
                await communicator.put(Put("/no/such/directory/file", b""))

        through(bare, go)
        assert (tmp_path / "back" / "down" / "inner" / "link").is_symlink()
        assert (tmp_path / "new").read_bytes() == b"two"


class TestAnEngineThatIsNotThere:
    def test_is_told_with_its_address(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
        with pytest.raises(Failed, match=r"reached at unix://.*none.sock: No such file or directory") as raised:
            asyncio.run(asked())
        assert "DOCKER_HOST" in str(raised.value.hint)

    def test_may_go_away_at_any_time(self, engine: str, monkeypatch: pytest.MonkeyPatch, container: str) -> None:
        with engines.Relay(engine) as relay:
            monkeypatch.setenv("DOCKER_HOST", relay.address)

            async def go(communicator: Communicator) -> None:
                started = asyncio.Event()
                running = asyncio.create_task(communicator.run(sh("echo; sleep 100"), lambda *_: started.set()))
                await started.wait()
                relay.cut()
                with pytest.raises(Failed, match="the Docker engine"):
                    await running

            through(container, go)

    def test_by_ssh_is_refused_with_a_way_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_HOST", "ssh://somewhere")
        with pytest.raises(Failed) as raised:
            asyncio.run(asked())
        assert "ssh -NL" in str(raised.value.hint)

    @pytest.mark.usefixtures("engine")
    def test_what_an_engine_refuses_is_told_in_its_words(self) -> None:
        async def go() -> None:
            async with connected_engine() as found:
                await found.ask("GET", "/containers/ingot-none/json")

        with pytest.raises(Refused, match="No such container: ingot-none") as raised:
            asyncio.run(go())
        assert raised.value.missing


async def asked() -> None:
    async with connected_engine() as engine:
        await engine.ask("GET", "/version")
