"""What people see at a terminal: a line for every step that is done, and below them what is being done."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
import unicodedata
from collections import deque
from typing import TextIO

from runner.events.event import (
    BuildFinished,
    BuildStarted,
    CommandOutput,
    Event,
    ItemFinished,
    Progressed,
    RunFinished,
    RunStarted,
    Said,
    StepFinished,
    StepStarted,
)
from runner.reports.console import Console
from runner.reports.durations import readable
from runner.reports.progress import bar

_TICK = 0.5
"""How often the running times are drawn again, in seconds."""
_SHOWN = 8
"""How many running builds are shown at most."""
_KEPT = 200
"""How many lines of a step's output are kept, to be shown if it fails."""
_CONTROLS = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
"""What would move the cursor, colour the rest, or change the terminal: a command may write anything."""


class Live(Console):
    """Writes to a terminal. What commands say is shown when their step fails, and else only if ``verbose``."""

    def __init__(
        self, out: TextIO, *, color: bool = False, timestamps: bool = False, verbose: bool = False,
        profile: bool = False,
    ) -> None:
        super().__init__(out, color=color, timestamps=timestamps, profile=profile)
        self._verbose = verbose
        self._doing: dict[str, tuple[str, float]] = {}
        """Running build -> what it does, and since when."""
        self._steps: dict[str, StepStarted] = {}
        self._output: dict[str, deque[Event]] = {}
        self._left_out: dict[str, int] = {}
        """Build -> how many lines of the running step's output are no longer kept."""
        self._asking: set[str] = set()
        """The builds that wait for an answer: while somebody may be typing nothing is drawn."""
        self._drawn = 0
        """How many lines of what is being done stand below."""
        self._ticker: asyncio.TimerHandle | None = None

    def __call__(self, event: Event) -> None:
        """Tell of one event."""
        if isinstance(event, CommandOutput | ItemFinished) and not self._verbose:
            self._keep(event)
            return
        self._clear()
        self._follow(event)
        if isinstance(event, Progressed) or (isinstance(event, StepStarted) and not self._verbose):
            pass  # it stands below, and a line is written when it is done
        elif isinstance(event, StepFinished) and not self._verbose:
            self._done(event)
        else:
            super().__call__(event)
        self._draw()

    def _follow(self, event: Event) -> None:
        """Note what is being done, and by whom an answer is awaited."""
        build = getattr(event, "build", "")
        self._asking.discard(build)
        match event:
            case RunStarted():
                self._tick()
            case BuildStarted():
                self._doing[build] = (build, event.at)
            case StepStarted():
                self._doing[build] = (f"{build}: {_named(event)}", event.at)
                self._steps[build] = event
                self._roles[build, event.step] = f"{event.role} : " if event.role else ""
                self._output[build], self._left_out[build] = deque(maxlen=_KEPT), 0
            case Progressed():
                self._doing[build] = (f"{build}: {bar(event)}", self._doing[build][1])
            case StepFinished():
                self._doing[build] = (build, event.at)
            case Said(asks=True):
                self._asking.add(build)
            case BuildFinished():
                self._doing.pop(build, None)
            case RunFinished():
                self._doing.clear()
                if self._ticker is not None:
                    self._ticker.cancel()
            case _:
                pass

    def _keep(self, event: CommandOutput | ItemFinished) -> None:
        kept = self._output.setdefault(event.build, deque(maxlen=_KEPT))
        if len(kept) == _KEPT:
            self._left_out[event.build] = self._left_out.get(event.build, 0) + 1
        kept.append(event)

    def _done(self, event: StepFinished) -> None:
        """Tell how a step ended: in one line if all is well, with its output if not."""
        started, build = self._steps.pop(event.build), event.build
        if event.outcome == "failed" and not event.ignored:
            super().__call__(started)
            if left_out := self._left_out[build]:
                self._text(event, build, f"({left_out} lines before these are left out; --verbose shows all)")
            for each in self._output[build]:
                super().__call__(each)
            super().__call__(event)
            return
        self._count(event)
        took = "" if event.outcome == "skipped" else f" after {readable(event.took)}"
        message = event.message.split("\n")[0] if event.section != "post_processors" else ""
        told = f"{', cached' * event.cached}{', which is ignored' * event.ignored}{f': {message}' if message else ''}"
        self._title(event, build, f"{_named(started)}: {event.outcome}{took}{told}")

    def _line(self, event: Event, text: str, color: str | None = None) -> None:
        super()._line(event, tame(text), color)

    def _tick(self) -> None:
        """Draw again from time to time; a terminal that is gone is left alone."""
        try:
            self._clear()
            self._draw()
        except OSError:
            return
        self._ticker = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _clear(self) -> None:
        if self._drawn:
            self._out.write(f"\x1b[{self._drawn}F\x1b[J")
            self._drawn = 0

    def _draw(self) -> None:
        """Write what is being done below everything else; lines are cut, for a wrapped one could not be cleared."""
        if self._asking:
            return
        now, size = time.time(), shutil.get_terminal_size()
        room = max(1, min(_SHOWN, size.lines - 2))
        lines = []
        for build, (text, since) in list(self._doing.items())[:room]:
            took = f" ({readable(max(now - since, 0))})"
            lines.append(self._painted(cut(f"... {tame(text)}", size.columns - 1 - len(took)) + took, build))
        if len(self._doing) > room:
            lines.append(f"... and {len(self._doing) - room} more")
        self._out.write("".join(f"{line}\n" for line in lines))
        self._drawn = len(lines)
        self._out.flush()


def _named(step: StepStarted) -> str:
    return f"{step.role} : {step.name}" if step.role else step.name


def tame(text: str) -> str:
    """Return a text without what does something to a terminal; of a line written over and over, how it was last."""
    line = text.rstrip("\r")
    return _CONTROLS.sub("", line[line.rfind("\r") + 1 :])


def cut(text: str, width: int) -> str:
    """Return as much of a text as stands in ``width`` columns of a terminal."""
    used = 0
    for index, character in enumerate(text):
        used += 0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        if used > width:
            return text[:index]
    return text
