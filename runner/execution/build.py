"""Make one build: launch, run the tasks, capture, post-process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from runner import registry
from runner.diagnostics import Diagnostic, Note
from runner.events.event import BuildFinished, BuildStarted, Outcome
from runner.execution.asking import ask
from runner.execution.chains import Chains, remove
from runner.execution.facts import gather
from runner.execution.handlers import Handlers
from runner.execution.hands import Manner, Reach
from runner.execution.includes import Includes
from runner.execution.memory import Memory
from runner.execution.options import options_now
from runner.execution.remembering.foresight import plan_key
from runner.execution.remembering.machine import Remembered
from runner.execution.scopes import Scopes
from runner.execution.sessions import Sessions
from runner.execution.stop import Diverged, PlayEnded, Stopped, TaskFailed, mistake, reason
from runner.execution.tasks import Tasks, Tools
from runner.execution.telling import Teller, Telling
from runner.execution.values import flag
from runner.execution.workshop import Finished, Workshop
from runner.expand.error import ExpressionError
from runner.expand.scope import Scope
from runner.planning.planner import Ground
from runner.schema.records import make
from runner.sdk import Artifact, Builder, Failed
from runner.sdk.threads import uninterrupted
from runner.store.cache.cache import Entry

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
        self._start_from = start_from
        self._usual = Manner(checking=shop.checking, showing=shop.showing)
        self._begin()
        self._plan_key = plan_key(shop.world.root, ground.build.name)
        self._verifying = False
        self._reused = False
        """Whether the image is one that an earlier run has made."""
        self._keeps = shop.on_error == "keep"
        """Whether what is held is kept when the build fails."""

    def _begin(self) -> None:
        """Begin, or begin again, with nothing known of what is to come."""
        self._sessions = Sessions(self._ground, self._start_from, self._shop)
        self._memory = Memory()
        self._scopes = Scopes(
            self._ground, self._shop.world, self._memory, lambda: self._sessions.names, self._usual
        )

    async def make(self) -> tuple[tuple[Artifact, ...], tuple[Diagnostic, ...]]:
        """Return what was made, and what went wrong with post-processors. Raises ``Stopped`` when there is no image.

        A check makes none.
        """
        builder = self._builder()
        while True:
            try:
                async with self._holding():
                    artifact = await self._built(builder)
                break
            except Diverged:
                self._begin()
        if artifact is None:
            return (), ()
        if any(step.action == "run" for step in self._ground.build.verify):
            await self._verified(builder, artifact)
        self._sessions.tell(artifact)
        chains = Chains(self._ground, self._sessions, self._teller)
        artifacts = await chains.run(artifact)
        return artifacts, chains.diagnostics

    @asynccontextmanager
    async def _holding(self) -> AsyncIterator[None]:
        """Leave what the builder holds in the end, whatever happens, unless a failed build is to be kept."""
        stack = self._sessions.held = AsyncExitStack()
        try:
            yield
        except Stopped as stopped:
            if self._keeps and not isinstance(stopped, Diverged):
                self._shop.kept.append(stack)
                self._tell_kept()
            else:
                await uninterrupted(stack.__aexit__(type(stopped), stopped, stopped.__traceback__))
            raise
        except BaseException as error:
            await uninterrupted(stack.__aexit__(type(error), error, error.__traceback__))
            raise
        await uninterrupted(stack.aclose())

    def _tell_kept(self) -> None:
        """Tell what is kept of a failed build, and how it is got rid of."""
        if self._sessions.lasting:
            telling = self._teller.step("Keep", "keep", self._ground.build.builder, self._ground.source.place)
            for each in self._sessions.lasting:
                telling.said(f"{each.kind.replace('.', ' ')} {each.id}")
            telling.finished("ok", "`ingot gc` removes it")

    async def _built(self, builder: Builder[Any]) -> Artifact | None:
        machine = await self._launched(builder)
        try:
            await self._play(machine)
            await self._memory.jobs.settled()
            if self._shop.checking:
                return None
            artifact: Artifact = await self._step("capture", machine.captured)
            self._reused = machine.reused
        except Diverged:
            raise
        except Stopped as stopped:
            first, *others = stopped.diagnostics
            first = first._replace(notes=(*first.notes, *self._outlook(machine)))
            raise Stopped(first, *others, *await self._after_error(stopped, machine)) from stopped
        finally:
            self._note(machine)
            await self._memory.jobs.end()
        return artifact

    def _outlook(self, machine: Remembered) -> Iterator[Note]:
        """Yield what a build that failed has for the next one."""
        if done := len(machine.remembered):
            steps = "the task before this one is" if done == 1 else f"the {done} tasks before this one are"
            yield Note(f"`ingot build` goes on from here: {steps} not done again unless something has changed")

    def _note(self, machine: Remembered) -> None:
        """Note which steps of the plan need not be done again, for the next plan to tell."""
        build = self._ground.build
        since = machine.remembered
        keys = {each.key: since[each.place] for each in build.steps if each.key and each.place in since}
        content = {"run": self._shop.run, "origin": machine.beginning, "seen": dict(machine.seen), "steps": keys}
        if machine.is_remembered:
            self._shop.kit.cache.keep("plans", [Entry(self._plan_key, content, time.time())])

    def _former(self) -> str | None:
        """Return the digest of what the machine of the last build began with."""
        kit = self._shop.kit
        last = kit.cache.get("plans", self._plan_key) if kit.reading and not self._verifying else None
        return None if last is None else str(last.content["origin"])

    async def _launched(self, builder: Builder[Any]) -> Remembered:
        """Return the machine, which is not there yet if an earlier run has known it."""
        machine = Remembered(
            builder, self._sessions, self._shop.kit, self._ground.source.place,
            has_line=builder.has_machine(self._ground.build.options), lenient=self._verifying,
        )
        unremembered = "nothing is, in a check" if self._shop.checking else None
        await self._step("launch", partial(machine.begin, unremembered=unremembered, former=self._former))
        self._memory.may_launch(machine.needed)
        self._meet(machine, self._memory)
        return machine

    async def _verified(self, builder: Builder[Any], artifact: Artifact) -> None:
        """Run the play's ``verify`` on a machine started afresh from the image; without success a new image goes."""
        self._sessions.start_again_from(artifact)
        self._verifying = True
        self._memory.forget_facts()
        try:
            async with self._holding():
                machine = await self._launched(builder)
                await self._tasks(machine).section("verify", self._ground.play.verify)
        except PlayEnded:
            return
        except BaseException:
            if not self._keeps and not self._reused:
                await uninterrupted(remove(artifact))
            raise

    def _meet(self, machine: Remembered, memory: Memory) -> None:
        """Let facts be gathered on a machine, unless the play wants none."""
        node = self._ground.play.keywords.get("gather_facts")
        if machine.line is not None and (node is None or node.value not in (False, "no", "false")):
            memory.may_gather(partial(gather, machine.line))

    def _builder(self) -> Builder[Any]:
        build = self._ground.build
        entry = registry.find("builders", build.builder)
        assert entry is not None
        plugin: Any = entry.load()
        ground = self._ground.scope
        scope = Scope(*ground.layers, {"build": self._sessions.names}, dialect=ground.dialect)
        options = options_now(build.options, self._ground.options, scope, entry.schema)
        try:
            builder: Builder[Any] = plugin(make(plugin.options_type(), options))
        except (TypeError, ValueError) as error:
            raise Stopped(Diagnostic("E808", str(error), self._ground.source.place)) from error
        return builder

    async def _step(self, section: str, work: Callable[[Telling], Awaitable[Any]]) -> Any:
        """Do a part of the builder's work as a step of the build; again, if somebody who is asked says so."""
        builder, place = self._ground.build.builder, self._ground.source.place
        while True:
            telling = self._teller.step(section.capitalize(), section, builder, place)
            try:
                done = await work(telling)
            except asyncio.CancelledError:
                telling.finished("cancelled")
                raise
            except Diverged as diverged:
                telling.finished("skipped", diverged.told)
                raise
            except (Failed, OSError) as error:
                telling.finished("failed", reason(error))
                message = f"the builder {builder!r} cannot {section}: {reason(error)}"
                hint = error.hint if isinstance(error, Failed) else None
                if not await self._again(telling, message):
                    raise Stopped(Diagnostic("E808", message, place, hint)) from error
            except Exception as error:
                telling.finished("failed", str(error))
                raise Stopped(mistake(error, place)) from error
            else:
                telling.finished("ok")
                return done

    async def _again(self, telling: Telling, message: str) -> bool:
        """Return whether what failed is to be tried again; somebody is asked if the run was started so."""
        if self._shop.on_error != "ask":
            return False
        answer = await ask(self._shop.asking, telling, f"{self._ground.build.name}: {message}")
        self._keeps = answer == "keep"
        return answer == "retry"

    async def _play(self, machine: Remembered) -> None:
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

    def _tasks(self, machine: Remembered) -> Tasks:
        shop, ground = self._shop, self._ground
        try:
            handlers = Handlers(ground.play, self._scopes)
        except ExpressionError as error:
            raise Stopped(error.diagnostic) from error
        includes = Includes(shop.world, shop.roles_path, shop.sources)
        reach = Reach(self._sessions.run_local, self._sessions.here, shop.commands.scratch, machine, machine.line)
        return Tasks(Tools(
            self._teller, self._scopes, self._memory, handlers, includes, reach, self._usual, self._again
        ))

    def _forces_handlers(self) -> bool:
        try:
            return flag(self._ground.play.keywords, "force_handlers", self._scopes.of(self._scopes.outermost("tasks")))
        except ExpressionError as error:
            raise Stopped(error.diagnostic) from error

    async def _after_error(self, stopped: Stopped, machine: Remembered) -> tuple[Diagnostic, ...]:
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

