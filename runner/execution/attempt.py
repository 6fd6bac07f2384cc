"""Try a task, once or until it succeeds: options rendered late, the module's work done, its result judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from runner.diagnostics import Diagnostic, Report
from runner.execution.hands import Hands, Manner, Reach
from runner.execution.manner import manner_of
from runner.execution.memory import Memory, Wanted
from runner.execution.refusals import HERE, WAYS_OUT, gap_of
from runner.execution.remembering.line import Line
from runner.execution.result import Result, as_variables, broken, of_outcome, skipped
from runner.execution.scopes import Inside, Scopes
from runner.execution.stop import Stopped, Unlaunched, mistake, reason
from runner.execution.telling import Telling
from runner.execution.values import bare_value, first_false, number, seconds, unknown, value_of
from runner.expand.error import ExpressionError, Late
from runner.expand.scope import Layer, Scope
from runner.model.plan import Open
from runner.model.playbook import Task
from runner.planning.options import rendered_options
from runner.planning.steps import arguments_of
from runner.schema.records import make
from runner.sdk import Failed, Parallel
from runner.text import Key, Node

T = TypeVar("T")
_TRIES = 4
"""How often a task with ``until`` is tried when ``retries`` does not say: three times again, as in Ansible."""
_DELAY = 5.0
"""Seconds between tries, unless ``delay`` says otherwise."""
_POLL = 15.0
"""Whether a task with ``async`` is waited for, unless ``poll`` says otherwise: anything but zero means so."""


class Attempts:
    """Tries one task of one build."""

    def __init__(
        self, task: Task, inside: Inside, telling: Telling, *, scopes: Scopes, memory: Memory, reach: Reach,
        usual: Manner,
    ) -> None:
        self.task = task
        self.inside = inside
        self._telling = telling
        self._scopes = scopes
        self._memory = memory
        self._reach = reach
        self._usual = usual
        register = task.keywords.get("register")
        self.register = str(register.value) if register is not None and register.value is not None else None

    def scope(self, *more: Layer) -> Scope:
        """Return what the task knows now."""
        return self._scopes.of(self.inside, self.task, *more)

    async def run(self, *more: Layer) -> Result:
        """Return how the task goes with the names of ``more`` (a loop's item): skipped, done, or failed for good."""
        try:
            condition = await self._knowing(lambda: first_false(self.inside.frame.conditions, self.scope(*more)))
            if condition is not None:
                return skipped(condition)
            tries = 1 + max(0, int(await self._number("max_retries", 0, more)))
            for attempt in range(1, tries + 1):
                result = await self._until(more)
                if not result.failed:
                    break
                if attempt < tries:
                    self._telling.retried(attempt, tries - attempt, result.message)
        except ExpressionError as error:
            return broken(error.diagnostic)
        return result

    async def _until(self, more: tuple[Layer, ...]) -> Result:
        """Try until the condition holds, or, without one, until the task succeeds."""
        keywords = self.task.keywords
        until, tries = keywords.get("until"), 1
        if "retries" in keywords:
            tries += max(0, int(await self._number("retries", 0, more)))
        elif until is not None:
            tries = _TRIES
        for attempt in range(1, tries + 1):
            done = await self._once(more)
            result = await self._knowing(partial(self._judged, done, more))
            if tries == 1:
                return result
            result = result.with_values(attempts=attempt)
            if await self._knowing(partial(self._is_done, until, result, more)):
                return result
            if attempt < tries:
                self._telling.retried(attempt, tries - attempt, result.message or f"until: {_shown(until)}")
                delay = await self._number("delay", _DELAY, more)
                await asyncio.sleep(delay if self._reach.machine.live else 0)  # nobody gets ready meanwhile
        result = result.with_values(attempts=tries - 1, failed=True)
        return result if result.failures else self._failed(result, f"until: {_shown(until)}")

    async def _number(self, name: str, default: float, more: tuple[Layer, ...]) -> float:
        return await self._knowing(lambda: number(self.task.keywords, name, self.scope(*more), default))

    async def _knowing(self, work: Callable[[], T]) -> T:
        return await self._memory.knowing(work)

    def _is_done(self, until: Node | None, result: Result, more: tuple[Layer, ...]) -> bool:
        if until is None:
            return not result.failed
        return first_false([until], self.scope(*more, as_variables(result.values, self.register))) is None

    async def _once(self, more: tuple[Layer, ...]) -> Result:
        limit = await self._knowing(lambda: seconds(self.task.keywords, "timeout", self.scope(*more))) or None
        background = await self._number("async", 0, more)
        if background > 0 and not await self._number("poll", _POLL, more):
            return await self._put_aside(more, background)
        if background > 0:
            limit = min(limit or background, background)
        result = await self.worked_within(more, limit)
        return result.with_values(started=1, finished=1) if background > 0 else result

    async def _put_aside(self, more: tuple[Layer, ...], limit: float) -> Result:
        """Begin the work in the background, where it may take ``limit`` seconds."""
        if isinstance(self._reach.communicator, Line):  # before any other task goes on
            await self._reach.communicator.unremembered("a task works in the background")
        job = self._memory.jobs.start(self._aside(more, limit))
        return Result({
            "changed": True, "failed": False, "ansible_job_id": job, "started": 1, "finished": 0, "results_file": "",
        })

    async def _aside(self, more: tuple[Layer, ...], limit: float) -> Result:
        """Work over a line of its own, since the shell of the build's has other things to do."""
        line = self._reach.communicator
        if not isinstance(line, Parallel):
            return await self.worked_within(more, limit)
        try:
            async with line.beside() as other:
                apart = Attempts(
                    self.task, self.inside, self._telling.silenced(), scopes=self._scopes, memory=self._memory,
                    reach=self._reach._replace(communicator=other), usual=self._usual,
                )
                return await apart.worked_within(more, limit)
        except Failed as failed:
            return self._refused(str(failed), failed.hint)

    async def worked_within(self, more: tuple[Layer, ...], limit: float | None) -> Result:
        """Do the module's work once, in so many seconds; what goes wrong is in the result."""
        deadline = asyncio.timeout(limit)
        try:
            async with deadline:
                with self._reach.machine.within(deadline):
                    return await self._worked(more)
        except ExpressionError as error:
            return broken(error.diagnostic)
        except (Unlaunched, Wanted):
            raise
        except Stopped as stopped:
            return broken(*stopped.diagnostics)
        except TimeoutError:  # one of the kinds of OSError
            if not deadline.expired():
                raise
            result = self._refused(f"it was not done within {limit:g} second{'s' * (limit != 1)}", code="E804")
            return result.with_values(timedout={"period": limit})
        except (Failed, OSError) as error:
            return self._refused(reason(error), error.hint if isinstance(error, Failed) else None)
        except Exception as error:  # noqa: BLE001 - the edge of a module: what it was not written for is a failure too
            return broken(mistake(error, self.task.place))

    def _refused(self, message: str, hint: str | None = None, code: str = "E802") -> Result:
        return self._failed(Result({"changed": False, "failed": True, "msg": message}), message, hint, code)

    def _failed(self, result: Result, why: str, hint: str | None = None, code: str = "E802") -> Result:
        """Return a result with the reason why it is a failure."""
        return result._replace(failures=(self._failure(why, hint, code),), shown=why)

    def _failure(self, message: str, hint: str | None = None, code: str = "E802") -> Diagnostic:
        return Diagnostic(code, f"the task {self.task.name!r} failed: {message}", self.task.place, hint)

    async def _worked(self, more: tuple[Layer, ...]) -> Result:
        """Do the module's work once."""
        entry = self.inside.frame.world.plugins.module(self.task.module)
        if entry is None:
            raise Failed(f"there is no module called {self.task.module!r}", WAYS_OUT)
        plugin: Any = entry.load()
        options = await self._knowing(lambda: self._options(self.scope(*more), entry.schema))
        if not entry.runs:
            message = f"this version cannot run the {entry}"
            raise Stopped(Diagnostic("E801", message, self.task.place, WAYS_OUT))
        if gap := gap_of(plugin, options):
            raise Failed(f"this version cannot do that: {gap}")
        try:
            record = make(plugin.options_type(), options)
        except (TypeError, ValueError) as error:
            raise Failed(str(error)) from error
        manner = await self._knowing(lambda: manner_of(self.inside, self.scope(*more), self._usual))
        reach = self._reach if plugin.controller else await self._reaching(more)
        hands = Hands(
            self.task, self.inside.frame, self.scope(*more), self._telling, reach=reach, manner=manner,
            memory=self._memory,
        )
        outcome = await hands.carry_out(
            plugin(record).apply(self._memory.facts), foresees=plugin.foresees, here=plugin.controller
        )
        if outcome.failed is None:
            self._memory.learn(outcome)
        values = of_outcome(outcome, changing=hands.changing)
        names = {name: value for layer in more for name, value in layer.items()}
        includes = tuple((include, names) for include in hands.includes)
        result = Result(values, (), outcome.shown or outcome.skipped or "", includes, tuple(hands.signals))
        if outcome.failed is None:
            return result
        return self._failed(result, f"{outcome.failed}: {outcome.shown}" if outcome.shown else outcome.failed)

    async def _reaching(self, more: tuple[Layer, ...]) -> Reach:
        """Return where the task works: where ``delegate_to`` says, which is this computer or the machine itself."""
        node, reach = self.inside.frame.keywords.get("delegate_to"), self._reach
        if node is None:
            return reach
        scope = self.scope(*more)
        target = await self._knowing(lambda: value_of(node, scope))
        if target in HERE:
            return reach._replace(communicator=await reach.here())
        if target != scope.lookup("inventory_hostname"):
            raise Failed(f"there is no host called {target!r} to delegate to", "delegate_to: localhost is possible")
        return reach

    def _options(self, scope: Scope, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the rendered options, checked against the module's schema. Raises ``Stopped`` when they do not fit."""
        report = Report()
        written = arguments_of(self.task, self.inside.frame)
        entries: dict[Key, Node] = {self._name(str(key), node, scope): node for key, node in written.items()}
        node = Node(entries, written.span, written.key_span)
        options = rendered_options(node, scope, schema, report, lenient=True)
        for name, value in options.items():
            if isinstance(value, Open) and value.needs:
                place = entries.get(name, node)
                report.extend([unknown(Late(value.needs, value.reason), place)])
        if report.failed:
            raise Stopped(*(each for each in report.diagnostics if each.severity == "error"))
        return options

    def _name(self, key: str, node: Node, scope: Scope) -> str:
        """Return an option's name: ``set_fact`` may have expressions in the names of its variables."""
        return str(value_of(Node(key, node.place), scope)) if "{{" in key else key

    def _judged(self, result: Result, more: tuple[Layer, ...]) -> Result:
        """Let ``changed_when`` and ``failed_when`` have their say."""
        keywords = self.task.keywords
        if result.values.get("skipped"):
            return result
        for keyword, name in (("changed_when", "changed"), ("failed_when", "failed")):
            if keyword not in keywords:
                continue
            scope = self.scope(*more, as_variables(result.values, self.register))
            try:
                verdict = self._holds(keywords[keyword], scope)
            except ExpressionError as error:
                result = result.with_values(failed=True, msg=error.diagnostic.message)
                return result._replace(failures=(error.diagnostic,), shown="")
            result = result.with_values(**{name: verdict, f"{keyword}_result": verdict})
            if keyword == "failed_when":
                result = self._overruled(result, keywords[keyword], failed=verdict)
        return result

    def _overruled(self, result: Result, condition: Node, *, failed: bool) -> Result:
        """Return the result after ``failed_when``: it may make a failure of a success, and the other way round."""
        if not failed:
            return result._replace(failures=(), shown="" if result.failures else result.shown)
        return result if result.failures else self._failed(result, f"failed_when: {condition.plain()}")

    def _holds(self, conditions: Node, scope: Scope) -> bool:
        return all(bool(bare_value(each, scope)) for each in conditions.elements())


def _shown(until: Node | None) -> str:
    return "it succeeds" if until is None else str(until.plain())
