"""Programs in namespaces of their own, and in a directory there that is the root of all files to them.

A process holds the namespaces. It reads from a pipe and ends when that is closed, also when this program is killed; as
the first process of its process namespace it takes everything there with it, and with the last process the mounts go.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from runner.communicators.processes import Processes
from runner.communicators.transport import CHUNK, Stream
from runner.sdk import Answer, Failed, Heard
from runner.sdk.listening import Collector
from runner.sdk.threads import uninterrupted

_HOLD = "echo ready; exec env --ignore-signal=CHLD cat >/dev/null"
"""What the first process does. With ``CHLD`` ignored, the kernel itself buries the orphans that come to it.

A shell that reads would be woken by their end, and take it for the end of its input.
"""
_GRACE = 10.0
"""How long the end of all processes may take before their first one is killed, in seconds."""
_AS_ROOT = ("--user", "--map-auto", "--map-root-user")
_FORBIDS = (
    ("kernel/unprivileged_userns_clone", "0"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1"),
    ("user/max_user_namespaces", "0"),
)
"""Settings below /proc/sys by which a kernel lets nobody but root have user namespaces, and the value that does."""


class Namespaces:
    """Namespaces for mounts, processes, the name of the machine and, for an ordinary user, users."""

    def __init__(self, pid: int, *, user: bool) -> None:
        program = shutil.which("nsenter") or "nsenter"
        self._prefix = (
            program, f"--target={pid}", *(("--user",) if user else ()), "--mount", "--uts", "--ipc",
            f"--pid=/proc/{pid}/ns/pid_for_children", "--",
        )

    async def run(
        self, argv: Sequence[str], data: bytes = b"", environment: Mapping[str, str] | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """Run a program inside to its end, with all files as they are outside."""
        collectors = {"stdout": Collector("stdout", heard), "stderr": Collector("stderr", heard)}

        def feed(stream: Stream, piece: bytes) -> None:
            collectors[stream].take(piece)

        channel = await Processes(self._prefix, environment).open(argv, feed)
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read all
                for start in range(0, len(data), CHUNK):
                    await channel.write(data[start : start + CHUNK])
                await channel.close_input()
            status = await channel.wait()
        finally:
            await channel.close()
            for each in collectors.values():
                each.close()
        return Answer(status, collectors["stdout"].text, collectors["stderr"].text)

    def chroot(self, root: Path, environment: Mapping[str, str]) -> Processes:
        """Return a transport to the directory ``root`` inside."""
        return Processes((*self._prefix, _chroot(), str(root)), environment)


def _chroot() -> str:
    return shutil.which("chroot") or shutil.which("chroot", path="/usr/sbin:/sbin") or "chroot"


@asynccontextmanager
async def namespaces(*, user: bool, hostname: str | None = None) -> AsyncIterator[Namespaces]:
    """Yield new namespaces, which end with the context and at the latest with this process. Raises ``Failed``.

    With ``user``, root inside is the user outside, and other users inside are from the user's range of numbers.
    """
    check(user=user)
    holder = await uninterrupted(_held(user=user))
    try:
        assert holder.stdout is not None
        if await holder.stdout.readline() != b"ready\n":
            raise await _refused(holder)
        found = Namespaces(holder.pid, user=user)
        if hostname is not None:
            await found.run(("hostname", hostname))
        yield found
    finally:
        await uninterrupted(_ended(holder))


def check(*, user: bool) -> None:
    """Raise ``Failed`` when something is known to be missing for namespaces."""
    if user and (lacking := _lacking()):
        raise Failed(*lacking)


async def as_root(argv: Sequence[str], *, user: bool) -> Answer:
    """Run a program as root, or with ``user`` as root among the user's own numbers. Raises ``Failed``."""
    async with namespaces(user=user) as inside:
        return await inside.run(argv)


async def _held(*, user: bool) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            "unshare", *(_AS_ROOT if user else ()), "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child",
            "--", "/bin/sh", "-c", _HOLD, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True,
        )
    except FileNotFoundError as error:
        raise Failed("there is no program unshare", "it is in the package util-linux") from error


async def _refused(holder: Process) -> Failed:
    assert holder.stderr is not None
    said = (await holder.stderr.read()).decode(errors="replace").strip() or "unshare tells no reason"
    hint = None if os.geteuid() else "a container must be started with the capability SYS_ADMIN for that"
    return Failed(f"there are no namespaces to be had on this computer: {said}", hint)


async def _ended(holder: Process) -> None:
    """End the namespaces: when this returns, no process is left in them."""
    assert holder.stdin is not None
    holder.stdin.close()
    try:
        async with asyncio.timeout(_GRACE):
            await holder.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            holder.kill()
        await holder.wait()


def _lacking() -> tuple[str, str] | None:
    """Return what an ordinary user lacks for a namespace of users, and how to get it."""
    for name, forbids in _FORBIDS:
        setting = Path("/proc/sys", name)
        if setting.exists() and setting.read_text().strip() == forbids:
            other = "1" if forbids == "0" and "max" not in name else "0" if forbids == "1" else "65536"
            return (
                f"the kernel of this computer lets only root make namespaces ({name.replace('/', '.')} is {forbids})",
                f"`sysctl {name.replace('/', '.')}={other}` allows it, or run ingot as root",
            )
    if not _login():
        return f"this computer knows no user of the number {os.geteuid()}", "run ingot as a user who is in /etc/passwd"
    for program in ("newuidmap", "newgidmap"):
        if shutil.which(program) is None:
            return f"there is no program {program}", "install the package uidmap, or run ingot as root"
    for path in ("/etc/subuid", "/etc/subgid"):
        if not _has_range(Path(path)):
            return (
                f"{_login()} has no range of numbers in {path} for the users of an image",
                f"root gives one: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {_login()}",
            )
    return None


def _has_range(file: Path) -> bool:
    names = (_login(), str(os.geteuid()))
    return file.exists() and any(line.split(":")[0] in names for line in file.read_text().splitlines())


def _login() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""
