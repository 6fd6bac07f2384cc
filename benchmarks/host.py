"""What the measurements need on this computer: a Docker engine, a machine's files, and the tools to compare with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import Failed, output

LABEL = os.environ.get("INGOT_BENCHMARK", "ingot-benchmark")
"""What marks the images that the measurements make. Two that share an engine need names of their own."""
IMAGE = f"{LABEL}:base"
"""The image that all machines start from."""
_SUITE = "bookworm"
_PATIENCE = 60
"""How long an engine may take to start or to end, in seconds."""


class Missing(Exception):  # noqa: N818 - what it says
    """Something cannot be had here; the message says why."""


@contextmanager
def engine(base: Path, directory: Path, cache: Path) -> Iterator[None]:
    """Have a Docker engine with the image: the one that ``DOCKER_HOST`` names, or else one of our own.

    Raises ``Missing``.
    """
    if shutil.which("docker") is None:
        raise Missing("`docker` is not on PATH")
    if os.environ.get("DOCKER_HOST"):
        with _image(base):
            yield
        return
    with _own_engine(directory, cache) as address:
        os.environ["DOCKER_HOST"] = address
        try:
            with _image(base):
                yield
        finally:
            del os.environ["DOCKER_HOST"]


@contextmanager
def _image(base: Path) -> Iterator[None]:
    output(["docker", "import", "--change", 'CMD ["/bin/sh"]', str(base), IMAGE])
    remove_images()  # of a run that came to no end
    try:
        yield
    finally:
        left = output(["docker", "ps", "--all", "--quiet", "--filter", f"ancestor={IMAGE}"]).split()
        if left:
            output(["docker", "rm", "--force", *left])
        remove_images()
        output(["docker", "rmi", "--force", IMAGE])


def remove_images() -> None:
    """Remove the images that were made."""
    made = output(["docker", "images", "--quiet", "--no-trunc", "--filter", f"label={LABEL}"]).split()
    if made:
        output(["docker", "rmi", "--force", *sorted(set(made))])


@contextmanager
def _own_engine(directory: Path, cache: Path) -> Iterator[str]:
    """Run an engine in namespaces of its own: it touches neither the network nor the mounts of another one."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        raise Missing("`DOCKER_HOST` is not set, and an engine of our own needs root and `dockerd`")
    data, address = Path(tempfile.mkdtemp(prefix="engine-", dir=cache)), f"unix://{directory}/docker.sock"
    command = ["unshare", "--net", "--mount", "dockerd", "--host", address, "--data-root", str(data),
               "--exec-root", str(directory / "exec"), "--pidfile", str(directory / "pid")]
    log = directory / "dockerd.log"
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=told, stderr=told)
    try:
        _wait_for(process, address, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(data, ignore_errors=True)


def _wait_for(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    asked = ["docker", "--host", address, "version"]
    until = time.monotonic() + _PATIENCE
    while subprocess.run(asked, capture_output=True, check=False).returncode:
        if process.poll() is not None or time.monotonic() > until:
            raise Missing(f"`dockerd` does not start: {(log.read_text(encoding='utf-8').splitlines() or [''])[-1]}")
        time.sleep(0.1)


def base(cache: Path) -> Path:
    """Return the tar of a small Debian with Python, which Ansible needs; made once. Raises ``Missing``."""
    path = cache / f"{_SUITE}-python3.tar"
    if path.exists():
        return path
    if shutil.which("mmdebstrap") is None:
        raise Missing("`mmdebstrap` is not on PATH")
    part = path.with_suffix(".part.tar")
    try:
        output(["mmdebstrap", "--variant=minbase", "--include=python3", _SUITE, str(part)])
    except Failed as error:
        raise Missing(f"`mmdebstrap` fails: {_last_line(error)}") from error
    part.rename(path)
    return path


PROGRAMS = ("packer", "ansible", "pyinfra")
"""The programs to compare with."""


def programs(cache: Path, without: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the path of each program to compare with, and why others are not there."""
    found, absent = {}, {}
    for name, find in (("packer", _packer), ("ansible", _ansible), ("pyinfra", _pyinfra)):
        try:
            if name in without:
                raise Missing("it was left out")  # noqa: TRY301 - the one place that knows what to do then
            found[name] = find(cache)
        except Missing as error:
            absent[name] = str(error)
    return found, absent


def _packer(_: Path) -> str:
    path = shutil.which("packer")
    if path is None:
        raise Missing("`packer` is not on PATH")
    return path


def _ansible(cache: Path) -> str:
    return _installed(cache, "ansible", "ansible-playbook")


def _pyinfra(cache: Path) -> str:
    return _installed(cache, "pyinfra", "pyinfra")


def _installed(cache: Path, package: str, program: str) -> str:
    """Return a program of a package of PyPI, which gets an environment of its own, made once."""
    environment = cache / package
    found = environment / "bin" / program
    if not found.exists():
        try:
            output([sys.executable, "-m", "venv", "--clear", str(environment)])
            output([str(environment / "bin/pip"), "install", "--quiet", package])
        except Failed as error:
            raise Missing(f"`pip install {package}` fails: {_last_line(error)}") from error
    return str(found)


def _last_line(error: Failed) -> str:
    return str(error).strip().splitlines()[-1]
