"""Measure many small tasks on one machine beside Ansible and pyinfra."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from containers import CHANGES
from host import IMAGE, LABEL, remove_images
from measure import Job, output, run_in_turns
from report import table, unmeasured, verdict
from settings import INGOT, Settings

ANSIBLE_RATIO = 20
"""Target: how many times as long Ansible has to take."""
_TEMPLATE = "{% for port in range(8000, 8010) %}\nlisten {{ port }}; # {{ number }}\n{% endfor %}\n"
CONNECTION = {"ansible_connection": "community.docker.docker", "ansible_python_interpreter": "/usr/bin/python3"}
_DEPLOY = """\
from pyinfra.operations import files, server
for number in range({items}):
    {operation}
"""


@dataclass(frozen=True)
class Kind:
    """One kind of task, in the words of Ansible and Ingot, and in pyinfra's."""

    name: str
    task: Callable[[int], dict[str, Any]]
    operation: str
    again: bool = True
    """Whether doing it a second time changes nothing, which is measured as well."""


KINDS = (
    Kind("commands", lambda _: {"command": "/bin/true"}, 'server.shell(commands=["/bin/true"])', again=False),
    Kind(
        "files copied",
        lambda number: {"copy": {"src": f"{number}.txt", "dest": f"/etc/{number}.txt", "mode": "0644"}},
        'files.put(src=f"files/{number}.txt", dest=f"/etc/{number}.txt", mode="644")',
    ),
    Kind(
        "templates",
        lambda number: {
            "template": {"src": "ports.j2", "dest": f"/etc/{number}.conf", "mode": "0644"}, "vars": {"number": number},
        },
        'files.template(src="templates/ports.j2", dest=f"/etc/{number}.conf", mode="644", number=number)',
    ),
    Kind(
        "lines in a file",
        lambda number: {"lineinfile": {
            "path": "/etc/app.conf", "create": True, "regexp": f"^key{number}=", "line": f"key{number}=on",
        }},
        'files.line(path="/etc/app.conf", line=f"^key{number}=.*", replace=f"key{number}=on")',
    ),
)


Turns = dict[str, Job]
"""The jobs of one tool: ``first`` does the work, ``again`` finds it done."""


def machine(settings: Settings) -> Iterator[str]:
    """Yield the report's part about many small tasks on one machine."""
    os.environ["ANSIBLE_PIPELINING"] = "1"
    _write_files(settings)
    measured = {what: medians for kind in KINDS for what, medians in _measured(settings, kind)}
    yield f"## {settings.items} tasks of one kind on one machine, a container"
    yield ""
    yield from _table(measured)
    yield f"Medians of {settings.slow_runs} runs, in seconds. Ingot's is the time of a whole build, which starts the"
    yield "container and removes it; for the others it runs already. Ansible pipelines, and gathers no facts."
    yield ""
    for what, medians in measured.items():
        if "ansible" in medians:
            times = medians["ansible"] / medians["ingot"]
            met = times >= ANSIBLE_RATIO
            yield verdict(met, f"{what}: Ansible takes at least {ANSIBLE_RATIO} times as long: {times:.1f} times")
    yield from (unmeasured(tool, settings.absent[tool]) for tool in ("ansible", "pyinfra") if tool in settings.absent)
    yield ""


def _write_files(settings: Settings) -> None:
    for place in ("files", "templates"):
        (settings.directory / place).mkdir()
    for number in range(settings.items):
        (settings.directory / f"files/{number}.txt").write_text(f"This is file {number}.\n" * 20, encoding="utf-8")
    (settings.directory / "templates/ports.j2").write_text(_TEMPLATE, encoding="utf-8")


def _table(measured: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    tools = next(iter(measured.values())).keys()
    others = [tool for tool in tools if tool != "ingot"]
    rows = [
        [what, *(f"{median:.2f}" for median in medians.values()),
         *(f"{medians[tool] / medians['ingot']:.1f}" for tool in others)]
        for what, medians in measured.items()
    ]
    yield from table(["", *tools, *(f"{tool} / ingot" for tool in others)], rows)


def _measured(settings: Settings, kind: Kind) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield what was done, and the median of each tool: the first time, and the second."""
    tools = _tools(settings, kind)
    turns = ("first", "again") if kind.again else ("first",)
    jobs = {f"{tool} {turn}": jobs[turn] for tool, jobs in tools.items() for turn in turns}
    timings = run_in_turns(jobs, settings.directory, settings.slow_runs, uncounted=0)
    output(["docker", "rm", "--force", *(f"{LABEL}-{tool}" for tool in tools)])
    remove_images()
    for turn in turns:
        words = {"first": ", changed", "again": ", unchanged"}[turn] if kind.again else ""
        yield f"{settings.items} {kind.name}{words}", {tool: timings[f"{tool} {turn}"].median for tool in tools}


def _tools(settings: Settings, kind: Kind) -> dict[str, Turns]:
    """Write what each tool needs; return how it works."""
    tasks = [kind.task(number) for number in range(settings.items)]
    tools = {"ingot": _ingot(settings.directory, tasks)}
    if "ansible" in settings.programs:
        write(settings.directory / "inventory.yml", {"all": {"hosts": {f"{LABEL}-ansible": CONNECTION}}})
        write(settings.directory / "play.yml", [{"hosts": "all", "gather_facts": False, "tasks": tasks}])
        command = [settings.programs["ansible"], "--inventory", "inventory.yml", "play.yml"]
        tools["ansible"] = _on_container("ansible", command, len(tasks), r"^changed: \[")
    if "pyinfra" in settings.programs:
        deploy = _DEPLOY.format(items=len(tasks), operation=kind.operation)
        (settings.directory / "deploy.py").write_text(deploy, encoding="utf-8")
        command = [settings.programs["pyinfra"], "-y", f"@docker/{LABEL}-pyinfra", "deploy.py"]
        tools["pyinfra"] = _on_container("pyinfra", command, len(tasks), r"\] Success$")
    return tools


def _ingot(directory: Path, tasks: Sequence[Mapping[str, Any]]) -> Turns:
    """Return the builds; the second starts from an image of what the first does."""
    discarded = {"discard": True}
    _playbook(directory / "first.yml", tasks, {"image": IMAGE, **discarded})
    _playbook(directory / "kept.yml", tasks, {"image": IMAGE, "commit": True, "changes": CHANGES})
    output([INGOT, "build", str(directory / "kept.yml")])
    (kept,) = output(["docker", "images", "--quiet", "--no-trunc", "--filter", f"label={LABEL}"]).split()
    _playbook(directory / "again.yml", tasks, {"image": kept, **discarded})
    return {
        name: Job(
            [INGOT, "build", "--no-cache", f"{name}.yml"], did=partial(_changed, r"^    machine: changed after", number)
        )
        for name, number in (("first", len(tasks)), ("again", 0))
    }


def _on_container(name: str, command: Sequence[str], tasks: int, sign: str) -> Turns:
    """Return the jobs of a tool whose container is fresh for the first, and left as it is for the second."""
    return {
        "first": Job(command, before=partial(_fresh, f"{LABEL}-{name}"), did=partial(_changed, sign, tasks)),
        "again": Job(command, did=partial(_changed, sign, 0)),
    }


def _changed(sign: str, number: int, said: str) -> bool:
    """Return whether a tool says of so many tasks that they changed something."""
    return len(re.findall(sign, said, re.MULTILINE)) == number


def _fresh(container: str) -> None:
    """Start a container anew."""
    output(["docker", "rm", "--force", container])
    output(["docker", "run", "--detach", "--init", "--name", container, IMAGE, "sleep", "infinity"])


def _playbook(path: Path, tasks: Sequence[Mapping[str, Any]], source: Mapping[str, Any]) -> None:
    sources = {"machine": {"builder": "docker", "pull": False, **source}}
    write(path, {"sources": sources, "plays": [{"sources": ["machine"], "tasks": list(tasks)}]})


def write(path: Path, document: Any) -> None:
    """Write a document as YAML."""
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
