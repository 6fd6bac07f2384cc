"""What people see while builds are made: a line for everything that happens, each with the build it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from runner.events.event import (
    ArtifactMade,
    ArtifactRemoved,
    BuildFinished,
    BuildStarted,
    CommandOutput,
    Event,
    FileChanged,
    ItemFinished,
    ManifestWritten,
    Progressed,
    RunFinished,
    RunInterrupted,
    RunStarted,
    Said,
    StepFinished,
    StepRetried,
    StepStarted,
)
from runner.reports.durations import readable
from runner.reports.progress import bar
from runner.reports.sizes import size

_COLORS = ("32", "36", "35", "34", "33")
"""Colours of builds, one after the other: green, cyan, magenta, blue, yellow."""
_RED = "31"
_SLOWEST = 20
"""How many of the steps that took longest are told, if any are."""
_OFTEN = 10.0
"""How often is told how far something is, in seconds."""
_DIFF = {"-": "31", "+": "32", "@": "36"}
_ENDINGS = ("ok", "changed", "skipped", "ignored", "failed", "cancelled")
_INTERRUPTS = {
    1: "stopping, and tidying up; once more says how it stands",
    2: "still tidying up; once more leaves everything as it is",
}


def without(made: Iterable[ArtifactMade], gone: ArtifactRemoved) -> list[ArtifactMade]:
    """Return artifacts but for the one that is gone."""
    wanted = (gone.build, gone.maker, gone.id, gone.description)
    return [each for each in made if (each.build, each.maker, each.id, each.description) != wanted]


class Console:
    """Writes to a terminal or a file. Pure: what it knows of a run it knows from its events."""

    def __init__(
        self, out: TextIO, *, color: bool = False, timestamps: bool = False, profile: bool = False
    ) -> None:
        self._out = out
        self._profile = profile
        self._roles: dict[tuple[str, int], str] = {}
        """Build and step -> the role that it is from."""
        self._took: list[tuple[float, str]] = []
        """How long each step took, and its name."""
        self._progressed: dict[tuple[str, int], float] = {}
        """Build and step -> when was last told how far it is."""
        self._color = color
        self._timestamps = timestamps
        self._colors: dict[str, str] = {}
        self._made: list[ArtifactMade] = []
        self._counts: dict[str, Counter[str]] = {}
        """Build -> how many of its steps ended how."""
        self._cached: Counter[str] = Counter()
        """Build -> how many of its steps were done by an earlier run."""

    def __str__(self) -> str:
        return "standard output"

    def __call__(self, event: Event) -> None:  # noqa: C901, PLR0912 - one case a kind of event
        """Tell of one event."""
        match event:
            case RunStarted():
                self._colors = {name: _COLORS[index % len(_COLORS)] for index, name in enumerate(event.builds)}
            case BuildStarted():
                self._title(event, event.build, f"started, with the builder {event.builder}")
            case StepStarted():
                role = f"{event.role} : " if event.role else ""
                self._roles[event.build, event.step] = role
                self._title(event, event.build, f"{role}{event.name}")
            case Said():
                self._text(event, event.build, event.text)
            case Progressed():
                self._progress(event)
            case CommandOutput():
                self._text(event, event.build, event.line, bad=event.stream == "stderr")
            case FileChanged():
                self._diff(event)
            case ItemFinished():
                self._outcome(event, event.build, f"{event.outcome} ({event.item})", event.message)
            case StepRetried():
                self._text(event, event.build, f"try {event.attempt} failed, {event.left} left: {event.message}")
            case StepFinished():
                self._count(event)
                self._step(event)
            case ArtifactMade():
                self._made.append(event)
            case ArtifactRemoved():
                self._made = without(self._made, event)
            case BuildFinished():
                self._build(event)
            case ManifestWritten():
                self._line(event, f"Manifest: {event.path}")
            case RunInterrupted():
                self._line(event, f"{event.signal}: {_INTERRUPTS.get(event.times, 'leaving')}", _RED)
            case RunFinished():
                self._run(event)

    def _count(self, event: StepFinished) -> None:
        """Count the step for the summary at the end."""
        self._counts.setdefault(event.build, Counter())["ignored" if event.ignored else event.outcome] += 1
        self._cached[event.build] += event.cached
        role = self._roles.pop((event.build, event.step), "")
        self._took.append((event.took, f"{event.build}: {role}{event.name}"))

    def _progress(self, event: Progressed) -> None:
        """Tell how far something is, if that has not been told just now."""
        key = (event.build, event.step)
        if event.at - self._progressed.setdefault(key, event.at) >= _OFTEN:
            self._progressed[key] = event.at
            self._text(event, event.build, bar(event))

    def _diff(self, event: FileChanged) -> None:
        for line in event.diff.split("\n"):
            color = _DIFF.get(line[:1]) if not line.startswith(("---", "+++")) else None
            self._line(event, f"    {event.build}: {line}", color or self._colors.get(event.build))

    def _step(self, event: StepFinished) -> None:
        took = "" if event.outcome == "skipped" else f" after {readable(event.took)}"
        told = f"{took}{', cached' * event.cached}{', which is ignored' * event.ignored}"
        self._outcome(event, event.build, f"{event.outcome}{told}", event.message)

    def _outcome(self, event: Event, build: str, outcome: str, message: str) -> None:
        bad, lines = outcome.startswith("failed"), message.split("\n")
        if len(lines) == 1:
            self._text(event, build, f"{outcome}: {message}" if message else outcome, bad=bad)
            return
        for text in (f"{outcome}:", *(f"  {line}" for line in lines)):
            self._text(event, build, text, bad=bad)

    def _build(self, event: BuildFinished) -> None:
        word = "finished" if event.outcome in ("ok", "changed") else event.outcome
        took = f" after {readable(event.took)}" if event.took else ""
        self._title(event, event.build, f"{word}{took}", _RED if event.outcome == "failed" else None)
        if event.outcome == "skipped":  # the reasons of other failures stand with their steps
            for failure in event.failures:
                self._text(event, event.build, failure.message, bad=True)

    def _run(self, event: RunFinished) -> None:
        counts = Counter(event.outcomes.values())
        words = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        bad = any(outcome in counts for outcome in ("failed", "cancelled"))
        self._line(event, "")
        self._line(event, f"==> Builds: {words or 'none'}; took {readable(event.took)}", _RED if bad else None)
        for build, found in self._counts.items():
            steps = ", ".join(f"{found[ending]} {ending}" for ending in _ENDINGS if found[ending])
            cached = f", {self._cached[build]} of them cached" if self._cached[build] else ""
            self._text(event, build, f"{steps} of {found.total()} steps{cached}", bad=bool(found["failed"]))
        if self._profile:
            self._line(event, "==> Slowest steps:")
            for took, name in sorted(self._took, reverse=True)[:_SLOWEST]:
                self._line(event, f"    {readable(took):>8}  {name}")
        for made in (each for each in self._made if each.made):
            text = made.description or ", ".join(file.path for file in made.files) or made.id
            large = made.size if made.size is not None else sum(file.size for file in made.files)
            shown = f" ({size(large)})" if made.files or large else ""
            self._line(event, f"--> {made.build}: {text}{shown}", self._colors.get(made.build))

    def _title(self, event: Event, build: str, text: str, color: str | None = None) -> None:
        self._line(event, f"==> {build}: {text}", f"1;{color or self._colors.get(build, '0')}")

    def _text(self, event: Event, build: str, text: str, *, bad: bool = False) -> None:
        self._line(event, f"    {build}: {text}", _RED if bad else self._colors.get(build))

    def _line(self, event: Event, text: str, color: str | None = None) -> None:
        text = self._in_color(text, color)
        if self._timestamps:
            text = f"{datetime.fromtimestamp(event.at).astimezone().isoformat(timespec='seconds')}: {text}"
        self._out.write(f"{text}\n")
        self._out.flush()

    def _painted(self, text: str, build: str) -> str:
        """Return a text in the colour of its build."""
        return self._in_color(text, self._colors.get(build))

    def _in_color(self, text: str, color: str | None) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self._color and color and text else text
