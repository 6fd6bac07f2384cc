"""Work on machines that are already there, by whole playbooks, over a real SSH server."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Answer, Ingot
from ssh_servers import Sshd


def build(ingot: Ingot, source: dict[str, Any], *tasks: Any) -> Answer:
    playbook = {
        "sources": {"box": {"builder": "null", **source}},
        "plays": [{"name": "work", "sources": ["box"], "gather_facts": False, "tasks": list(tasks)}],
    }
    ingot.write({"playbook.yml": yaml.safe_dump(playbook, sort_keys=False)})
    return ingot("build", "playbook.yml")


def login(sshd: Sshd, **more: Any) -> dict[str, Any]:
    return {
        "ssh_host": "127.0.0.1", "ssh_port": sshd.port, "ssh_username": getpass.getuser(),
        "ssh_private_key_file": str(sshd.key), "ssh_host_keys": [sshd.host_key], "ssh_timeout": "20s",
        "ssh_handshake_attempts": 1, **more,
    }  # fmt: skip


def test_tasks_work_on_the_machine(ingot: Ingot, sshd: Sshd, tmp_path: Path) -> None:
    there = tmp_path / "there"
    ingot.write({"motd.j2": "{{ build.User }} at {{ build.Host }}:{{ build.Port }} is {{ build.ID }}"})
    answer = build(
        ingot, login(sshd),
        {"file": {"path": str(there), "state": "directory", "mode": "0700"}},
        {"template": {"src": "motd.j2", "dest": str(there / "motd")}},
        {"shell": 'echo "$SSH_CONNECTION" >connection', "args": {"chdir": str(there)}},
    )
    assert answer.status == 0, answer.stdout + answer.stderr
    assert there.stat().st_mode & 0o777 == 0o700
    assert (there / "motd").read_text().strip() == f"{getpass.getuser()} at 127.0.0.1:{sshd.port} is Null"
    assert (there / "connection").read_text().split()[3] == str(sshd.port)


def test_a_task_that_fails_fails_the_build(ingot: Ingot, sshd: Sshd) -> None:
    answer = build(ingot, login(sshd), {"shell": "echo told why >&2; exit 3"})
    assert answer.status == 1
    assert "told why" in answer.stdout + answer.stderr


def test_a_pause_lies_between_two_connections(ingot: Ingot, sshd: Sshd) -> None:
    before = sshd.said().count("Accepted publickey")
    answer = build(ingot, login(sshd, pause_before_connecting="10ms"), {"command": "true"})
    assert answer.status == 0, answer.stdout + answer.stderr
    assert sshd.said().count("Accepted publickey") == before + 2
    assert "connecting again in 10ms" in answer.stdout + answer.stderr


def test_host_keys_are_known_from_a_file_beside_the_playbook(ingot: Ingot, sshd: Sshd) -> None:
    source = login(sshd, ssh_known_hosts_file="known")
    del source["ssh_host_keys"]
    answer = build(ingot, source, {"command": "true"})
    assert answer.status == 1
    assert "is not known" in answer.stdout + answer.stderr
    assert "ssh_strict_host_key_checking: accept-new" in answer.stdout + answer.stderr
    assert build(ingot, {**source, "ssh_strict_host_key_checking": "accept-new"}, {"command": "true"}).status == 0
    assert build(ingot, source, {"command": "true"}).status == 0
    assert sshd.host_key.split()[1] in (ingot.directory / "known").read_text()


@pytest.mark.parametrize(("change", "message"), [
    ({"ssh_host": None}, "ssh_host is missing"),
    ({"ssh_username": None}, "ssh_username is missing"),
    ({"ssh_private_key_file": None}, "there is nothing to log in with"),
    ({"ssh_private_key_file": "none"}, "cannot be read"),
    ({"ssh_local_tunnels": ["8080"]}, "'8080' is not of the form PORT:HOST:PORT"),
    ({"ssh_bastion_host": "127.0.0.1"}, "ssh_bastion_username is missing"),
    ({"communicator": "winrm"}, "communicator 'winrm'"),
    ({"temporary_key_pair_type": "rsa"}, "temporary_key_pair_type"),
    ({"ssh_clear_authorized_keys": True}, "ssh_clear_authorized_keys"),
])  # fmt: skip
def test_what_cannot_be_done_is_told(ingot: Ingot, sshd: Sshd, change: dict[str, Any], message: str) -> None:
    source = {name: value for name, value in login(sshd, **change).items() if value is not None}
    answer = build(ingot, source, {"command": "true"})
    assert answer.status != 0
    assert message in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr


def test_without_a_communicator_nothing_is_reached(ingot: Ingot) -> None:
    answer = build(ingot, {"communicator": "none"})
    assert answer.status == 0, answer.stdout + answer.stderr


def test_a_password_is_shown_nowhere(ingot: Ingot, sshd: Sshd) -> None:
    source = login(sshd, ssh_password="not for your eyes")
    answer = build(ingot, source, {"shell": "echo {{ build.Password | quote }}"})
    assert answer.status == 0, answer.stderr
    assert "not for your eyes" not in answer.stdout + answer.stderr
