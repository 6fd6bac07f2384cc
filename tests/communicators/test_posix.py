"""A shell that stays, over processes of this computer: commands to the byte, files, and what is given up."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.communicators import shell
from runner.communicators.posix import Posix, connected
from runner.communicators.processes import Processes
from runner.sdk import Become, Command, Download, Failed, Put, Sent, Upload

_LARGE = os.urandom(1_000_000)
few = settings(max_examples=15, deadline=None)


def through(work: Callable[[Posix], Awaitable[Any]], path: str | None = None) -> Any:
    async def go() -> Any:
        environment = {"PATH": path or os.environ["PATH"], "HOME": "/root"}
        async with connected(Processes(environment=environment)) as line:
            return await work(line)

    return asyncio.run(go())


def sh(text: str, **more: Any) -> Command:
    return Command(("sh", "-c", text), **more)


def said(command: Command, become: Become | None = None) -> tuple[int, str, str]:
    answer = through(lambda line: line.run(command, None, become))
    return answer.status, answer.stdout, answer.stderr


@pytest.mark.parametrize(("command", "expected"), [
    (sh("echo out; echo err >&2; exit 3"), (3, "out\n", "err\n")),
    (sh("printf 'no line end'; printf same >&2"), (0, "no line end", "same")),
    (sh('pwd; echo "$A"', chdir="/tmp", environment={"A": "it's \"it\"\n$HOME"}),
     (0, "/tmp\nit's \"it\"\n$HOME\n", "")),
    (sh("cat", stdin="giv'en\n%s\\"), (0, "giv'en\n%s\\", "")),
    (sh("cat"), (0, "", "")),
    (sh("true", chdir="/nowhere"), (2, "", "cd: can't cd to /nowhere")),
    (sh("kill -9 $$"), (137, "", "")),
    (Command(("printf", "%s", "-n $HOME `id` 'a' \"b\"\n*")), (0, "-n $HOME `id` 'a' \"b\"\n*", "")),
    (Command(("/nowhere/program",)), (127, "", "not found")),
])  # fmt: skip
def test_status_and_both_streams_are_exact(command: Command, expected: tuple[int, str, str]) -> None:
    status, out, err = said(command)
    assert (status, out) == expected[:2]
    # What the shell itself remarks has its name and a line number before it.
    assert err == expected[2] or err.strip().endswith(expected[2] or "Killed")


@pytest.mark.parametrize("text", [
    "printf '\\036'",
    "printf '\\036ingot-'",
    "printf '\\036ingot-0123456789abcdef-2 0\\n'; echo after",
    "printf 'a\\036\\036\\036'; printf '\\036ingot' >&2",
])
def test_what_looks_like_a_mark_is_output(text: str) -> None:
    expected = asyncio.run(directly(text))
    assert said(sh(text)) == expected


async def directly(text: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", text, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def test_commands_do_not_meet_each_other() -> None:
    """What one command does to its shell, or leaves unread, is nothing to the next one."""
    async def go(line: Posix) -> list[str]:
        await line.run(sh("exit 5"))
        await line.run(Command(("true",), chdir="/tmp", environment={"LEFT": "over"}, stdin="unread"))
        texts = [f"echo {number} $LEFT; echo {number} >&2" for number in range(20)]
        answers = await asyncio.gather(*(line.run(sh(text)) for text in texts))
        assert [each.stdout for each in answers] == [f"{number}\n" for number in range(20)]
        return [each.stderr for each in answers]

    assert through(go) == [f"{number}\n" for number in range(20)]


def test_lines_are_told_as_they_come() -> None:
    heard: list[tuple[str, str]] = []
    through(lambda line: line.run(sh("echo a; echo b >&2; printf c"), lambda *told: heard.append(told)))
    assert sorted(heard) == [("stderr", "b"), ("stdout", "a"), ("stdout", "c")]


def test_much_output_is_whole() -> None:
    status, out, _ = said(sh("head -c 10000000 /dev/zero | tr '\\000' x; echo"))
    assert (status, len(out), out[-2:]) == (0, 10_000_001, "x\n")


def is_gone(pid: str) -> bool:
    """Return whether a process is there no more, or only waits to be buried."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize("command", [
    sh("echo $$; exec sleep 617"),
    sh("sleep 617 & echo $!; wait"),
    sh("trap '' TERM; echo $$; while :; do sleep 617; done"),
    sh("echo $$; sleep 617", stdin=_LARGE),
])
def test_a_command_that_is_given_up_is_gone(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "GRACE", 1.0)

    async def go(line: Posix) -> str:
        begun: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def heard(_stream: str, text: str) -> None:
            if not begun.done():  # the shell may remark that it was killed
                begun.set_result(text)

        running = asyncio.create_task(line.run(command, heard))
        pid = await begun
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await line.run(Command(("echo", "there")))).stdout == "there\n"
        return pid

    assert is_gone(through(go))


def test_a_shell_that_is_gone_fails_the_command_and_is_started_again_for_the_next() -> None:
    async def go(line: Posix) -> str:
        with pytest.raises(Failed, match="the connection to the machine is lost: it ended with status 137"):
            await line.run(sh("kill -9 $PPID"))
        return (await line.run(Command(("echo", "again")))).stdout

    assert through(go) == "again\n"


def test_what_stays_in_the_background_holds_nobody_up_and_disturbs_nobody() -> None:
    async def go(line: Posix) -> None:
        answer = await line.run(sh("(sleep 617 & echo $!)"))
        assert not is_gone(answer.stdout.strip())
        assert (await line.run(Command(("echo", "next")))).stdout == "next\n"
        os.kill(int(answer.stdout), signal.SIGKILL)

    through(go)


@few
@given(
    content=st.binary(max_size=2000), size=st.sampled_from([1, 1, 1, 300]), mode=st.sampled_from([None, 0o600, 0o755])
)
@example(content=b"-n\0", size=1, mode=None)
def test_a_file_comes_back_as_it_went(content: bytes, size: int, mode: int | None) -> None:
    async def go(line: Posix, path: Path, back: Path) -> None:
        for each in (content * size, b"again"):
            await line.put(Put(str(path), each, mode))
            assert await line.get(str(path)) == each
        await line.download(Download(str(path), ""), back)

    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as other:
        path, back = Path(here, "it's a \"file\"\n$HOME"), Path(other, "back")
        through(lambda line: go(line, path, back))
        assert list(Path(here).iterdir()) == [path]
        assert mode is None or path.stat().st_mode & 0o777 == mode
        assert back.read_bytes() == b"again"


def test_a_file_that_is_not_there_is_nothing_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    async def go(line: Posix) -> None:
        assert await line.get(str(tmp_path / "none")) is None
        with pytest.raises(Failed, match="cannot be written"):
            await line.put(Put(str(tmp_path / "no" / "file"), b"x"))
        with pytest.raises(Failed, match="cannot be written"):
            await line.put(Put(str(tmp_path / "no" / "file"), _LARGE))
        with pytest.raises(Failed, match="cannot be read"):
            await line.get(str(tmp_path))
        with pytest.raises(Failed, match="is not there"):
            await line.download(Download(str(tmp_path / "none"), ""), tmp_path / "back")

    through(go)


names = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


def bare_path(into: Path, *without: str) -> str:
    """Make a directory that has the usual programs but some; return it."""
    into.mkdir()
    for name in ("cat", "chmod", "cp", "head", "id", "mkdir", "mv", "rm", "sh", "tar", "true"):
        if name not in without:
            (into / name).symlink_to(str(shutil.which(name)))
    return str(into)


@few
@given(files=st.dictionaries(names, st.binary(max_size=300), min_size=1, max_size=4), tar=st.booleans())
def test_directories_go_and_come_back(files: dict[str, bytes], tar: bool) -> None:  # noqa: FBT001 - it is drawn
    """Also on a machine without tar, where files are sent one after the other."""
    with tempfile.TemporaryDirectory() as here:
        source, there, back = Path(here, "source"), Path(here, "there"), Path(here, "back")
        source.mkdir()
        for number, content in enumerate(files.values()):
            (source / str(number)).write_bytes(content)
        sent = tuple(Sent(str(source / str(number)), f"inner/{name}") for number, name in enumerate(files))
        programs = bare_path(Path(here, "bin"), *(() if tar else ("tar",)))
        through(lambda line: line.upload(Upload(str(there), sent)), programs)
        assert {each.name: each.read_bytes() for each in (there / "inner").iterdir()} == files
        through(lambda line: line.download(Download(str(there), ""), back))
        assert {each.name: each.read_bytes() for each in (back / "inner").iterdir()} == files


class TestAnotherUser:
    @pytest.fixture(autouse=True)
    def root(self) -> None:
        if os.geteuid():
            pytest.skip("only root becomes somebody else without a password")

    @pytest.mark.parametrize("method", ["su", "runuser", None])
    def test_runs_commands(self, method: str | None) -> None:
        status, out, _ = said(sh("id -un; cat; exit 4", stdin="it's\n"), Become("nobody", method))
        assert (status, out) == (4, "nobody\nit's\n")

    def test_owns_what_it_writes_and_reads_only_what_it_may(self) -> None:
        become, contents = Become("nobody", "su"), {"small": b"s", "large": _LARGE}

        async def go(line: Posix, here: str) -> None:
            for name, content in contents.items():
                await line.put(Put(f"{here}/{name}", content, 0o600), become)
                assert await line.get(f"{here}/{name}", become) == content
            with pytest.raises(Failed, match=r"cannot be read: .*Permission denied"):
                await line.get(f"{here}/secret", become)

        with tempfile.TemporaryDirectory() as here:
            Path(here).chmod(0o777)
            Path(here, "secret").touch(mode=0o600)
            through(lambda line: go(line, here))
            assert {Path(here, name).owner() for name in contents} == {"nobody"}

    def test_has_to_be_one_that_there_is(self) -> None:
        status, _, err = said(Command(("true",)), Become("nobody-of-that-name", "su"))
        assert status
        assert "nobody-of-that-name" in err
        with pytest.raises(Failed, match="no way 'magic' to become another user"):
            said(Command(("true",)), Become("nobody", "magic"))
