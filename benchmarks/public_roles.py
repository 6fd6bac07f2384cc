"""Measure public roles beside Ansible: what they do the first time, and the second, when there is nothing to do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from containers import CHANGES
from host import IMAGE, LABEL, Missing
from machine import CONNECTION, write
from measure import Job, output, run_in_turns
from report import table, unmeasured, verdict
from settings import INGOT, Settings

_CAPABILITY = "SYS_ADMIN"
"""What mounting takes, which one of the roles does."""
_PREPARE = "! command -v apt-get || { apt-get update && apt-get install -y python3-apt; }"
_CHANGED = re.compile(r"[1-9]\d* changed|changed=[1-9]")
"""How a tool says in its last line on the machine that it changed something."""
_LAST = re.compile(r"^(?:    machine: \d+ ok.*|\S+ +: ok=\d+ .*)$", re.MULTILINE)


@dataclass(frozen=True)
class Role:
    """A role of Galaxy."""

    name: str
    seconds: float
    """Target: how long its second run may take."""
    first: bool = False
    """Whether its first run is measured, too: not where it takes Ansible minutes."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """What keeps it from what no container can do."""


ROLES = (
    Role("geerlingguy.nginx", 0.5, first=True),
    Role("dev-sec.os_hardening", 2, variables=dict.fromkeys(
        ("os_auditd_enabled", "os_mnt_dev_enabled", "os_mnt_dev_shm_enabled", "os_mnt_run_enabled"), False,
    )),
)  # fmt: skip


def roles(settings: Settings) -> Iterator[str]:
    """Yield the report's part about roles, or why there is none."""
    try:
        found = _found(settings.roles)
    except Missing as error:
        yield unmeasured("public roles", str(error))
        yield ""
        return
    os.environ["ANSIBLE_PIPELINING"] = "1"
    prepared = _prepared()
    yield "## Public roles, on Debian in a container"
    yield ""
    medians: dict[str, dict[str, float]] = {}
    for role in ROLES:
        if role.name in found:
            medians |= _measured(settings, role, found[role.name], prepared)
    tools = list(next(iter(medians.values())))
    rows = [[what, *(f"{each[tool]:.2f}" for tool in tools)] for what, each in medians.items()]
    yield from table(["", *tools], rows)
    yield f"Medians of {settings.slow_runs} runs, in seconds. Ingot's is the time of a whole build, which starts the"
    yield "container and removes it; Ansible's runs already. Ansible pipelines. The lists of packages are there."
    yield ""
    for role in ROLES:
        if role.name in found:
            taken = medians[f"{role.name}, unchanged"]["ingot"]
            yield verdict(taken <= role.seconds, f"{role.name} a second time in {role.seconds} s: {taken:.2f} s")
        else:
            yield unmeasured(role.name, f"{settings.roles} has no such role")
    if "ansible" in settings.absent:
        yield unmeasured("ansible", settings.absent["ansible"])
    yield ""


def _found(directory: Path | None) -> dict[str, Path]:
    """Return the directories of the roles, which are called AUTHOR.ROLE or, as some tools have it, AUTHOR__ROLE."""
    if directory is None or not directory.is_dir():
        raise Missing("`--roles` names no directory of roles")
    there = {path.name.replace("__", ".", 1): path for path in directory.iterdir() if path.is_dir()}
    found = {role.name: there[role.name] for role in ROLES if role.name in there}
    if not found:
        raise Missing(f"`{directory}` has none of {', '.join(role.name for role in ROLES)}")
    return found


def _prepared() -> str:
    """Return an image with the lists of Debian's packages, and with what Ansible needs to install some."""
    container = f"{LABEL}-prepared"
    output(["docker", "rm", "--force", container])  # of a run that came to no end
    output(["docker", "run", "--name", container, IMAGE, "sh", "-c", _PREPARE])
    image = output(["docker", "commit", "--change", f"LABEL {LABEL}=1", container]).strip()
    output(["docker", "rm", container])
    return image


def _measured(settings: Settings, role: Role, path: Path, image: str) -> dict[str, dict[str, float]]:
    """Return what was done -> the median of each tool."""
    play = {"vars": dict(role.variables), "roles": [path.name]}
    jobs = {f"ingot {turn}": job for turn, job in _ingot(settings.directory, play, path.parent, image).items()}
    if "ansible" in settings.programs:
        jobs |= {f"ansible {turn}": job for turn, job in _ansible(settings, play, path.parent, image).items()}
    turns = ("first", "again") if role.first else ("again",)
    chosen = {name: job for name, job in jobs.items() if name.endswith(turns)}
    timings = run_in_turns(chosen, settings.directory, settings.slow_runs, uncounted=0)
    tools = dict.fromkeys(name.partition(" ")[0] for name in chosen)
    if "ansible" in tools:
        output(["docker", "rm", "--force", f"{LABEL}-ansible"])
    words = {"first": "changed", "again": "unchanged"}
    return {
        f"{role.name}, {words[turn]}": {tool: timings[f"{tool} {turn}"].median for tool in tools} for turn in turns
    }


def _ingot(directory: Path, play: Mapping[str, Any], roles_path: Path, image: str) -> dict[str, Job]:
    """Return the builds; the second starts from an image of what the first does."""

    def job(name: str, source: Mapping[str, Any], turn: str) -> Job:
        machine = {"builder": "docker", "pull": False, "cap_add": [_CAPABILITY], **source}
        write(directory / name, {"sources": {"machine": machine}, "plays": [{"sources": ["machine"], **play}]})
        return Job([INGOT, "build", "--roles-path", str(roles_path), name], did=partial(_did, turn))

    kept = job("kept.yml", {"image": image, "commit": True, "changes": CHANGES}, "first")
    before = _labelled()
    output([*kept.command[:-1], str(directory / "kept.yml")])
    (made,) = _labelled() - before
    return {
        "first": job("first.yml", {"image": image, "discard": True}, "first"),
        "again": job("again.yml", {"image": made, "discard": True}, "again"),
    }


def _labelled() -> set[str]:
    listed = output(["docker", "images", "--quiet", "--no-trunc", "--filter", f"label={LABEL}"])
    return set(listed.split())


def _ansible(settings: Settings, play: Mapping[str, Any], roles_path: Path, image: str) -> dict[str, Job]:
    """Return the runs of Ansible: the first on a fresh container, the second on what the first leaves."""
    os.environ["ANSIBLE_ROLES_PATH"] = str(roles_path)
    container = f"{LABEL}-ansible"
    write(settings.directory / "inventory.yml", {"all": {"hosts": {container: CONNECTION}}})
    write(settings.directory / "play.yml", [{"hosts": "all", **play}])
    command = [settings.programs["ansible"], "--inventory", "inventory.yml", "play.yml"]
    fresh = partial(_fresh, container, image)
    fresh()
    files = (str(settings.directory / name) for name in ("inventory.yml", "play.yml"))
    output([command[0], "--inventory", *files])
    return {
        "first": Job(command, before=fresh, did=partial(_did, "first")),
        "again": Job(command, did=partial(_did, "again")),
    }


def _fresh(container: str, image: str) -> None:
    """Start a container anew."""
    output(["docker", "rm", "--force", container])
    run = ["docker", "run", "--detach", "--init", f"--cap-add={_CAPABILITY}", "--name", container]
    output([*run, image, "sleep", "infinity"])


def _did(turn: str, said: str) -> bool:
    """Return whether a tool changed something the first time, and nothing the second."""
    lines = _LAST.findall(said)
    return bool(lines) and (_CHANGED.search(lines[-1]) is not None) == (turn == "first")
