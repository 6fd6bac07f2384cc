"""The containers in which a role is tried: Debian, with or without systemd as its first process."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BASE = "ingot-live/debian:12"
PACKAGES = (
    "python3", "python3-apt", "ca-certificates", "systemd", "systemd-sysv", "dbus", "sudo", "iproute2", "procps",
    "gnupg", "openssh-server", "locales", "cron", "rsyslog", "iputils-ping", "kmod", "curl", "wget", "git",
)
INIT = (
    "--cap-add=SYS_ADMIN", "--cap-add=NET_ADMIN", "--security-opt=seccomp=unconfined", "--cgroupns=host",
    "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw", "--tmpfs=/run", "--tmpfs=/run/lock", "--env=container=docker",
)
"""What systemd wants to be the first process of a container."""


def docker(*words: str) -> str:
    """Return what ``docker`` prints. Raises ``CalledProcessError``."""
    return subprocess.run(["docker", *words], check=True, text=True, capture_output=True).stdout.strip()


def remove(*images: str) -> None:
    """Remove images; what cannot be removed stays."""
    for image in filter(None, images):
        subprocess.run(["docker", "rmi", "--force", image], check=False, capture_output=True)


def base() -> str:
    """Return the image from which both start, which is made if it is not there."""
    if not docker("images", "--quiet", BASE):
        with tempfile.TemporaryDirectory() as directory:
            tar = Path(directory) / "base.tar"
            words = ("--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", str(tar))
            subprocess.run(["mmdebstrap", *words], check=True)
            docker("import", str(tar), BASE)
        container = docker("run", "--detach", BASE, "sh", "-c", "apt-get update && apt-get clean")
        docker("wait", container)
        docker("commit", '--change=CMD ["/bin/bash"]', container, BASE)
        docker("rm", container)
    return BASE


def command(image: str, *, init: bool) -> list[str]:
    """Return the arguments of ``docker run`` for a machine that stays."""
    last = ["/lib/systemd/systemd"] if init else ["/bin/sh", "-c", "exec sleep infinity"]
    return ["--detach", "--hostname=machine", *(INIT if init else ("--init",)), image, *last]


@contextlib.contextmanager
def machine(image: str, *, init: bool) -> Iterator[str]:
    """Yield the id of a running container, which is removed in the end."""
    container = docker("run", *command(image, init=init))
    try:
        if init:
            _wait(container)
        yield container
    finally:
        docker("rm", "--force", "--volumes", container)


def _wait(container: str, seconds: float = 30) -> None:
    """Wait until systemd has started what it starts."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        asked = ["docker", "exec", container, "systemctl", "is-system-running"]
        state = subprocess.run(asked, check=False, text=True, capture_output=True).stdout.strip()
        if state in ("running", "degraded"):
            return
        time.sleep(0.2)
