"""What stands on a terminal, by a small one of our own that knows as much as is written to it."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterable

import pytest

from runner.events.event import (
    BuildFinished,
    BuildStarted,
    CommandOutput,
    Event,
    Progressed,
    RunFinished,
    RunStarted,
    Said,
    StepFinished,
    StepStarted,
)
from runner.reports.live import Live, cut, tame

NOW = 4_000_000_000.0
"""A time to come: what began then has taken 0 ms."""
_PIECES = re.compile(r"\x1b\[(\d*)([A-Za-z])|\n|[^\x1b\n]+")


class Screen(io.StringIO):
    """A terminal."""

    def shown(self) -> list[str]:
        """Return the lines that stand on it."""
        lines, row = [""], 0
        for piece in _PIECES.finditer(self.getvalue()):
            count, command = piece[1], piece[2]
            if command == "F":
                row -= int(count)
            elif command == "J":
                lines[row:] = [""]
            elif command != "m":
                assert command is None, f"this terminal knows no {command}"
                if piece[0] == "\n":
                    row += 1
                    lines += [""] * (row + 1 - len(lines))
                else:
                    lines[row] += piece[0]
        return lines[:-1]


def started(build: str, step: int, name: str, role: str | None = None) -> StepStarted:
    return StepStarted(build, step, name, "tasks", "debug", "p.yml:1", role, at=NOW)


def told(events: Iterable[Event], **settings: bool) -> list[str]:
    screen = Screen()

    async def main() -> None:
        live = Live(screen, **settings)
        for event in events:
            live(event)

    asyncio.run(main())
    return screen.shown()


@pytest.fixture(autouse=True)
def _size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "10")


BEGUN: list[Event] = [
    RunStarted("r", "p.yml", ("a", "b")), BuildStarted("a", "file", at=NOW), BuildStarted("b", "file", at=NOW),
    started("a", 1, "One", "web"), CommandOutput("a", 1, "stdout", "quiet"),
]
HEAD = ["==> a: started, with the builder file", "==> b: started, with the builder file"]


def test_a_line_for_each_running_build_stands_at_the_bottom() -> None:
    assert told(BEGUN) == [*HEAD, "... a: web : One (0 ms)", "... b (0 ms)"]
    done = [*BEGUN, StepFinished("a", 1, "One", "tasks", "changed", 1.0), started("a", 2, "Two")]
    assert told(done) == [*HEAD, "==> a: web : One: changed after 1.0 s", "... a: Two (0 ms)", "... b (0 ms)"]


def test_output_is_shown_when_a_step_fails() -> None:
    failed = [*BEGUN, StepFinished("a", 1, "One", "tasks", "failed", 1.0, "broken"), BuildFinished("a", "failed", 1.0)]
    assert told(failed) == [
        *HEAD, "==> a: web : One", "    a: quiet", "    a: failed after 1.0 s: broken", "==> a: failed after 1.0 s",
        "... b (0 ms)",
    ]


def test_of_much_output_the_last_lines_are_shown() -> None:
    much = [CommandOutput("a", 1, "stdout", str(number)) for number in range(250)]
    lines = told([*BEGUN, *much, StepFinished("a", 1, "One", "tasks", "failed", 1.0)])
    assert "    a: (51 lines before these are left out; --verbose shows all)" in lines
    assert "    a: 49" not in lines
    assert lines.index("    a: 249") - lines.index("    a: 50") == 199


def test_output_is_shown_at_once_when_asked_for() -> None:
    assert told(BEGUN, verbose=True) == [
        *HEAD, "==> a: web : One", "    a: quiet", "... a: web : One (0 ms)", "... b (0 ms)",
    ]


def test_nothing_is_drawn_over_what_somebody_types() -> None:
    asked = [*BEGUN, Said("a", 1, "Your name?", asks=True), started("b", 1, "Else")]
    assert told(asked) == [*HEAD, "    a: Your name?"]
    answered = [*asked, StepFinished("a", 1, "One", "tasks", "ok", 1.0)]
    assert told(answered)[-1] == "... b: Else (0 ms)"
    said = [*BEGUN, Said("a", 1, "Pulling")]
    assert told(said)[-3:] == ["    a: Pulling", "... a: web : One (0 ms)", "... b (0 ms)"]


def test_in_the_end_nothing_stands_below() -> None:
    lines = told([*BEGUN, RunFinished("r", 1.0, {"a": "cancelled", "b": "cancelled"})])
    assert not any(line.startswith("...") for line in lines)


def test_more_builds_than_there_is_room_for() -> None:
    names = [f"b{number}" for number in range(12)]
    lines = told([RunStarted("r", "p.yml", tuple(names)), *(BuildStarted(name, "file", at=NOW) for name in names)])
    assert lines[-2:] == ["... b7 (0 ms)", "... and 4 more"]


def test_lines_are_cut_to_the_width_of_the_terminal() -> None:
    lines = told([*BEGUN, started("a", 2, "日本" * 40), started("b", 1, "x" * 100)])
    assert lines[-2] == f"... a: {'日本' * 11} (0 ms)"
    assert lines[-1] == f"... b: {'x' * 45} (0 ms)"


def test_colours_go_to_the_end_of_their_line() -> None:
    screen = Screen()

    async def main() -> None:
        live = Live(screen, color=True)
        for event in BEGUN:
            live(event)

    asyncio.run(main())
    assert "\x1b[32m... a: web : One (0 ms)\x1b[0m\n" in screen.getvalue()
    assert screen.shown()[-1] == "... b (0 ms)"


TAMED = {
    "10%\r50%\rdone": "done", "done\r": "done", "\x1b[31mred\x1b[0m": "red", "\x1b]0;title\x07x": "x", "a\tb": "a\tb",
    "\x1b[2J\x1b[Hgone": "gone", "bell\x07": "bell", "\x9b31mx": "31mx", "é 日": "é 日", "": "",
}


@pytest.mark.parametrize(("written", "shown"), TAMED.items())
def test_what_a_command_writes_does_nothing_to_the_terminal(written: str, shown: str) -> None:
    assert tame(written) == shown


@pytest.mark.parametrize(("width", "shown"), [(9, "e\u0301a日b"), (4, "e\u0301a日"), (3, "e\u0301a"), (0, "")])
def test_cutting(width: int, shown: str) -> None:
    assert cut("e\u0301a日b", width) == shown


def test_how_far_something_is_stands_below() -> None:
    events = [*BEGUN, Progressed("a", 1, "a.iso", 1_000_000), Progressed("a", 1, "a.iso", 30_000_000, 100_000_000)]
    assert told(events)[-2:] == [
        "... a: a.iso: [###.......] 30%, 30.0 of 100.0 MB (0 ms)", "... b (0 ms)",
    ]
    assert told(events[:-1])[-2] == "... a: a.iso: 1.0 MB (0 ms)"
    assert told([*events, StepFinished("a", 1, "One", "tasks", "ok", 1.0)])[-2] == "... a (0 ms)"
