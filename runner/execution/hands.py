"""Do what modules ask for: the one place where their verbs become deeds."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.diagnostics import Report
from runner.execution import desk, terminal
from runner.execution.differences import difference
from runner.execution.memory import Memory
from runner.execution.remembering.line import Line
from runner.execution.stop import Stopped
from runner.execution.telling import Telling
from runner.execution.values import bare_value, value_of
from runner.expand.error import ExpressionError
from runner.expand.scope import Scope
from runner.model.playbook import Task
from runner.planning.files import directories
from runner.planning.steps import Frame
from runner.reading.context import Files as Documents
from runner.sdk import (
    Answer,
    ApplyRole,
    Become,
    Command,
    Communicator,
    Do,
    Download,
    Evaluate,
    Failed,
    Files,
    Find,
    Gather,
    Get,
    Heard,
    Include,
    Job,
    Load,
    Local,
    Look,
    Outcome,
    Put,
    Read,
    Render,
    Serve,
    Served,
    Signal,
    Upload,
    Verb,
    Wait,
    Waited,
    Work,
)
from runner.text import NOTHING, Key, Node

if TYPE_CHECKING:
    from runner.execution.remembering.machine import Remembered

_CHANGES = (Do, Put, Upload, Download, Local)
"""The verbs that change something."""

RunLocal = Callable[[Local, Mapping[str, str], Heard], Awaitable[Answer]]


class Reach(NamedTuple):
    """How commands reach this computer, and the machine if there is one."""

    local: RunLocal
    here: Callable[[], Awaitable[Communicator]]
    """Returns what works on this computer as on a machine, for tasks that are delegated to it."""
    scratch: Callable[[], Path]
    """Returns the directory for what the run needs only while it runs."""
    machine: Remembered
    communicator: Communicator | None = None


class Manner(NamedTuple):
    """How a task wants its work to be done."""

    environment: Mapping[str, str] = NOTHING
    become: Become | None = None
    checking: bool = False
    """Whether nothing may be changed."""
    showing: bool = False
    """Whether it is told how files change."""


class Hands:
    """What a module's work is done with, for one try of one task."""

    def __init__(
        self, task: Task, frame: Frame, scope: Scope, telling: Telling, *,
        reach: Reach, manner: Manner, memory: Memory,
    ) -> None:
        self._task = task
        self._frame = frame
        self._scope = scope
        self._telling = telling
        self._reach = reach
        self._manner = manner
        self._memory = memory
        self._held = AsyncExitStack()
        """What is open until the work is done."""
        self._patient = True
        """Whether waits are waited for although the machine is not there."""
        self.changing = False
        """Whether anything was asked for that changes something."""
        self.includes: list[Include | ApplyRole] = []
        self.signals: list[str] = []

    async def carry_out(self, work: Work, *, foresees: bool, here: bool) -> Outcome:
        """Give the work what it asks for until it has its outcome.

        In check mode it ends at the first change: ``foresees`` says whether that is one which would be made. ``here``
        says that the work is on this computer, and waits for nothing on the machine.
        """
        self._patient = here
        try:
            verb = next(work)
            while True:
                if self._manner.showing and isinstance(verb, Put):
                    await self._show(verb)
                if self._manner.checking and isinstance(verb, _CHANGES):
                    if self._manner.showing and foresees and isinstance(verb, Do):
                        self._telling.said(f"would run: {shlex.join(verb.argv)}")
                    return Outcome(changed=True) if foresees else Outcome(skipped="check mode changes nothing")
                try:
                    answer = await self._answer(verb)
                except Failed as failed:  # which a module may have reckoned with, as one that restarts the machine
                    verb = work.throw(failed)
                else:
                    verb = work.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        finally:
            work.close()
            await self._held.aclose()

    async def _show(self, verb: Put) -> None:
        """Tell how a file changes, once: what is only written to be checked is meant for another file."""
        communicator = self._reach.communicator
        if communicator is None or (verb.meant_for is not None and not self._manner.checking):
            return
        path = verb.meant_for or verb.path
        diff = difference(path, await communicator.get(path, self._manner.become), verb.content)
        if diff:
            self._telling.changes(path, diff)

    async def _answer(self, verb: Verb) -> Any:  # noqa: PLR0911 - one return a verb
        self.changing = self.changing or isinstance(verb, _CHANGES)
        match verb:
            case Evaluate():
                return await self._memory.knowing(lambda: self._evaluated(verb))
            case Local():
                return await self._reach.local(verb, self._manner.environment, self._telling.output)
            case Wait():
                return await self._waited(verb)
            case Include() | ApplyRole():
                return self.includes.append(verb)
            case Serve():
                return await self._served(verb)
            case Job():
                return self._memory.jobs.status(verb.id, forget=verb.forget)
            case Signal():
                return self.signals.append(verb.action)
            case Gather():
                return await self._memory.gathered(again=verb.again)
            case Find() | Files() | Look() | Read() | Load() | Render():
                return await self._from_here(verb)
            case _:
                return await self._on_machine(verb)

    async def _served(self, verb: Serve) -> Served:
        """Open a door to the machine, which is shut when the work is done."""
        line = self._reach.communicator
        if line is None:
            raise Failed("there is no machine to do this on", "use shell_local, or a builder that makes a machine")
        if isinstance(line, Line):
            line = await line.unremembered("a program of this computer works on the machine")
        from runner.communicators.ssh.endpoint import endpoint

        directory = Path(tempfile.mkdtemp(prefix="door-", dir=self._reach.scratch()))
        self._held.callback(shutil.rmtree, directory, ignore_errors=True)
        served = await self._held.enter_async_context(
            endpoint(line, directory, port=verb.port, kind=verb.kind)
        )
        names = {"Host": served.host, "Port": str(served.port), "User": served.user, "Key": served.key,
                 "KnownHosts": served.known_hosts}
        for name, text in verb.files.items():
            filled = text
            for field, value in names.items():
                filled = filled.replace(f"{{{{.{field}}}}}", value)
            (directory / name).write_text(filled, encoding="utf-8")
        return served

    async def _from_here(self, verb: Find | Files | Look | Read | Load | Render) -> Any:
        """Answer from the files of this computer."""
        match verb:
            case Find():
                return self._found(verb)
            case Files():
                return await asyncio.to_thread(desk.listed, self._frame.root, verb)
            case Look():
                return await asyncio.to_thread(desk.seen, self._frame.root, verb)
            case Read():
                return await asyncio.to_thread(desk.content, self._frame.root, verb, self._frame.world.vaults)
            case Load():
                return self._loaded(verb)
            case Render():
                scope = self._scope.with_layers(verb.variables)
                return await self._memory.knowing(lambda: desk.rendered(verb, scope, self._places("templates")))

    async def _on_machine(self, verb: Command | Put | Get | Upload | Download) -> Any:
        communicator, become = self._reach.communicator, self._manner.become
        if communicator is None:
            raise Failed("there is no machine to do this on", "use shell_local, or a builder that makes a machine")
        match verb:
            case Put():
                return await communicator.put(verb, become)
            case Get():
                return await communicator.get(verb.path, become)
            case Upload():
                return await communicator.upload(verb, become)
            case Download():
                return await communicator.download(verb, self._frame.root / verb.to, become)
            case _:
                command = replace(verb, environment={**self._manner.environment, **verb.environment})
                heard = self._telling.output if isinstance(verb, Do) and verb.shown else None
                return await communicator.run(command, heard, become)

    def _evaluated(self, verb: Evaluate) -> Any:
        node = self._written(verb.expression)
        try:
            if verb.braced and self._scope.dialect.rules == "2.18":
                return value_of(node._replace(value=f"{{{{ {verb.expression} }}}}"), self._scope)
            return bare_value(node, self._scope)
        except ExpressionError as error:
            if verb.undefined is not None and error.diagnostic.code == "E402":
                return verb.undefined
            raise

    def _written(self, expression: Any) -> Node:
        """Return the expression with the place where it is written, or else with that of the task's options."""
        found = next((each for each in _scalars(self._task.args) if each.value == expression), self._task.args)
        return Node(expression, found.span, found.key_span)

    async def _waited(self, verb: Wait) -> Waited:
        start, text = datetime.now().astimezone(), ""
        prompt = verb.prompt or "press Enter to go on"
        if verb.seconds is not None:
            if verb.prompt:
                self._telling.said(verb.prompt)
            await asyncio.sleep(verb.seconds if self._patient or self._reach.machine.live else 0)
        elif terminal.is_attended():
            text = await terminal.typed(lambda: self._telling.asked(prompt), echo=verb.echo)
        else:
            self._telling.said(f"{prompt} (nobody is asked, for standard input is no terminal)")
        return Waited(start.replace(tzinfo=None), datetime.now().astimezone().replace(tzinfo=None), text)

    def _places(self, where: str) -> Sequence[Path]:
        return directories(where, self._task, self._frame.roles, self._frame.root)

    def _found(self, verb: Find) -> str | None:
        places = self._places(verb.where)
        path = next((each / verb.path for each in places if (each / verb.path).exists()), None)
        if path is None:
            return None
        self._telling.read(str(path))
        return str(path.resolve())

    def _loaded(self, verb: Load) -> dict[str, Any]:
        report = Report()
        documents = Documents(report, self._frame.world.vaults)
        entries: dict[Key, Node] = {}
        for path in verb.paths:
            self._telling.read(path)
            node = documents.load(Path(path), self._task.place)
            if node is None or node.value is None:
                continue
            if not isinstance(node.value, dict):
                report.add("E507", "a file of variables is a mapping of names to values", node.span)
            entries |= dict(node.items())
        if report.failed:
            raise Stopped(*report.diagnostics)
        if verb.under is None:
            return {str(key): child for key, child in entries.items()}
        place = self._task.args.span
        return {verb.under: Node(entries, place, place)}


def _scalars(node: Node) -> list[Node]:
    if isinstance(node.value, dict):
        return [each for child in node.value.values() for each in _scalars(child)]
    if isinstance(node.value, tuple):
        return [each for child in node.value for each in _scalars(child)]
    return [node]
