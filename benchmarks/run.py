"""Measure `ingot validate` and `ingot plan` beside Packer and Ansible; write what came out to RESULTS.md."""

from __future__ import annotations

import argparse
import compileall
import datetime as dt
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import Failed, Timing, run_in_turns
from workload import generated, small

HERE = Path(__file__).parent
INGOT = shutil.which("ingot", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or "ingot"
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
from runner.formats import yaml
report = Report()
yaml.load(read_source(sys.argv[1], report), report)
report.require()
"""
PARSE = f"""
import runner.cli.main, runner.cli.validate, runner.expand.inputs, runner.expand.world, runner.planning.planner
{READER}"""


@dataclass(frozen=True)
class Settings:
    """How thoroughly to measure."""

    runs: int
    tasks: int
    sizes: tuple[int, ...]
    directory: Path


def main() -> int:
    """Measure all, write the report; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11, help="how often each command runs (default: %(default)s)")
    parser.add_argument("--tasks", type=int, default=1000, help="tasks of the large playbook (default: %(default)s)")
    sizes = [1000, 2000, 5000, 10000]
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes, help="tasks of two or more growing playbooks")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md", help="file to write (default: %(default)s)")
    given = parser.parse_args()
    if len(set(given.sizes)) <= 1:
        parser.error("growth shows between two sizes")
    compileall.compile_dir(str(HERE.parent / "runner"), quiet=1)  # as an installed program is
    with tempfile.TemporaryDirectory(prefix="ingot-bench-") as directory:
        settings = Settings(given.runs, given.tasks, tuple(given.sizes), Path(directory))
        try:
            text = "\n".join(_report(settings)) + "\n"
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
    given.out.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _report(settings: Settings) -> Iterator[str]:
    yield "# Measurements"
    yield ""
    yield f"Made by `make bench`, which runs `benchmarks/run.py`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}."
    yield f"Each number is the median of {settings.runs} runs of the whole process, the commands taking turns."
    yield ""
    yield from _about()
    yield from _small(settings)
    yield from _large(settings)
    yield from _growth(settings)


def _about() -> Iterator[str]:
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(":")[2].strip() for line in cpus.splitlines() if line.startswith("model name")]
    rows = {
        "machine": f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "ingot": f"{_version([INGOT, 'version'])}, commit {_version(['git', '-C', str(HERE), 'describe', '--always'])}",
        "Packer": _version(["packer", "version"]),
        "Ansible": _version(["ansible-playbook", "--version"]),
    }
    yield from _table(["", ""], [[name, value] for name, value in rows.items()])


def _version(command: Sequence[str]) -> str:
    """Return the first line that a command says of itself."""
    if shutil.which(command[0]) is None:
        return "not on PATH"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0]


def _small(settings: Settings) -> Iterator[str]:
    playbook, template = small(settings.directory)
    commands = {"`ingot validate`": [INGOT, "validate", playbook.name]}
    packer = shutil.which("packer")
    if packer:
        commands["`packer validate`"] = [packer, "validate", template.name]
    timings = run_in_turns(commands, settings.directory, settings.runs)
    ours = timings["`ingot validate`"].median
    yield "## A small playbook: one source, one task"
    yield ""
    yield from _timings(timings)
    yield _verdict(ours < VALIDATE_SECONDS, f"less than {VALIDATE_SECONDS} s: {ours:.3f} s")
    if packer:
        theirs = timings["`packer validate`"].median
        yield _verdict(ours < theirs, f"less than `packer validate`: {ours / theirs:.2f} times its time")
    else:
        yield "- not measured: `packer validate`, because `packer` is not on PATH"
    yield ""


def _large(settings: Settings) -> Iterator[str]:
    documents = generated(settings.directory, settings.tasks)
    validate, parse, reader = "`ingot validate`", "import of the program and parse", "import of the reader and parse"
    syntax = "`ansible-playbook --syntax-check`"
    commands = {
        validate: [INGOT, "validate", documents.playbook.name],
        parse: [sys.executable, "-c", PARSE, documents.playbook.name],
        reader: [sys.executable, "-c", READER, documents.playbook.name],
    }
    ansible = shutil.which("ansible-playbook")
    if ansible:
        commands[syntax] = [ansible, "--syntax-check", "--inventory", "localhost,", documents.ansible.name]
    timings = run_in_turns(commands, settings.directory, settings.runs)
    ratio = timings[validate].median / timings[parse].median
    strict = timings[validate].median / timings[reader].median
    yield f"## A playbook of {settings.tasks:,} tasks"
    yield ""
    yield from _timings(timings)
    yield _verdict(ratio <= PARSE_RATIO, f"at most {PARSE_RATIO} times the bare import and parse: {ratio:.2f} times")
    yield f"- {strict:.2f} times the import of the YAML reader alone and the parse"
    if ansible:
        times = timings[syntax].median / timings[validate].median
        yield f"- {syntax} takes {times:.1f} times as long as {validate}"
    else:
        yield f"- not measured: {syntax}, because `ansible-playbook` is not on PATH"
    yield ""


def _growth(settings: Settings) -> Iterator[str]:
    yield "## Growth"
    yield ""
    rows = []
    runs = max(settings.runs // 3, 1)
    per_task: dict[str, list[float]] = {"validate": [], "plan": []}
    for size in settings.sizes:
        playbook = generated(settings.directory, size).playbook.name
        timings = run_in_turns({verb: [INGOT, verb, playbook] for verb in per_task}, settings.directory, runs)
        cells = [f"{size:,}"]
        for verb, timing in timings.items():
            per_task[verb].append(timing.median / size)
            cells += [f"{timing.median:.2f}", f"{timing.median / size * 1e6:.0f}"]
        rows.append(cells)
    head = ["tasks", "`validate` s", "µs per task", "`plan` s", "µs per task"]
    yield from _table(head, rows)
    yield f"Medians of {runs} runs."
    yield ""
    for verb, (first, *_, last) in per_task.items():
        yield _verdict(last <= first * GROWTH, f"`{verb}`: the largest takes {last / first:.2f} times as long per task")


def _timings(timings: Mapping[str, Timing]) -> Iterator[str]:
    rows = [
        [name, *(f"{value * 1000:.0f}" for value in (timing.median, min(timing.seconds), max(timing.seconds)))]
        for name, timing in timings.items()
    ]
    yield from _table(["", "median ms", "min", "max"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _verdict(met: bool, target: str) -> str:  # noqa: FBT001 - private, and reads as it is called
    return f"- {'met' if met else '**missed**'}: {target}"


if __name__ == "__main__":
    sys.exit(main())
