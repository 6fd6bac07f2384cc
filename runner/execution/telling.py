"""Tell what a build does: its steps, numbered, as events."""

from __future__ import annotations

from itertools import count
from time import monotonic
from typing import Literal

from runner.events.bus import Bus
from runner.events.event import (
    CommandOutput,
    FileChanged,
    FileRead,
    ItemFinished,
    Outcome,
    Progressed,
    Said,
    StepFinished,
    StepRetried,
    StepStarted,
)
from runner.text import Span

_HIDDEN = "hidden by no_log"


class Teller:
    """Numbers the steps of one build."""

    def __init__(self, bus: Bus, build: str) -> None:
        self.bus = bus
        self.build = build
        self._numbers = count(1)

    def step(self, name: str, section: str, module: str, place: Span, role: str | None = None) -> Telling:
        """Tell that a step begins; return what tells the rest of it."""
        number = next(self._numbers)
        where = f"{place.file.path}:{place.line}"
        self.bus.emit(StepStarted(self.build, number, name, section, module, where, role))
        return Telling(self.bus, self.build, number, name, section, where)


class Telling:
    """Tells what happens in one step. ``hidden`` says that nobody may see what it works with."""

    def __init__(self, bus: Bus, build: str, number: int, name: str, section: str, place: str) -> None:
        self._bus = bus
        self._build = build
        self._number = number
        self.name = name
        self._section = section
        self.place = place
        """``path:line`` of the text that asks for it."""
        self._began = monotonic()
        self.hidden = False
        self.cached = False
        """Whether what the step is for was done by an earlier run."""
        self.reason = ""
        """Why it was not."""

    def silenced(self) -> Telling:
        """Return what tells nobody, for work that goes on when the step is over."""
        return Telling(Bus(), self._build, self._number, self.name, self._section, self.place)

    def said(self, text: str) -> None:
        """Tell a line of the step's own."""
        self._bus.emit(Said(self._build, self._number, self._shown(text)))

    def progressed(self, what: str, done: int, total: int | None) -> None:
        """Tell how far something is."""
        self._bus.emit(Progressed(self._build, self._number, self._shown(what), done, total))

    def read(self, path: str) -> None:
        """Tell which file of this computer the step works with."""
        self._bus.emit(FileRead(self._build, self._number, path))

    def asked(self, text: str) -> None:
        """Put a question, whose answer is typed next."""
        self._bus.emit(Said(self._build, self._number, self._shown(text), asks=True))

    def output(self, stream: Literal["stdout", "stderr"], line: str) -> None:
        """Tell a line that a command wrote."""
        if not self.hidden:
            self._bus.emit(CommandOutput(self._build, self._number, stream, line))

    def changes(self, path: str, diff: str) -> None:
        """Tell what becomes of a file of the machine."""
        if not self.hidden:
            self._bus.emit(FileChanged(self._build, self._number, path, diff))

    def item(self, label: str, outcome: Outcome, message: str) -> None:
        """Tell how it went with one item of a loop."""
        self._bus.emit(ItemFinished(self._build, self._number, self._shown(label), outcome, self._shown(message)))

    def retried(self, attempt: int, left: int, message: str) -> None:
        """Tell that there will be another try."""
        self._bus.emit(StepRetried(self._build, self._number, attempt, left, self._shown(message)))

    def finished(self, outcome: Outcome, message: str = "", *, ignored: bool = False) -> None:
        """Tell how the step ended."""
        took = round(monotonic() - self._began, 6)
        self._bus.emit(StepFinished(
            self._build, self._number, self.name, self._section, outcome, took, self._shown(message), ignored,
            self.cached, self.reason,
        ))

    def _shown(self, text: str) -> str:
        return _HIDDEN if self.hidden and text else text
