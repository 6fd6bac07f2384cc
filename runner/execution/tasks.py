"""Run lists of tasks: blocks and their rescue, loops, results, includes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from runner.diagnostics import Diagnostic
from runner.execution.attempt import Attempts
from runner.execution.handlers import Handlers
from runner.execution.hands import Manner, Reach
from runner.execution.includes import DEEPEST, Includes
from runner.execution.loops import control_of, items_of, keyword_of
from runner.execution.manner import rule_of
from runner.execution.memory import Memory
from runner.execution.result import Result, as_variables, broken, of_loop, skipped
from runner.execution.scopes import Inside, Scopes
from runner.execution.stop import Diverged, PlayEnded, RoleEnded, Stopped, TaskFailed
from runner.execution.telling import Teller, Telling
from runner.execution.values import first_false, flag, seconds, value_of
from runner.expand.error import ExpressionError
from runner.expand.render import is_template, to_node
from runner.expand.scope import Layer
from runner.model.playbook import Block, Item, RoleContext, Task
from runner.planning.arguments import refused_arguments
from runner.sdk import ApplyRole, Failed, Include
from runner.text import Node


class Tools(NamedTuple):
    """What the tasks of one build are run with."""

    teller: Teller
    scopes: Scopes
    memory: Memory
    handlers: Handlers
    includes: Includes
    reach: Reach
    usual: Manner
    again: Callable[[Telling, str], Awaitable[bool]]
    """Returns whether a task that failed is to be run again."""


class Tasks:
    """Runs the tasks of one build, one after the other."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._ran: set[str] = set()
        """The roles that tasks have brought, by their identity."""

    async def section(self, name: str, items: tuple[Item, ...]) -> None:
        """Run one of the play's lists. Raises ``Stopped`` when the build cannot go on."""
        await self._items(items, self._tools.scopes.outermost(name))

    async def flush(self) -> None:
        """Run the handlers that were notified, in the order in which they are defined."""
        for task, inside in self._tools.handlers.due():
            await self._task(task, inside)

    async def _items(self, items: Sequence[Item], inside: Inside) -> None:
        for item in items:
            if isinstance(item, Block):
                await self._block(item, inside)
            else:
                await self._task(item, inside)

    def _entered(self, inside: Inside, item: Item) -> Inside:
        try:
            return self._tools.scopes.entered(inside, item)
        except ExpressionError as error:
            raise Stopped(error.diagnostic) from error

    async def _block(self, block: Block, inside: Inside) -> None:
        inside = self._entered(inside, block)
        if inside.frame.refusal or (block.once and block.identity in self._ran):
            return
        if block.kind == "role" and block.role is not None and block.role.arguments is not None:
            await self._arguments(block, block.role, inside)
        try:
            await self._guarded(block, inside)
        except RoleEnded:
            if block.kind != "role":
                raise
        if block.identity:
            self._ran.add(block.identity)

    async def _arguments(self, block: Block, role: RoleContext, inside: Inside) -> None:
        """Fail, as a task would, if what the role is given is not what it asks for."""

        def refused() -> tuple[Diagnostic, ...]:
            scope = self._tools.scopes.of(inside)
            unwanted = first_false(inside.frame.conditions, scope) is not None
            return () if unwanted else refused_arguments(role, scope)

        try:
            mistakes = await self._tools.memory.knowing(refused)
        except ExpressionError as error:
            raise Stopped(error.diagnostic) from error
        if mistakes:
            name = f"Validating arguments of the role {role.name}"
            telling = self._tools.teller.step(name, inside.section, "validate_argument_spec", block.place, role.name)
            errors = [each.message for each in mistakes]
            message = "Validation of arguments failed:\n" + "\n".join(errors)
            telling.finished("failed", message)
            task = {"name": name, "action": "validate_argument_spec", "args": {}}
            result = {"changed": False, "failed": True, "msg": message, "argument_errors": errors}
            raise TaskFailed(task, result, *mistakes)

    async def _guarded(self, block: Block, inside: Inside) -> None:
        """Run a block; when a task fails ``rescue`` mends it, and ``always`` runs in either case."""
        failure: TaskFailed | None = None
        try:
            await self._items(block.tasks, inside._replace(mended=inside.mended or bool(block.rescue)))
        except TaskFailed as failed:
            failure = failed
        if failure is not None and block.rescue:
            self._tools.memory.keep("ansible_failed_task", failure.task)
            self._tools.memory.keep("ansible_failed_result", failure.result)
            try:
                await self._items(block.rescue, inside)
                failure = None
            except TaskFailed as failed:
                failure = failed
        await self._items(block.always, inside)
        if failure is not None:
            raise failure

    async def _task(self, task: Task, around: Inside) -> None:
        inside = self._entered(around, task)
        if inside.frame.refusal:
            return
        tools = self._tools
        role = task.role.name if task.role else None
        name = await tools.memory.knowing(lambda: self._name(task, inside))
        while True:
            telling = tools.teller.step(name, inside.section, task.module, task.place, role)
            attempts = Attempts(
                task, inside, telling, scopes=tools.scopes, memory=tools.memory, reach=tools.reach, usual=tools.usual,
            )
            result, ignored = await self._tried(attempts, telling, mended=around.mended)
            if not result.failed or ignored:
                break
            if around.mended or not await tools.again(telling, result.message):
                raise TaskFailed(_shown(task), result.values, *result.failures)
        if not result.failed:
            await self._follow(task, around, result)

    async def _tried(self, attempts: Attempts, telling: Telling, *, mended: bool) -> tuple[Result, bool]:
        """Run a task and tell how it ended; return its result, and whether a failure is ignored.

        What the machine has said is remembered unless the build ends by it: then it is to be tried again. ``mended``
        says that a failure ends no build.
        """
        machine = self._tools.reach.machine
        try:
            machine.turn(telling)
            result = await self._result(attempts, telling)
            ignored = await self._tools.memory.knowing(lambda: self._taken_in(attempts, result))
            machine.done(telling, kept=not result.failed or ignored or mended)
            await machine.rest()
        except asyncio.CancelledError:
            telling.finished("cancelled")
            raise
        except Diverged as diverged:
            telling.finished("skipped", diverged.told)
            raise
        except Stopped as stopped:
            telling.finished("failed", str(stopped.diagnostics[0].message))
            raise
        telling.finished(result.ending, result.message, ignored=ignored)
        return result, ignored

    def _name(self, task: Task, inside: Inside) -> str:
        node = Node(task.name, task.place)
        if not is_template(node):
            return task.name
        try:
            return str(value_of(node, self._tools.scopes.of(inside, task)))
        except ExpressionError:
            return task.name

    async def _result(self, attempts: Attempts, telling: Telling) -> Result:
        task, keywords = attempts.task, attempts.inside.frame.keywords
        try:
            telling.hidden = "no_log" in keywords
            knowing = self._tools.memory.knowing
            telling.hidden = await knowing(lambda: flag(keywords, "no_log", attempts.scope()))
            await asyncio.sleep(await knowing(lambda: seconds(task.keywords, "pause_before", attempts.scope())))
            self._tools.reach.machine.rule = await knowing(lambda: rule_of(attempts.inside, task, attempts.scope))
            loop = keyword_of(task)
            if loop is None:
                return await attempts.run()
            return await self._looped(attempts, telling, *loop)
        except ExpressionError as error:
            return broken(error.diagnostic)
        except Failed as failed:  # the facts that an expression asks for cannot be gathered
            return broken(Diagnostic("E802", f"the task {task.name!r} failed: {failed}", task.place, failed.hint))

    async def _looped(self, attempts: Attempts, telling: Telling, keyword: str, node: Node) -> Result:
        """Run a task for each item; an item that fails does not stop the others."""
        knowing = self._tools.memory.knowing
        try:
            items = await knowing(lambda: items_of(keyword, node, attempts.scope()))
        except ExpressionError:
            condition = await knowing(lambda: first_false(attempts.inside.frame.conditions, attempts.scope()))
            if condition is None:
                raise
            return skipped(condition)  # a list that is not there does not matter when its task is not wanted
        control = await knowing(lambda: control_of(attempts.task, attempts.scope()))
        results: list[Result] = []
        for index, item in enumerate(items):
            if index and control.pause:
                await asyncio.sleep(control.pause)
            names = control.variables(items, index)
            result = (await attempts.run(names)).with_values(**names)
            results.append(result)
            scope = attempts.scope(names, as_variables(result.values, attempts.register))
            text = await knowing(partial(control.text, item, scope))
            telling.item(text, result.ending, result.message)
            if await knowing(partial(control.is_over, scope)):
                break
        return of_loop(results)

    def _taken_in(self, attempts: Attempts, result: Result) -> bool:
        """Keep the result, notify handlers; return whether a failure is to be ignored."""
        task, keywords = attempts.task, attempts.inside.frame.keywords
        if attempts.register is not None:
            self._tools.memory.keep(attempts.register, result.values)
        if result.changed and not result.failed:
            self._notify(attempts)
        if not result.failed:
            return False
        try:
            scope = attempts.scope()
            return flag(keywords, "ignore_errors", scope) or flag(task.keywords, "continue_on_error", scope)
        except ExpressionError as error:
            raise Stopped(*result.failures, error.diagnostic) from error

    def _notify(self, attempts: Attempts) -> None:
        scope = attempts.scope()
        for node in attempts.inside.notify:
            for each in node.elements():
                try:
                    value = value_of(each, scope)
                except ExpressionError as error:
                    raise Stopped(error.diagnostic) from error
                for name in value if isinstance(value, list) else [value]:
                    if not self._tools.handlers.notify(str(name)):
                        raise Stopped(Diagnostic("E806", f"there is no handler called {str(name)!r}", each.span))

    async def _follow(self, task: Task, around: Inside, result: Result) -> None:
        """Do what the task asks of the build itself."""
        for include, names in result.includes:
            await self._included(include, names, task, around)
        for signal in result.signals:
            match signal:
                case "flush_handlers":
                    await self.flush()
                case "end_role" if around.frame.roles:
                    raise RoleEnded
                case "end_role":
                    raise Stopped(Diagnostic("E802", "'end_role' stands outside of roles", task.place))
                case _:
                    raise PlayEnded

    async def _included(self, include: Include | ApplyRole, names: Layer, task: Task, around: Inside) -> None:
        """Run the tasks of a file or a role.

        They stand where the task that includes them stands, and see its ``vars`` and item.
        """
        if around.depth >= DEEPEST:
            named = include.file if isinstance(include, Include) else include.name
            message = f"files of tasks include each other more than {DEEPEST} times; the next is {named}"
            raise Stopped(Diagnostic("E807", message, task.place))
        try:
            block = self._tools.includes.block(include, task, around.section)
        except Stopped as stopped:
            result = {"changed": False, "failed": True, "msg": stopped.diagnostics[0].message}
            raise TaskFailed(_shown(task), result, *stopped.diagnostics) from stopped
        if isinstance(include, ApplyRole):
            self._tools.handlers.include(block.handlers)
            if include.public and block.role is not None:
                self._tools.memory.role_defaults |= block.role.defaults
                self._tools.memory.role_variables |= block.role.vars
        variables = {str(key): node for key, node in task.keywords["vars"].items()} if "vars" in task.keywords else {}
        inside = around._replace(params=(*around.params, names, variables), depth=around.depth + 1)
        keywords = {str(key): node for key, node in to_node(dict(include.apply), task.args).items()}
        identity = f"{block.identity}{dict(names)!r}" if names else block.identity  # one for each item
        await self._block(block._replace(keywords=keywords, identity=identity), inside)


def _shown(task: Task) -> dict[str, Any]:
    """Return what ``ansible_failed_task`` tells of a task."""
    return {"name": task.name, "action": task.module, "args": task.args.plain()}
