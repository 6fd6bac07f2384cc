"""A Docker engine for the tests, and images to start from, made of what the machine has."""

from __future__ import annotations

import fcntl
import io
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Self

from docker.api.client import APIClient
from docker.errors import APIError

_START = 60.0
"""How long an engine may take to start, in seconds."""
_TRIES = 3
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000:worker:/home/worker:/bin/sh\n"
_GROUP = "root:x:0:\nworker:x:1000:\n"


class Missing(Exception):  # noqa: N818 - it reads as what it says
    """What a test needs cannot be had here, and why."""


@contextmanager
def locked(directory: Path, name: str) -> Iterator[None]:
    """Be the only one of the test processes that does something."""
    with (directory / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def address(shared: Path) -> str:
    """Return the address of an engine that answers: that of ``DOCKER_HOST``, or one of the tests' own."""
    if given := os.environ.get("DOCKER_HOST"):
        client_of(given).close()
        return given
    with locked(shared, "engine"):
        path = shared / "docker.sock"
        if not path.exists():
            _start(shared, path)
        return f"unix://{path}"


def client_of(where: str) -> APIClient:
    """Return Docker's library, connected to the engine at an address."""
    try:
        return APIClient(base_url=where, timeout=300)
    except Exception as error:
        raise Missing(f"there is no Docker engine at {where}") from error


def _start(shared: Path, path: Path) -> None:
    start(shared, "--host", f"unix://{path}", answers=lambda: client_of(f"unix://{path}").close())


def start(directory: Path, *words: str, answers: Callable[[], object]) -> None:
    """Start an engine, which ``stop`` ends, with its files in a directory; ``answers`` raises ``Missing`` first."""
    if os.geteuid():
        raise Missing("a Docker engine can be started by root only; name one in DOCKER_HOST")
    if not shutil.which("dockerd"):
        raise Missing("there is no dockerd here: it is in Debian's package docker.io")
    bridge = _bridge(directory)
    for _ in range(_TRIES - 1):
        with suppress(Missing):  # another engine may be changing the rules of the network just now
            _launch(directory, bridge, *words, answers=answers)
            return
    _launch(directory, bridge, *words, answers=answers)


def halt(directory: Path) -> None:
    """Let the engine that was started with a directory die; its containers stay."""
    number = int((directory / "dockerd.pid").read_text())
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def resume(directory: Path) -> None:
    """Start an engine again that was halted, at the usual address."""
    address = f"unix://{directory}/docker.sock"
    for left in (directory / "dockerd.pid", directory / "exec" / "containerd" / "containerd.pid"):
        left.unlink(missing_ok=True)
    _launch(directory, (directory / "bridge").read_text(), "--host", address,
            answers=lambda: client_of(address).close())


def _launch(directory: Path, bridge: str, *words: str, answers: Callable[[], object]) -> None:
    log = directory / "dockerd.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["dockerd", "--data-root", directory / "data", "--exec-root", directory / "exec",
             "--pidfile", directory / "dockerd.pid", "--bridge", bridge, *words],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )
    until = time.monotonic() + _START
    while time.monotonic() < until and process.poll() is None:
        try:
            answers()
        except Missing:
            time.sleep(0.1)  # nothing tells when an engine is ready
        else:
            return
    process.terminate()
    process.wait()
    raise Missing(f"the Docker engine does not start: {log.read_text(errors='replace').splitlines()[-3:]}")


def _bridge(directory: Path) -> str:
    """Make a network bridge: with the usual one, the engine would take it away from another engine when it ends."""
    number = secrets.randbelow(250)
    name = f"ingot-test{number}"
    for words in (
        ("link", "add", name, "type", "bridge"), ("address", "add", f"172.30.{number}.1/24", "dev", name),
        ("link", "set", name, "up"),
    ):
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"no network bridge can be made for an engine: {done.stderr.strip()}")
    (directory / "bridge").write_text(name)
    return name


def stop(directory: Path) -> None:
    """Stop the engine that was started with a directory, if one was, and remove the directory."""
    pid, path = directory / "dockerd.pid", directory / "docker.sock"
    if path.exists():
        with suppress(Missing, APIError, OSError), closing(client_of(f"unix://{path}")) as client:
            for each in client.containers(all=True, quiet=True):  # an engine that is in a hurry leaves them running
                client.remove_container(each["Id"], force=True)
    if pid.exists():
        number = int(pid.read_text())
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(number, signal.SIGTERM)
        with suppress(ChildProcessError):  # it is the child of another process, which has ended
            os.waitpid(number, 0)
        while Path(f"/proc/{number}").exists():
            time.sleep(0.05)
    bridge = directory / "bridge"
    if bridge.exists():
        subprocess.run(["ip", "link", "delete", bridge.read_text()], capture_output=True, check=False)
    # An engine leaves its directory mounted on itself.
    subprocess.run(["umount", "--quiet", directory / "data"], capture_output=True, check=False)
    shutil.rmtree(directory, ignore_errors=True)


def import_busybox(client: APIClient, name: str) -> None:
    """Make an image of a static busybox."""
    import_tar(client, busybox_tar(), name, "ENV PATH=/bin", 'CMD ["/bin/sh"]', "LABEL base=busybox")


def busybox_tar() -> bytes:
    """Return a tar of a machine of 2 MB: a static busybox, with a shell, a user and no package manager."""
    program = shutil.which("busybox")
    if program is None:
        raise Missing("there is no busybox here: it is in Debian's package busybox-static")
    applets = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as packed:
        for directory, mode in (
            ("bin", 0o755), ("etc", 0o755), ("proc", 0o755), ("sys", 0o755), ("dev", 0o755), ("root", 0o700),
            ("home", 0o755), ("home/worker", 0o755), ("tmp", 0o1777), ("var", 0o755),
        ):
            info = _info(directory, mode, tarfile.DIRTYPE)
            info.uid = info.gid = 1000 if directory.endswith("worker") else 0
            packed.addfile(info)
        packed.add(Path(program).resolve(), "bin/busybox", filter=_roots)
        for applet in applets:
            if applet != "busybox":
                info = _info(f"bin/{applet}", 0o777, tarfile.SYMTYPE)
                info.linkname = "busybox"
                packed.addfile(info)
        for path, text in (("etc/passwd", _PASSWD), ("etc/group", _GROUP)):
            info = _info(path, 0o644, tarfile.REGTYPE)
            info.size = len(text)
            packed.addfile(info, io.BytesIO(text.encode()))
    return content.getvalue()


def import_tar(client: APIClient, content: bytes, name: str, *changes: str) -> None:
    """Make an image of a tar of a machine's files."""
    repository, _, tag = name.rpartition(":")
    client.import_image_from_data(content, repository=repository, tag=tag, changes=list(changes))


def debian_tar(shared: Path) -> Path:
    """Return a tar of a small Debian of this machine's release."""
    made = shared / "debian.tar"
    with locked(shared, "debian"):
        if not made.exists():
            if not shutil.which("mmdebstrap"):
                raise Missing("there is no mmdebstrap here: it is in Debian's package of that name")
            part = shared / "debian.part.tar"
            done = subprocess.run(
                ["mmdebstrap", "--variant=minbase", _release(), part], capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise Missing(f"mmdebstrap fails: {done.stderr.splitlines()[-1:]}")
            part.rename(made)
    return made


def _release() -> str:
    for line in Path("/etc/os-release").read_text().splitlines():
        name, _, value = line.partition("=")
        if name == "VERSION_CODENAME":
            return value.strip('"')
    raise Missing("this machine is no Debian")


def _info(name: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mode, info.type = mode, kind
    return info


def _roots(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o755
    return info


class Relay:
    """A socket that leads to the engine's, until it is cut."""

    def __init__(self, engine: str) -> None:
        self._engine = engine.removeprefix("unix://")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        self._ends: list[socket.socket] = [self._listening]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        """End every connection, and take no other."""
        for each in self._ends:
            _end(each)
            each.close()

    def _serve(self) -> None:
        try:
            while True:
                here, _ = self._listening.accept()
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._engine)
                self._ends += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=_copied, args=(one, other), daemon=True).start()
        except OSError:
            return


def _copied(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


def _end(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
