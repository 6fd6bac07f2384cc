"""Converge a role with a real ``ansible-playbook``."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import yaml
from live_machine import docker, machine
from live_outcome import Outcome

_CONFIG = """[defaults]
host_key_checking = false
stdout_callback = ansible.posix.json
gathering = implicit
interpreter_python = /usr/bin/python3
[connection]
pipelining = true
"""


def converge(
    ansible: str, role: Path, image: str, directory: Path, variables: dict[str, object], *, init: bool
) -> list[Outcome]:
    """Converge twice in one container; return how both went, the first with an image of what it left."""
    (directory / "ansible.cfg").write_text(_CONFIG, encoding="utf-8")
    play = {"hosts": "all", "vars": variables, "roles": [{"role": role.name}]}
    (directory / "site.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    environment = {
        **os.environ, "ANSIBLE_CONFIG": str(directory / "ansible.cfg"), "ANSIBLE_ROLES_PATH": str(role.parent),
    }
    found = []
    with machine(image, init=init) as container:
        for turn in (1, 2):
            start = time.monotonic()
            done = subprocess.run(
                [ansible, "--inventory", f"{container},", "--connection", "docker", "site.yml"],
                cwd=directory, text=True, capture_output=True, check=False,
                env=environment,
            )
            seconds = time.monotonic() - start
            (directory / f"theirs-{turn}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
            outcome = _outcome(done.stdout, done.stderr, seconds)
            if turn == 1:
                outcome = outcome._replace(image=docker("commit", container))
            found.append(outcome)
            if not outcome.converged:
                break
    return found


def _outcome(stdout: str, stderr: str, seconds: float) -> Outcome:
    try:
        told = json.loads(stdout[stdout.index("{"):])
    except ValueError:
        return Outcome(converged=False, seconds=seconds, why=(stderr or stdout).strip()[-500:])
    tasks, why = [], ""
    for play in told["plays"]:
        for task in play["tasks"]:
            for result in task["hosts"].values():
                status = _status(result)
                tasks.append((task["task"]["name"].rpartition(" : ")[2], status))
                if status == "failed":
                    why = f"{task['task']['name']}: {result.get('msg')}"
    stats: dict[str, int] = next(iter(told["stats"].values()), {})
    failed = bool(stats.get("failures") or stats.get("unreachable") or not stats)
    return Outcome(not failed, stats.get("changed", 0), seconds, tasks, why if failed else "")


def _status(result: dict[str, object]) -> str:
    if result.get("skipped"):
        return "skipped"
    if result.get("failed"):
        return "failed"
    return "changed" if result.get("changed") else "ok"
