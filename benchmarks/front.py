"""Measure `ingot validate` and `ingot plan`, the half before a machine is touched, beside Packer and Ansible."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from measure import Job, run_in_turns
from report import milliseconds, table, unmeasured, verdict
from settings import INGOT, Settings
from workload import generated, small

VALIDATE_SECONDS = 0.12
"""Target: longest time that validating a small playbook may take."""
PARSE_RATIO = 1.5
"""Target: how many times as long as the bare import and parse validating a large playbook may take."""
GROWTH = 1.25
"""Target: how many times as long a task may take in the largest playbook as in the smallest: linear growth."""
READER = """
import sys
from runner.diagnostics import Report
from runner.formats.files import read_source
from runner.formats.yaml import reader
report = Report()
reader.load(read_source(sys.argv[1], report), report)
report.require()
"""
PARSE = f"""
import runner.cli.main, runner.cli.validate, runner.expand.inputs, runner.expand.world, runner.planning.planner
{READER}"""


def front(settings: Settings) -> Iterator[str]:
    """Yield the report's part about validating and planning."""
    yield from _small(settings)
    yield from _large(settings)
    yield from _growth(settings)


def _small(settings: Settings) -> Iterator[str]:
    playbook, template = small(settings.directory)
    jobs = {"`ingot validate`": Job([INGOT, "validate", playbook.name])}
    packer = settings.programs.get("packer")
    if packer:
        jobs["`packer validate`"] = Job([packer, "validate", template.name])
    timings = run_in_turns(jobs, settings.directory, settings.runs)
    ours = timings["`ingot validate`"].median
    yield "## A small playbook: one source, one task"
    yield ""
    yield from milliseconds(timings)
    yield verdict(ours < VALIDATE_SECONDS, f"less than {VALIDATE_SECONDS} s: {ours:.3f} s")
    if packer:
        theirs = timings["`packer validate`"].median
        yield verdict(ours < theirs, f"less than `packer validate`: {ours / theirs:.2f} times its time")
    else:
        yield unmeasured("`packer validate`", settings.absent["packer"])
    yield ""


def _large(settings: Settings) -> Iterator[str]:
    documents = generated(settings.directory, settings.tasks)
    validate, parse, reader = "`ingot validate`", "import of the program and parse", "import of the reader and parse"
    syntax = "`ansible-playbook --syntax-check`"
    jobs = {
        validate: Job([INGOT, "validate", documents.playbook.name]),
        parse: Job([sys.executable, "-c", PARSE, documents.playbook.name]),
        reader: Job([sys.executable, "-c", READER, documents.playbook.name]),
    }
    ansible = settings.programs.get("ansible")
    if ansible:
        jobs[syntax] = Job([ansible, "--syntax-check", "--inventory", "localhost,", documents.ansible.name])
    timings = run_in_turns(jobs, settings.directory, settings.runs)
    ratio = timings[validate].median / timings[parse].median
    strict = timings[validate].median / timings[reader].median
    yield f"## A playbook of {settings.tasks:,} tasks"
    yield ""
    yield from milliseconds(timings)
    yield verdict(ratio <= PARSE_RATIO, f"at most {PARSE_RATIO} times the bare import and parse: {ratio:.2f} times")
    yield f"- {strict:.2f} times the import of the YAML reader alone and the parse"
    if ansible:
        times = timings[syntax].median / timings[validate].median
        yield f"- {syntax} takes {times:.1f} times as long as {validate}"
    else:
        yield unmeasured(syntax, settings.absent["ansible"])
    yield ""


def _growth(settings: Settings) -> Iterator[str]:
    yield "## Growth"
    yield ""
    rows = []
    runs = max(settings.runs // 3, 1)
    per_task: dict[str, list[float]] = {"validate": [], "plan": []}
    for size in settings.sizes:
        playbook = generated(settings.directory, size).playbook.name
        jobs = {verb: Job([INGOT, verb, playbook]) for verb in per_task}
        timings = run_in_turns(jobs, settings.directory, runs)
        cells = [f"{size:,}"]
        for verb, timing in timings.items():
            per_task[verb].append(timing.median / size)
            cells += [f"{timing.median:.2f}", f"{timing.median / size * 1e6:.0f}"]
        rows.append(cells)
    head = ["tasks", "`validate` s", "µs per task", "`plan` s", "µs per task"]
    yield from table(head, rows)
    yield f"Medians of {runs} runs."
    yield ""
    for verb, (first, *_, last) in per_task.items():
        yield verdict(last <= first * GROWTH, f"`{verb}`: the largest takes {last / first:.2f} times as long per task")
    yield ""
