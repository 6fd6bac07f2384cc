"""What people see at a terminal: a line for every step that is done, and below them what is being done."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import deque
from typing import TextIO

from runner.events.event import (
    BuildFinished,
    CommandOutput,
    Event,
    ItemFinished,
    RunFinished,
    RunStarted,
    Said,
    StepFinished,
    StepStarted,
)
from runner.reports.console import Console
from runner.reports.durations import readable

_TICK = 0.5
"""How often the running times are drawn again, in seconds."""
_SHOWN = 8
"""How many running builds are shown at most."""
_KEPT = 200
"""How many lines of a step's output are kept, to be shown if it fails."""


class Live(Console):
    """Writes to a terminal. What commands say is shown when their step fails, and else only if ``verbose``."""

    def __init__(
        self, out: TextIO, *, color: bool = False, timestamps: bool = False, verbose: bool = False
    ) -> None:
        super().__init__(out, color=color, timestamps=timestamps)
        self._verbose = verbose
        self._running: dict[str, StepStarted] = {}
        self._output: dict[str, deque[Event]] = {}
        self._drawn = 0
        """How many lines of what is being done stand below."""
        self._asking = False
        """Whether somebody may be typing: then nothing is drawn."""
        self._ticker: asyncio.TimerHandle | None = None

    def __call__(self, event: Event) -> None:
        """Tell of one event."""
        self._clear()
        match event:
            case RunStarted():
                super().__call__(event)
                self._tick()
            case StepStarted():
                self._running[event.build] = event
                self._output[event.build] = deque(maxlen=_KEPT)
                if self._verbose:
                    super().__call__(event)
            case CommandOutput() | ItemFinished() if not self._verbose:
                self._output.setdefault(event.build, deque(maxlen=_KEPT)).append(event)
            case StepFinished():
                self._done(event)
            case _:
                self._asking = isinstance(event, Said)
                super().__call__(event)
        if isinstance(event, BuildFinished):
            self._running.pop(event.build, None)
        if isinstance(event, RunFinished) and self._ticker is not None:
            self._ticker.cancel()
            return
        self._draw()

    def _done(self, event: StepFinished) -> None:
        """Tell how a step ended: in one line if all is well, with its output if not."""
        self._asking = False
        started = self._running.pop(event.build, None)
        if started is not None and not self._verbose:
            failed = event.outcome == "failed" and not event.ignored
            if failed:
                super().__call__(started)
                for each in self._output.pop(event.build, ()):
                    super().__call__(each)
            else:
                role = f"{started.role} : " if started.role else ""
                self._count(event)
                self._brief(event, f"{role}{event.name}")
                return
        super().__call__(event)

    def _brief(self, event: StepFinished, name: str) -> None:
        took = "" if event.outcome == "skipped" else f" after {readable(event.took)}"
        message = event.message.split("\n")[0] if event.section != "post_processors" else ""
        told = f": {message}" if message else ""
        self._title(event, event.build, f"{name}: {event.outcome}{took}{', which is ignored' * event.ignored}{told}")

    def _tick(self) -> None:
        """Draw again from time to time."""
        self._clear()
        self._draw()
        self._ticker = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _clear(self) -> None:
        if self._drawn:
            self._out.write(f"\x1b[{self._drawn}F\x1b[J")
            self._drawn = 0

    def _draw(self) -> None:
        """Write what is being done below everything else; lines are cut, for a wrapped one could not be cleared."""
        if self._asking:
            return
        now, width = time.time(), shutil.get_terminal_size().columns
        running = list(self._running.items())
        for build, step in running[:_SHOWN]:
            role = f"{step.role} : " if step.role else ""
            text = f"... {build}: {role}{step.name} ({readable(max(now - step.at, 0))})"[: width - 1]
            self._out.write(f"{self._painted(text, build)}\n")
        self._drawn = min(len(running), _SHOWN)
        if len(running) > _SHOWN:
            self._out.write(f"... and {len(running) - _SHOWN} more\n")
            self._drawn += 1
        self._out.flush()
