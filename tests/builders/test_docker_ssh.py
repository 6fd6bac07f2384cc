"""Containers that are reached with SSH: this computer's sshd runs in them."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import pytest
from docker.api.client import APIClient
from ssh_servers import SSHD, key_at
from test_docker_builder import Builds, build, sh  # noqa: F401 - a fixture

_START = """
mkdir -p /run/sshd
echo 'sshd:x:74:74::/run/sshd:/bin/false' >>/etc/passwd
{before}
cp -r /keys /tmp/keys && chown -R 0:0 /tmp/keys
exec {sshd} -D -e -f /dev/null -h /tmp/keys/host -p {port} -o AuthorizedKeysFile=/tmp/keys/user.pub \
    -o PermitRootLogin=yes -o StrictModes=no {sshd_options}
"""
_HERE = [each for each in ("/usr", "/lib", "/lib64") if Path(each).is_dir()]
"""What a program of this computer needs, also in a container."""


class Server:
    """How a container is started in which sshd runs, and how to log in."""

    def __init__(self, image: str, keys: Path) -> None:
        for name in ("host", "user"):
            key_at(keys / name)
        self.image = image
        self.keys = keys

    def source(
        self, port: int = 22, before: str = "", sshd_options: str = "-o UsePAM=no", **more: Any
    ) -> dict[str, Any]:
        """Return a source; ``before`` is a script that prepares the container, ``sshd_options`` are sshd's."""
        volumes = [word for each in _HERE for word in ("-v", f"{each}:{each}:ro")]
        script = _START.format(sshd=SSHD, port=port, before=before, sshd_options=sshd_options)
        return {
            "image": self.image, "commit": True, "communicator": "ssh", "ssh_username": "root", "ssh_port": port,
            "ssh_private_key_file": str(self.keys / "user"), "ssh_disable_agent_forwarding": True, "ssh_timeout": "30s",
            "run_command": ["-d", *volumes, "-v", f"{self.keys}:/keys:ro", "{{.Image}}", "/bin/sh", "-c", script],
            **more,
        }


@pytest.fixture
def server(has_sshd: None, busybox: str, tmp_path: Path) -> Server:
    keys = tmp_path / "keys"
    keys.mkdir()
    return Server(busybox, keys)


def test_tasks_run_and_files_are_sent_through_ssh(
    build: Builds, ingot: Any, docker: APIClient, server: Server, tmp_path: Path  # noqa: F811
) -> None:
    content = os.urandom(3_000_000)
    (ingot.directory / "large").write_bytes(content)
    answer = build(
        server.source(),
        sh('test "${SSH_CONNECTION##* }" = 22 && echo {{ build.ConnType }} {{ build.User }} >/made'),
        sh("test {{ build.Host }}:{{ build.Port }} = $(echo $SSH_CONNECTION | cut -d' ' -f3):22"),
        {"copy": {"src": "large", "dest": "/tmp/large"}},
        {"fetch": {"src": "/tmp/large", "dest": f"{tmp_path}/back", "flat": True}},
    )
    assert answer.status == 0, answer.stdout + answer.stderr
    assert (tmp_path / "back").read_bytes() == content
    container = docker.create_container(build.images[0], ["cat", "/made"])["Id"]
    try:
        docker.start(container)
        docker.wait(container)
        assert docker.logs(container) == b"ssh root\n"
    finally:
        docker.remove_container(container, force=True)


def test_another_port_and_a_key_that_must_be_known(build: Builds, server: Server) -> None:  # noqa: F811
    known = (server.keys / "host.pub").read_text().strip()
    assert build(server.source(port=2222, ssh_host_keys=[known]), sh("true")).status == 0
    other = (server.keys / "user.pub").read_text().strip()
    answer = build(server.source(port=2222, ssh_host_keys=[other], ssh_timeout="5s"), sh("true"))
    assert answer.status == 1
    assert "host key" in answer.stderr


def test_the_images_own_program_runs_where_no_other_is_named(
    build: Builds, docker: APIClient, server: Server, ingot: Any  # noqa: F811
) -> None:
    image = f"ingot-tests/own-program:{secrets.token_hex(4)}"
    program = json.dumps(["/bin/sh", "-c", "echo ran >/ran; exit 3"])
    (ingot.directory / "Dockerfile").write_text(f"FROM {server.image}\nCMD {program}\n")
    for _ in docker.build(path=str(ingot.directory), tag=image, rm=True, pull=False):
        pass
    try:
        source = server.source(image=image, pause_before_connecting="1s")
        del source["run_command"]
        answer = build(source)
        assert answer.status == 1
        assert "the container has ended with status 3" in answer.stderr
    finally:
        docker.remove_image(image, force=True)


def test_a_container_without_an_address_needs_ssh_host(build: Builds, server: Server) -> None:  # noqa: F811
    source = server.source()
    source["run_command"].insert(0, "--network=none")
    answer = build(source)
    assert answer.status == 1
    assert "the container has no address of its own" in answer.stderr
    assert "ssh_host" in answer.stderr


@pytest.mark.parametrize("program", ["sleep 1; exit 4", "exec sleep 1"])
def test_a_container_that_ends_before_ssh_answers_is_noticed_at_once(
    build: Builds, server: Server, program: str  # noqa: F811
) -> None:
    source = server.source(ssh_timeout="10m")
    source["run_command"][-1] = program
    answer = build(source)
    assert answer.status == 1
    assert f"the container has ended with status {4 if 'exit' in program else 0}" in answer.stderr


def test_a_container_that_ends_meanwhile_is_noticed_at_once(build: Builds, server: Server) -> None:  # noqa: F811
    answer = build(
        server.source(ssh_timeout="10m"),
        {**sh("kill 1; sleep 1000"), "ignore_errors": True},
        sh("echo never"),
    )
    assert answer.status == 1
    assert "the connection to the machine is lost" in answer.stdout + answer.stderr
    assert "the container has ended with status" in answer.stderr
