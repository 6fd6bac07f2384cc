"""Measure builds of containers beside Packer's and beside the same done by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from host import IMAGE, LABEL, remove_images
from measure import Job, Timing, run_in_turns
from report import seconds, unmeasured, verdict
from settings import INGOT, Settings

BY_HAND_RATIO = 1.3
"""Target: how many times as long as by hand a trivial build may take."""
STEPS_SECONDS = 1.5
"""Target: longest time that a build of 50 small shell tasks may take."""
CHANGES = [f"LABEL {LABEL}=1"]
"""What marks the images that are made, so that they are found and removed."""
_INGOT, _PACKER, _HAND = "`ingot build`", "`packer build`", "by hand, with `docker`"
_LOOP = Path(__file__).parent / "bare_loop.py"


def trivial(settings: Settings) -> Iterator[str]:
    """Yield the report's part about a build that does next to nothing."""
    jobs = _jobs(settings, "trivial", ["echo hello"], kept=True)
    timings = run_in_turns(jobs, settings.directory, settings.runs)
    remove_images()
    yield "## A trivial Docker build: one shell task, an image"
    yield ""
    yield from seconds(timings)
    yield _below_packer(settings, timings)
    ratio = timings[_INGOT].median / timings[_HAND].median
    yield verdict(ratio <= BY_HAND_RATIO, f"at most {BY_HAND_RATIO} times by hand: {ratio:.2f} times")
    yield ""


def steps(settings: Settings) -> Iterator[str]:
    """Yield the report's part about a build of many small shell tasks."""
    jobs = _jobs(settings, "steps", [f"echo {number}" for number in range(settings.steps)], kept=False)
    timings = run_in_turns(jobs, settings.directory, settings.slow_runs)
    ours = timings[_INGOT].median
    yield f"## {settings.steps} small shell tasks in a container"
    yield ""
    yield from seconds(timings)
    yield _below_packer(settings, timings)
    yield verdict(ours < STEPS_SECONDS, f"less than {STEPS_SECONDS} s: {ours:.2f} s")
    yield ""


def at_once(settings: Settings) -> Iterator[str]:
    """Yield the report's part about many builds at once on one engine."""
    number = settings.builds
    _write_playbook(settings.directory / "at-once.yml", ["echo hello"], _source(kept=True), number)
    loop = "the same calls in a bare loop"
    jobs = {
        _INGOT: Job([INGOT, "build", "--no-cache", "at-once.yml"],
                    did=lambda said: said.count("image: sha256:") == number),
        loop: Job([sys.executable, str(_LOOP), IMAGE, str(number), *CHANGES],
                  did=lambda said: said.count("sha256:") == number),
    }
    timings = run_in_turns(jobs, settings.directory, settings.slow_runs)
    remove_images()
    yield f"## {number} builds at once on one engine"
    yield ""
    yield from seconds(timings)
    yield verdict(True, f"all {number} succeed, in each run")  # noqa: FBT003 - `did` has seen to it
    yield f"- {timings[_INGOT].median / timings[loop].median:.2f} times as long as the bare loop"
    yield ""


def _jobs(settings: Settings, name: str, commands: list[str], *, kept: bool) -> dict[str, Job]:
    """Write what each tool needs for a build in which these commands run; return the builds."""
    source, directory = _source(kept=kept), settings.directory
    _write_playbook(directory / f"{name}.yml", commands, source)
    end = [f"docker commit --change '{CHANGES[0]}' $container"] if kept else []
    script = ["set -e", f"container=$(docker run --detach --interactive --tty --entrypoint /bin/sh {IMAGE})",
              *(f"docker exec $container /bin/sh -c '{command}'" for command in commands),
              *end, "docker rm --force $container"]
    (directory / f"{name}.sh").write_text("\n".join(script) + "\n", encoding="utf-8")
    jobs = {_INGOT: Job([INGOT, "build", "--no-cache", f"{name}.yml"])}
    if "packer" in settings.programs:
        template = {"builders": [{"type": source["builder"], **source}],
                    "provisioners": [{"type": "shell", "inline": [command]} for command in commands]}
        del template["builders"][0]["builder"]
        (directory / f"{name}.json").write_text(json.dumps(template), encoding="utf-8")
        jobs[_PACKER] = Job([settings.programs["packer"], "build", f"{name}.json"])
    return {**jobs, _HAND: Job(["sh", f"{name}.sh"])}


def _source(*, kept: bool) -> dict[str, Any]:
    return {"builder": "docker", "image": IMAGE, "pull": False,
            **({"commit": True, "changes": CHANGES} if kept else {"discard": True})}


def _write_playbook(path: Path, commands: list[str], source: dict[str, Any], builds: int = 1) -> None:
    names = [f"machine-{number}" for number in range(builds)]
    tasks = [{"shell": command} for command in commands]
    document = {"sources": dict.fromkeys(names, source), "plays": [{"sources": names, "tasks": tasks}]}
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _below_packer(settings: Settings, timings: dict[str, Timing]) -> str:
    if _PACKER not in timings:
        return unmeasured(_PACKER, settings.absent["packer"])
    ratio = timings[_INGOT].median / timings[_PACKER].median
    return verdict(ratio < 1, f"less than {_PACKER}: {ratio:.2f} times its time")
