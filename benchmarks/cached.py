"""Measure what builds remember: an unchanged build, one whose last task has changed, and what checkpoints cost."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from containers import CHANGES
from host import IMAGE, remove_images
from measure import Job, output, run_in_turns
from report import seconds, unmeasured, verdict
from settings import INGOT, Settings

TASKS = 100
UNCHANGED_SECONDS = 0.6
"""Target: longest time that a build may take which has been made before."""
LAST_SECONDS = 1.5
"""Target: the same, when the last of its tasks is another one."""
PACKER_RATIO = 0.1
"""Target: how much of Packer's time for the same work an unchanged build may take."""
CHECKPOINT_SHARE = 0.1
"""Target: how much of a first build's time its checkpoints may take."""
_FIRST, _UNCHANGED, _LAST = "first `ingot build`", "unchanged", "last task changed"
_PACKER = "`packer build`"
_KEPT, _BARE = "with checkpoints where they are worth it", "without"
_STARTED = "Starting a container"


def cached(settings: Settings) -> Iterator[str]:
    """Yield the report's part about builds that remember."""
    directory = settings.directory
    tasks = [_task(number) for number in range(TASKS)]
    _write(directory / "cached.yml", tasks)
    numbers = itertools.count()
    build = [INGOT, "build", "cached.yml"]
    jobs = {
        _FIRST: Job(build, before=_forget, did=lambda said: _STARTED in said),
        _UNCHANGED: Job(build, did=lambda said: _STARTED not in said),
        _LAST: Job(
            [INGOT, "build", "changed.yml"],
            before=lambda: _write(directory / "changed.yml", [*tasks[:-1], {"shell": f"echo {next(numbers)} >/last"}]),
            did=lambda said: f"{TASKS} of them cached" in said,
        ),
    }
    if "packer" in settings.programs:
        _write_template(directory / "cached.json", tasks)
        jobs[_PACKER] = Job([settings.programs["packer"], "build", "cached.json"])
    timings = run_in_turns(jobs, directory, settings.slow_runs)
    remove_images()
    yield f"## {TASKS} tasks in a container, done before"
    yield ""
    yield from seconds(timings)
    if "packer" in settings.programs:
        share = timings[_UNCHANGED].median / timings[_PACKER].median
        yield verdict(share < PACKER_RATIO, f"unchanged in less than a tenth of Packer's time: {share:.3f}")
    else:
        yield unmeasured("Packer", settings.absent["packer"])
    unchanged, last = timings[_UNCHANGED].median, timings[_LAST].median
    yield verdict(unchanged < UNCHANGED_SECONDS, f"unchanged in less than {UNCHANGED_SECONDS} s: {unchanged:.2f} s")
    yield verdict(last < LAST_SECONDS, f"the last task alone in less than {LAST_SECONDS} s: {last:.2f} s")
    yield ""
    yield from _checkpoints(settings)


def _checkpoints(settings: Settings) -> Iterator[str]:
    """Yield what checkpoints cost a first build of half a minute."""
    slow = [{"shell": f"head -c 100000 /dev/urandom >/file-{number}; sleep 1"} for number in range(30)]
    _write(settings.directory / "kept.yml", slow)
    _write(settings.directory / "bare.yml", [{**each, "checkpoint": False} for each in slow])
    anew = "--no-cache"
    jobs = {
        _KEPT: Job([INGOT, "build", anew, "kept.yml"], before=_forget,
                   did=lambda said: "Keeping the container" in said),
        _BARE: Job([INGOT, "build", anew, "bare.yml"], did=lambda said: "Keeping the container" not in said),
    }
    timings = run_in_turns(jobs, settings.directory, settings.slow_runs)
    _forget()
    remove_images()
    share = timings[_KEPT].median / timings[_BARE].median - 1
    yield "## Checkpoints of a first build"
    yield ""
    yield from seconds(timings)
    yield verdict(share < CHECKPOINT_SHARE, f"less than {CHECKPOINT_SHARE:.0%} of its time: {share:.1%}")
    yield ""


def _forget() -> None:
    output([INGOT, "cache", "clear"])


def _task(number: int) -> dict[str, Any]:
    if number % 2:
        return {"shell": f"echo {number} >/file-{number}"}
    return {"copy": {"content": f"{number}\n", "dest": f"/copy-{number}"}}


def _write(path: Path, tasks: list[dict[str, Any]]) -> None:
    source = {"builder": "docker", "image": IMAGE, "pull": False, "commit": True, "changes": CHANGES}
    play = {"name": "cached", "sources": ["box"], "gather_facts": False, "tasks": tasks}
    path.write_text(yaml.safe_dump({"sources": {"box": source}, "plays": [play]}), encoding="utf-8")


def _write_template(path: Path, tasks: list[dict[str, Any]]) -> None:
    """Write the same work for Packer, in which a file is a command, too."""
    commands = [
        each["shell"] if "shell" in each else f"echo {each['copy']['content'].strip()} >{each['copy']['dest']}"
        for each in tasks
    ]
    template = {
        "builders": [{"type": "docker", "image": IMAGE, "pull": False, "commit": True, "changes": CHANGES}],
        "provisioners": [{"type": "shell", "inline": [command]} for command in commands],
    }
    path.write_text(json.dumps(template), encoding="utf-8")
