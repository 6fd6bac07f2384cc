"""Measure Ingot beside Packer, Ansible, pyinfra and what is done by hand; write what came out to RESULTS.md."""

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import host
from cached import cached
from containers import at_once, steps, trivial
from daemonless import daemonless
from front import front
from installation import installation
from line import line
from machine import machine
from measure import Failed
from public_roles import roles
from remote import remote
from report import begin, merged, table, unmeasured
from settings import INGOT, Settings
from template import template
from virtual import virtual

HERE = Path(__file__).parent
Part = Callable[[Settings], Iterator[str]]
IN_CONTAINERS: Mapping[str, Part] = {
    "trivial": trivial, "steps": steps, "at-once": at_once, "line": line, "machine": machine,
    "roles": roles, "cache": cached,
}
"""The parts that need a Docker engine and an image."""
WITH_PROGRAMS: Mapping[str, tuple[str, Callable[[Settings, Path], Iterator[str]]]] = {
    "ssh": ("the line over SSH", lambda settings, _: remote(settings)),
    "qemu": ("virtual machines", virtual),
    "installer": ("installations", installation),
}
"""The parts that need programs of this computer, and what is not measured without them."""
PARTS = ("front", "import", *IN_CONTAINERS, *WITH_PROGRAMS, "rootfs")
FAILED = "- **failed**:"


def main() -> int:
    """Measure all, write the report; return the exit status."""
    parser = _parser()
    given = parser.parse_args()
    if len(set(given.sizes)) <= 1:
        parser.error("growth shows between two sizes")
    compileall.compile_dir(str(HERE.parent / "runner"), quiet=1)  # as an installed program is
    given.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ingot-bench-") as directory:
        os.environ["XDG_STATE_HOME"] = f"{directory}/state"
        os.environ["INGOT_CACHE_DIR"] = f"{directory}/cache"
        lines = list(_told(_report(_settings(given, Path(directory)), given)))
    former = given.out.read_text(encoding="utf-8") if given.out.exists() else ""
    given.out.write_text(merged(former, "\n".join(lines), PARTS), encoding="utf-8")
    return int(any(each.startswith(FAILED) for each in lines))


def _told(lines: Iterator[str]) -> Iterator[str]:
    for each in lines:
        print(each, flush=True)
        yield each


def _part(name: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a part; that a command fails costs no more than the rest of the part."""
    yield begin(name)
    yield f"*Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}, {_ingot()}.*"
    yield ""
    try:
        yield from lines
    except Failed as error:
        print(error, file=sys.stderr)
        yield f"{FAILED} {name}: {str(error).splitlines()[0]}"
        yield ""


def _possible(name: str, what: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a part for which this computer may lack something."""
    try:
        yield from _part(name, lines)
    except host.Missing as error:
        yield unmeasured(what, str(error))
        yield ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ingot-benchmarks"
    add = parser.add_argument
    add("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=f"parts to measure: {', '.join(PARTS)}")
    add("--without", nargs="+", choices=host.PROGRAMS, default=(), metavar="TOOL", help="tools not to compare with")
    add("--runs", type=int, default=11, help="how often each command runs")
    add("--slow-runs", type=int, default=3, help="the same, for what takes many seconds")
    add("--tasks", type=int, default=1000, help="tasks of the large playbook")
    add("--sizes", type=int, nargs="+", default=[1000, 2000, 5000, 10000], help="tasks of growing playbooks")
    add("--steps", type=int, default=50, help="shell tasks of one build")
    add("--items", type=int, default=100, help="commands, files, templates and lines of one machine")
    add("--builds", type=int, default=50, help="builds at once")
    add("--megabytes", type=int, default=200, help="size of the file that is sent to a machine")
    add("--roles", type=Path, help="directory of public roles: geerlingguy.nginx, dev-sec.os_hardening")
    add("--base", type=Path, help="tar of the machines' files, instead of one that mmdebstrap makes")
    add("--cache", type=Path, default=cache, help="directory for what is made once: tools, the machines' files")
    add("--out", type=Path, default=HERE / "RESULTS.md", help="file to write")
    return parser


def _settings(given: argparse.Namespace, directory: Path) -> Settings:
    wanted = {
        "packer": {"front", "trivial", "steps", "cache", "qemu", "installer"},
        "ansible": {"front", "machine", "roles"}, "pyinfra": {"machine"},
    }
    without = [name for name in host.PROGRAMS if name in given.without or not wanted[name] & {*given.only}]
    programs, absent = host.programs(given.cache, without)
    return Settings(
        directory, given.runs, given.slow_runs, given.tasks, tuple(given.sizes), given.steps, given.items,
        given.builds, given.megabytes, programs, absent, given.roles,
    )


def _report(settings: Settings, given: argparse.Namespace) -> Iterator[str]:
    yield "# Measurements"
    yield ""
    yield "Made by `make bench`, which runs `benchmarks/run.py`. Each part says when it was measured; the table and"
    yield f"what is said here are of the last run. Each number is the median of {settings.runs} runs of the whole"
    yield f"process, the commands taking turns; of {settings.slow_runs} where a run takes many seconds."
    yield ""
    yield from _about(settings)
    if "front" in given.only:
        yield from _part("front", front(settings))
    if "import" in given.only:
        yield from _part("import", template(settings))
    for name, (what, lines) in WITH_PROGRAMS.items():
        if name in given.only:
            yield from _possible(name, what, lines(settings, given.cache))
    parts = {name: part for name, part in IN_CONTAINERS.items() if name in given.only}
    if not parts and "rootfs" not in given.only:
        return
    try:
        base = given.base or host.base(given.cache)
        if parts:
            with host.engine(base, settings.directory, given.cache):
                for name, part in parts.items():
                    yield from _part(name, part(settings))
        if "rootfs" in given.only:
            yield from _part("rootfs", daemonless(settings, base))
    except host.Missing as error:
        yield unmeasured("what needs a machine", str(error))


def _about(settings: Settings) -> Iterator[str]:
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(":")[2].strip() for line in cpus.splitlines() if line.startswith("model name")]
    rows = {
        "machine": f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "ingot": _ingot(),
        "Docker": f"{_version(['docker', '--version'])}; {_version(['dockerd', '--version'])}",
    }
    for name, words in (("packer", ["version"]), ("ansible", ["--version"]), ("pyinfra", ["--version"])):
        program = settings.programs.get(name)
        rows[name] = _version([program, *words]) if program else f"not measured: {settings.absent[name]}"
    yield from table(["", ""], [[name, value] for name, value in rows.items()])


def _ingot() -> str:
    return f"{_version([INGOT, 'version'])}, commit {_version(['git', '-C', str(HERE), 'describe', '--always'])}"


def _version(command: Sequence[str]) -> str:
    """Return the first line that a command says of itself."""
    if shutil.which(command[0]) is None:
        return "not on PATH"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0]


if __name__ == "__main__":
    sys.exit(main())
