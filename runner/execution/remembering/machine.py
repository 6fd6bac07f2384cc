"""A build's machine: launched when it is needed, from what is nearest to where it has to be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from runner.diagnostics import Diagnostic
from runner.execution.remembering.checkpoints import Checkpoints
from runner.execution.remembering.images import Images
from runner.execution.remembering.kit import Kit
from runner.execution.remembering.line import Line
from runner.execution.remembering.rule import USUAL, Rule
from runner.execution.remembering.steps import Step, differs
from runner.execution.remembering.track import Track
from runner.execution.sessions import Sessions
from runner.execution.stop import Diverged, Unlaunched, reason
from runner.execution.telling import Telling
from runner.sdk import Artifact, Builder, Checkpoint, Communicator, Failed, Machine, Origin
from runner.text import Span

_FORMAT = 1
"""Part of every origin; raised when the way from an operation to its effect changes."""
_NO_MACHINE = Failed("there is no machine to do this on", "use shell_local, or a builder that makes a machine")


class Remembered:
    """A machine, and what is remembered of it."""

    def __init__(
        self, builder: Builder[Any], sessions: Sessions, kit: Kit, place: Span, *, has_line: bool,
        lenient: bool = False,
    ) -> None:
        self._builder = builder
        self._sessions = sessions
        self._kit = kit
        self._place = place
        self._lenient = lenient
        """Whether no image is made of the machine, so that what it says on the way does not matter."""
        self._track = Track(kit)
        self._origin: Origin | None = None
        self._machine: Machine | None = None
        self._half_way = False
        """Whether a machine was launched and could not be brought to where it has to be."""
        self._telling: Telling | None = None
        self._counts = [0, 0]
        """How often the task at work was answered without a machine, and by one."""
        self.why = "after what was done anew"
        """Why the machine is asked, once it is there."""
        self._why = ""
        """Why the task at work needed one."""
        self.reused = False
        """Whether the image is one that an earlier run has made."""
        self.remembered: dict[str, float] = {}
        """The places of the tasks that the next build need not do again, and since when what they say is known."""
        self._checkpoints = Checkpoints(builder, kit)
        self._images = Images(builder, kit)
        self._line = Line(self, self._track) if has_line else None
        self._deadline: asyncio.Timeout | None = None
        """When the work must be done that may need the machine."""

    @property
    def line(self) -> Communicator | None:
        """The line to the machine, if there can be one."""
        return self._line

    @property
    def live(self) -> bool:
        """Whether the machine is there."""
        return self._machine is not None or self._half_way

    @property
    def is_remembered(self) -> bool:
        """Whether anything is remembered of it."""
        return self._origin is not None

    @property
    def beginning(self) -> str:
        """The digest of what the machine begins with."""
        return self._track.origin

    @property
    def seen(self) -> Mapping[str, str]:
        """What was seen of the machine's base."""
        return {} if self._origin is None else self._origin.seen

    async def begin(
        self, telling: Telling, *, unremembered: str | None, former: Callable[[], str | None]
    ) -> None:
        """Find out what the machine will be, and launch it unless something is known of it. Raises ``Failed``.

        With ``unremembered``, which is the reason, nothing is. ``former`` returns the digest of what the machine of the
        last build began with.
        """
        self._telling = telling
        session = self._sessions.of(telling)
        self._origin = None if unremembered else await self._builder.origin(session)
        if self._origin is None:
            self._track.end(unremembered or f"the builder {self._builder.name!r} cannot tell what its machine will be")
        else:
            self._track.begin(self._kit.prints.of(_FORMAT, self._builder.name, self._origin.identity))
            if self._track.is_known:
                telling.cached = True
                self._sessions.expect(self._origin.about)
                return
            if former() not in (None, self.beginning):
                telling.reason = "its base is another one than in the last build, or the builder's options are"
                telling.said(f"The machine is made anew: {telling.reason}")
        self.why = self._track.ended or "nothing was remembered of such a machine"
        await self._launch()
        if self._machine is not None and self._machine.communicator is None:
            self._line = None

    def turn(self, telling: Telling) -> None:
        """Let a task work with the machine."""
        self._telling = self._track.task = telling
        self.rule = USUAL
        self._track.oldest = time.time()
        self._counts = [0, 0]
        self._why = ""

    @property
    def rule(self) -> Rule:
        """How the task at work is remembered."""
        return self._track.rule

    @rule.setter
    def rule(self, rule: Rule) -> None:
        self._track.rule = rule

    @contextmanager
    def within(self, deadline: asyncio.Timeout) -> Iterator[None]:
        """Have work done by a deadline; to launch the machine is no part of the work."""
        former, self._deadline = self._deadline, deadline
        try:
            yield
        finally:
            self._deadline = former

    def done(self, telling: Telling, *, kept: bool) -> None:
        """Note that a task has ended; ``kept`` says whether what it was answered is kept."""
        telling.cached = self._counts[0] > 0 and self._counts[1] == 0
        telling.reason = self._why
        if kept:
            self._track.keep()
        else:
            self._track.drop()
        if self._track.ended is None:
            self.remembered[telling.place] = self._track.oldest

    async def rest(self) -> None:
        """Keep the machine as it is after a task, if that is worth it."""
        if self._machine is None or self._telling is None or self._track.ended is not None:
            return
        session = replace(self._sessions.of(self._telling), origin=self._origin)
        try:
            with self._untimed():
                other = await self._checkpoints.made(session, self._machine, self._track.state, self.rule.checkpoint)
        except Failed as failed:
            raise self._unlaunched(str(failed), failed.hint) from failed
        if other is not None:
            self._machine = other
            self._sessions.know(other)

    def answered(self) -> None:
        """Note that something was answered without a machine."""
        self._counts[0] += 1

    async def launched(self) -> Communicator:
        """Return the line to the machine, which is launched if it is not there. Raises ``Failed``."""
        self._counts[1] += 1
        self._why = self._why or self._track.reason
        await self.needed()
        assert self._machine is not None
        if self._machine.communicator is None:
            raise _NO_MACHINE
        return self._machine.communicator

    async def needed(self) -> None:
        """Launch the machine if it is not there. Raises ``Unlaunched``, which no task can mend."""
        if self._machine is not None:
            return
        if self._half_way:
            raise self._unlaunched("the machine could not be brought to where the build has come to")
        try:
            with self._untimed():
                await self._launch()
        except (Failed, OSError) as error:
            hint = error.hint if isinstance(error, Failed) else None
            raise self._unlaunched(reason(error), hint) from error

    async def captured(self, telling: Telling) -> Artifact:
        """Return the image: one that was made of this very machine earlier, or a new one. Raises ``Failed``."""
        self._telling = telling
        session = replace(self._sessions.of(telling), origin=self._origin)
        key = None
        if self._origin is not None and self._track.ended is None:
            key = self._kit.prints.of(self._track.state, "image", self._origin.result)
            if self._machine is None and (found := await self._images.found(session, key)) is not None:
                telling.cached = self.reused = True
                self._track.keep()
                self._sessions.know(Machine("", None, {**self._origin.about, **found.about}))
                return found.artifact
        if self._machine is None:
            await self._launch()
        assert self._machine is not None
        artifact = await self._builder.capture(session, self._machine)
        if key is not None:
            self._track.keep()
            await self._images.keep(key, artifact, self._machine)
        return artifact

    async def _launch(self) -> None:
        """Launch the machine, and bring it to where the build has come to. Raises ``Failed``."""
        assert self._telling is not None
        session = replace(self._sessions.of(self._telling), origin=self._origin)
        began = time.monotonic()
        machine, left = await self._nearest(session)
        self._half_way = True
        await self._caught_up(machine, left)
        self._half_way = False
        self._machine = machine
        self._checkpoints.since = began
        self._sessions.know(machine)

    async def _nearest(self, session: Any) -> tuple[Machine, list[Step]]:
        """Return a machine from the nearest checkpoint, or from the origin, and what is yet to be done to it."""
        walked = self._track.walked
        for number in range(len(walked), 0, -1):
            checkpoint = await self._checkpoints.found(walked[number - 1].after)
            if checkpoint is None:
                continue
            try:
                machine = await self._begun(session, checkpoint)
            except Failed as failed:
                session.say(f"A checkpoint cannot be used: {failed}")
                self._checkpoints.forget(walked[number - 1].after)
            else:
                return machine, walked[number:]
        return await self._builder.launch(session), walked

    async def _begun(self, session: Any, checkpoint: Checkpoint) -> Machine:
        session.say("Going on from a checkpoint")
        return await self._builder.launch(replace(session, checkpoint=checkpoint))

    async def _caught_up(self, machine: Machine, steps: list[Step]) -> None:
        """Do to a machine what was answered without one. Raises ``Failed``."""
        if not steps:
            return
        line = machine.communicator
        if line is None:
            raise _NO_MACHINE
        assert self._telling is not None
        tasks = len({each.task.place for each in steps if each.task is not None})
        counted = f"{len(steps)} command{'s' * (len(steps) > 1)} of {tasks} task{'s' * (tasks > 1)}"
        self._telling.said(f"Catching up: {counted} done again")
        for number, step in enumerate(steps):
            try:
                answer = await step.again(line)
            except Failed as failed:
                answer = failed
            if differs(step, answer, steps[number + 1 :], lenient=self._lenient):
                self._track.distrust(step)
                name = step.task.name if step.task is not None else ""
                message = f"the task {name!r}, done again, has not ended as it is remembered"
                raise Diverged(Diagnostic("E815", message, self._place))

    def _unlaunched(self, why: str, hint: str | None = None) -> Unlaunched:
        message = f"the builder {self._builder.name!r} cannot launch: {why}"
        return Unlaunched(Diagnostic("E808", message, self._place, hint))

    @contextmanager
    def _untimed(self) -> Iterator[None]:
        """Stop the clock by which a task's work must be done."""
        deadline, now = self._deadline, asyncio.get_running_loop().time
        when = None if deadline is None else deadline.when()
        if deadline is None or when is None:
            yield
            return
        left = when - now()
        deadline.reschedule(None)
        try:
            yield
        finally:
            if not deadline.expired():
                deadline.reschedule(now() + left)
