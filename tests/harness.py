"""Machines for tests of modules: their verbs are carried out by the real communicator, on a real shell."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

from runner import registry
from runner.communicators.posix import connected
from runner.communicators.processes import Processes
from runner.execution import desk
from runner.execution.result import of_outcome
from runner.schema.records import make
from runner.sdk import (
    Answer,
    Command,
    Do,
    Download,
    Evaluate,
    Failed,
    Files,
    Find,
    Gather,
    Get,
    Local,
    Look,
    Outcome,
    Put,
    Read,
    Render,
    Upload,
    Verb,
    Wait,
    Work,
)
from runner.sdk.facts import PROBE, facts_of
from runner.sdk.work import Ask

_CHANGES = (Do, Put, Upload, Download, Local)
_LABEL = "ingot-test-modules"


class Missing(Exception):  # noqa: N818 - what it says
    """The machine cannot be had here; the message says why."""


class Done(NamedTuple):
    """How a module's work went."""

    values: dict[str, Any]
    """What ``register`` would keep."""
    verbs: list[Verb]
    """What it asked for."""
    outcome: Outcome | None = None

    @property
    def changed(self) -> bool:
        """Whether it says that it changed something."""
        return bool(self.values["changed"])

    @property
    def failed(self) -> bool:
        """Whether it failed."""
        return bool(self.values.get("failed"))


class Machine:
    """A machine to work on. ``here`` is the playbook's directory on this computer."""

    def __init__(self, prefix: tuple[str, ...]) -> None:
        self._loop = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.communicator = self._loop.run(self._stack.enter_async_context(connected(Processes(prefix))))
        self.here = Path.cwd()

    def close(self) -> None:
        """Let go of the machine."""
        self._loop.run(self._stack.aclose())
        self._loop.close()

    def sh(self, script: str, *args: str) -> str:
        """Return what a script prints; it has to end well."""
        answer = self.run(Ask(("/bin/sh", "-c", script, "sh", *args)))
        assert answer.status == 0, answer.stderr
        return answer.stdout

    def run_ok(self, script: str) -> bool:
        """Return whether a script ends well."""
        return self.run(Ask(("/bin/sh", "-c", script))).status == 0

    def put(self, path: str, content: bytes) -> None:
        """Write a file."""
        self._loop.run(self.communicator.put(Put(path, content)))

    def run(self, command: Command) -> Answer:
        """Return how a command ends."""
        return self._loop.run(self.communicator.run(command))

    def apply(
        self, module: str | registry.Entry, options: Mapping[str, Any], *, variables: Mapping[str, Any] | None = None,
        facts: Mapping[str, Any] | None = None, check: bool = False,
    ) -> Done:
        """Do a module's work as a task with these options would; ``check`` does it in check mode."""
        entry = registry.find("modules", module) if isinstance(module, str) else module
        assert entry is not None
        plugin: Any = entry.load()
        refused = plugin.gap(options)
        assert refused is None, refused
        work = plugin(make(plugin.options_type(), options)).apply(facts or {})
        verbs: list[Verb] = []
        try:
            outcome = self._carried_out(work, verbs, variables or {}, check=check)
        except Failed as error:
            return Done({"changed": False, "failed": True, "msg": str(error)}, verbs)
        return Done(of_outcome(outcome, changing=any(isinstance(each, _CHANGES) for each in verbs)), verbs, outcome)

    def _carried_out(self, work: Work, verbs: list[Verb], variables: Mapping[str, Any], *, check: bool) -> Outcome:
        answer: Any = None
        try:
            while True:
                verb = work.send(answer)
                if check and isinstance(verb, _CHANGES):
                    work.close()
                    return Outcome(changed=True)
                verbs.append(verb)
                answer = self._answer(verb, variables)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    def _answer(self, verb: Verb, variables: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - one return a verb
        match verb:
            case Look():
                return desk.seen(self.here, verb)
            case Read():
                return desk.content(self.here, verb)
            case Files():
                return desk.listed(self.here, verb)
            case Find():
                places = (self.here / verb.where, self.here)
                return next((str(each / verb.path) for each in places if (each / verb.path).exists()), None)
            case Render():
                return self._rendered(verb, variables)
            case Evaluate():
                return variables[verb.expression]
            case Wait():
                return time.sleep(verb.seconds or 0)
            case Local():
                done = subprocess.run(verb.argv, cwd=self.here, capture_output=True, text=True, check=False)
                return Answer(done.returncode, done.stdout, done.stderr)
            case _:
                return self._loop.run(self._on_machine(verb))

    async def _on_machine(self, verb: Verb) -> Any:
        match verb:
            case Put():
                return await self.communicator.put(verb)
            case Get():
                return await self.communicator.get(verb.path)
            case Upload():
                return await self.communicator.upload(verb)
            case Download():
                return await self.communicator.download(verb, self.here / verb.to)
            case Gather():
                return facts_of((await self.communicator.run(Ask(("/bin/sh", "-c", PROBE)))).stdout)
            case Command():
                return await self.communicator.run(verb)
            case _:
                raise AssertionError(f"no test needs {verb}")

    def _rendered(self, verb: Render, variables: Mapping[str, Any]) -> str:
        path = next(each for each in (self.here / "templates" / verb.path, self.here / verb.path) if each.exists())
        settings = {"trim_blocks": True, "keep_trailing_newline": True, **verb.settings}
        template = Environment(autoescape=False, **settings).from_string(path.read_text())
        return template.render({**variables, **verb.variables})


@contextmanager
def played(machine: Machine, programs: Mapping[str, str]) -> Iterator[None]:
    """Have scripts stand for programs of a machine with busybox while the context lasts."""
    machine.sh('cd /bin; for each; do if [ -L "$each" ]; then mv "$each" "$each.real"; fi; done', *programs)
    for name, script in programs.items():
        machine.put(f"/bin/{name}", f"#!/bin/sh\n{script}\n".encode())
        machine.sh('chmod 755 "/bin/$1"', name)
    try:
        yield
    finally:
        machine.sh('cd /bin; rm -f "$@"; for each; do if [ -L "$each.real" ]; then mv "$each.real" "$each"; fi; done',
                   *programs)


def debian(image: str) -> tuple[Machine, str]:
    """Return a container of an image of Debian, and its ID. Raises ``Missing``."""
    docker = shutil.which("docker")
    if docker is None:
        raise Missing("there is no docker")
    # Its end comes with that of the tests, or by itself.
    may = "--cap-add=NET_ADMIN"  # for tests of firewalls
    command = [docker, "run", "--rm", "--detach", may, "--label", _LABEL, image, "sleep", "3600"]
    started = subprocess.run(command, capture_output=True, text=True, check=False)
    if started.returncode:
        raise Missing(started.stderr.strip().splitlines()[0])
    container = started.stdout.strip()
    return Machine((docker, "exec", "--interactive", container)), container


def remove(container: str) -> None:
    """Remove a container made by ``debian``."""
    subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=True)


def busybox(root: Path) -> Machine:
    """Return a machine that has busybox and nothing else, below ``root``. Raises ``Missing``."""
    program = shutil.which("busybox")
    if program is None or os.geteuid() != 0:
        raise Missing("busybox as another root directory needs busybox, and root")
    for name in ("bin", "dev", "etc", "proc", "root", "tmp", "var"):
        (root / name).mkdir()
    shutil.copy(Path(program).resolve(), root / "bin/busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nwww:x:33:33:www:/var/www:/bin/false\n")
    (root / "etc/group").write_text("root:x:0:\nwww:x:33:\n")
    (root / "dev/null").touch()
    prefix = ("chroot", str(root), "/bin/busybox", "env", "-i", "PATH=/bin", "HOME=/root", "USER=root")
    tried = subprocess.run([*prefix, "/bin/busybox", "--install", "-s", "/bin"], capture_output=True, check=False)
    if tried.returncode:
        raise Missing("busybox needs libraries here: the static one is in the package busybox-static")
    return Machine(prefix)
