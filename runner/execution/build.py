"""Make one build: launch, run the tasks, capture, post-process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from runner import registry
from runner.diagnostics import Diagnostic
from runner.events.event import BuildFinished, BuildStarted, Outcome
from runner.execution.chains import Chains
from runner.execution.facts import gather
from runner.execution.handlers import Handlers
from runner.execution.hands import Reach
from runner.execution.includes import Includes
from runner.execution.memory import Memory
from runner.execution.options import options_now
from runner.execution.scopes import Scopes
from runner.execution.sessions import Sessions
from runner.execution.stop import PlayEnded, Stopped, TaskFailed, mistake, reason
from runner.execution.tasks import Tasks, Tools
from runner.execution.telling import Teller, Telling
from runner.execution.values import flag
from runner.execution.workshop import Finished, Workshop
from runner.expand.error import ExpressionError
from runner.expand.scope import Scope
from runner.planning.planner import Ground
from runner.schema.records import make
from runner.sdk import Artifact, Builder, Failed, Machine

_FLUSHED = ("pre_tasks", "tasks", "post_tasks")
"""After these lists the handlers run that were notified."""


async def make_build(ground: Ground, start_from: Artifact | None, shop: Workshop) -> Finished:
    """Make a build; return how it ended. Only a cancellation is raised, and what the build had made is gone then."""
    name, builder = ground.build.name, ground.build.builder
    started = time.time()
    outcome: Outcome = "ok"
    artifacts: tuple[Artifact, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    shop.bus.emit(BuildStarted(name, builder))
    try:
        artifacts, diagnostics = await _Build(ground, start_from, shop).make()
        outcome = "failed" if diagnostics else "ok"
    except asyncio.CancelledError:
        shop.bus.emit(BuildFinished(name, "cancelled", round(time.time() - started, 6)))
        raise
    except Stopped as stopped:
        outcome, diagnostics = "failed", stopped.diagnostics
    except Exception as error:  # noqa: BLE001 - the edge of a build: one that goes wrong must not stop the others
        outcome, diagnostics = "failed", (mistake(error, ground.use.place),)
    finished = Finished(name, builder, outcome, started, time.time(), artifacts, diagnostics)
    took = round(finished.finished - started, 6)
    shop.bus.emit(BuildFinished(name, outcome, took, finished.failures))
    return finished


class _Build:
    """One build at work."""

    def __init__(self, ground: Ground, start_from: Artifact | None, shop: Workshop) -> None:
        self._ground = ground
        self._shop = shop
        self._teller = Teller(shop.bus, ground.build.name)
        self._stack = AsyncExitStack()
        self._sessions = Sessions(ground, start_from, shop, self._stack)
        self._memory = Memory()
        self._scopes = Scopes(ground, shop.world, self._memory, lambda: self._sessions.names)

    async def make(self) -> tuple[tuple[Artifact, ...], tuple[Diagnostic, ...]]:
        """Return what was made, and what went wrong with post-processors. Raises ``Stopped`` when there is no image."""
        artifact = await self._image()
        chains = Chains(self._ground, self._sessions, self._teller)
        artifacts = await chains.run(artifact)
        return artifacts, chains.diagnostics

    async def _image(self) -> Artifact:
        """Make the image; what the builder holds is left in the end, whatever happens."""
        try:
            artifact = await self._built()
        except Stopped as stopped:
            if self._shop.keep:
                self._shop.kept.append(self._stack)
            else:
                await self._stack.__aexit__(type(stopped), stopped, stopped.__traceback__)
            raise
        except BaseException as error:
            await self._stack.__aexit__(type(error), error, error.__traceback__)
            raise
        await self._stack.aclose()
        return artifact

    async def _built(self) -> Artifact:
        builder = self._builder()
        machine = await self._step("launch", lambda telling: builder.launch(self._sessions.of(telling)))
        self._meet(machine, self._memory)
        self._sessions.know(machine)
        try:
            await self._play(machine)
            artifact: Artifact = await self._step(
                "capture", lambda telling: builder.capture(self._sessions.of(telling), machine)
            )
        except Stopped as stopped:
            raise Stopped(*stopped.diagnostics, *await self._after_error(stopped, machine)) from stopped
        self._sessions.tell(artifact)
        return artifact

    def _meet(self, machine: Machine, memory: Memory) -> None:
        """Let facts be gathered on a machine, unless the play wants none."""
        node = self._ground.play.keywords.get("gather_facts")
        if machine.communicator is not None and (node is None or node.value not in (False, "no", "false")):
            memory.may_gather(partial(gather, machine.communicator))

    def _builder(self) -> Builder[Any]:
        build = self._ground.build
        entry = registry.find("builders", build.builder)
        assert entry is not None
        plugin: Any = entry.load()
        scope = Scope(*self._ground.scope.layers, {"build": self._sessions.names})
        options = options_now(build.options, self._ground.options, scope, entry.schema)
        try:
            builder: Builder[Any] = plugin(make(plugin.options_type(), options))
        except (TypeError, ValueError) as error:
            raise Stopped(Diagnostic("E808", str(error), self._ground.source.place)) from error
        return builder

    async def _step(self, section: str, work: Callable[[Telling], Awaitable[Any]]) -> Any:
        """Do a part of the builder's work as a step of the build."""
        builder, place = self._ground.build.builder, self._ground.source.place
        telling = self._teller.step(section.capitalize(), section, builder, place)
        try:
            done = await work(telling)
        except asyncio.CancelledError:
            telling.finished("cancelled")
            raise
        except (Failed, OSError) as error:
            telling.finished("failed", reason(error))
            message = f"the builder {builder!r} cannot {section}: {reason(error)}"
            hint = error.hint if isinstance(error, Failed) else None
            raise Stopped(Diagnostic("E808", message, place, hint)) from error
        except Exception as error:
            telling.finished("failed", str(error))
            raise Stopped(mistake(error, place)) from error
        telling.finished("ok")
        return done

    async def _play(self, machine: Machine) -> None:
        """Run the play's lists of tasks, and the handlers in between."""
        tasks, play = self._tasks(machine), self._ground.play
        try:
            for section, items in play.sections():
                await tasks.section(section, items)
                if section in _FLUSHED:
                    await tasks.flush()
        except PlayEnded:
            return
        except TaskFailed as failed:
            if self._forces_handlers():
                try:
                    await tasks.flush()
                except Stopped as stopped:
                    raise Stopped(*failed.diagnostics, *stopped.diagnostics) from failed
            raise

    def _tasks(self, machine: Machine) -> Tasks:
        shop, ground = self._shop, self._ground
        try:
            handlers = Handlers(ground.play, self._scopes)
        except ExpressionError as error:
            raise Stopped(error.diagnostic) from error
        includes = Includes(shop.world.root, shop.roles_path, shop.sources)
        reach = Reach(self._sessions.run_local, machine.communicator)
        return Tasks(Tools(self._teller, self._scopes, self._memory, handlers, includes, reach))

    def _forces_handlers(self) -> bool:
        try:
            return flag(self._ground.play.keywords, "force_handlers", self._scopes.of(self._scopes.outermost("tasks")))
        except ExpressionError as error:
            raise Stopped(error.diagnostic) from error

    async def _after_error(self, stopped: Stopped, machine: Machine) -> tuple[Diagnostic, ...]:
        """Run the play's ``on_error``; return what went wrong there."""
        if isinstance(stopped, TaskFailed):
            self._memory.keep("ansible_failed_task", stopped.task)
            self._memory.keep("ansible_failed_result", stopped.result)
        try:
            await self._tasks(machine).section("on_error", self._ground.play.on_error)
        except Stopped as again:
            return again.diagnostics
        except PlayEnded:
            return ()
        return ()

