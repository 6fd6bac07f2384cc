from __future__ import annotations

import io

import pytest

from runner.events.event import (
    ArtifactMade,
    BuildFinished,
    BuildStarted,
    CommandOutput,
    Event,
    MadeFile,
    Progressed,
    RunFinished,
    RunInterrupted,
    RunStarted,
    StepFinished,
    StepStarted,
)
from runner.reports.console import Console
from runner.reports.durations import readable, spelled_out

EVENTS: list[Event] = [
    RunStarted("r", "p.yml", ("a", "b")),
    BuildStarted("a", "file"),
    BuildStarted("b", "file"),
    StepStarted("b", 1, "Work", "tasks", "debug", "p.yml:3", "web"),
    CommandOutput("b", 1, "stderr", "oh"),
    StepFinished("b", 1, "Work", "tasks", "failed", 61, "no\ngood"),
    BuildFinished("b", "failed", 62),
    ArtifactMade("a", "file", "File", "a file", (MadeFile("out/a", 1_200), MadeFile("out/b", 34))),
    ArtifactMade("b", "null", "Null", "nothing", made=False),
    BuildFinished("a", "ok", 0.5),
    RunInterrupted("SIGINT", 1),
    RunFinished("r", 3725, {"a": "ok", "b": "failed"}),
]
PLAIN = """\
==> a: started, with the builder file
==> b: started, with the builder file
==> b: web : Work
    b: oh
    b: failed after 1 min 1 s:
    b:   no
    b:   good
==> b: failed after 1 min 2 s
==> a: finished after 500 ms
SIGINT: stopping, and tidying up; once more says how it stands

==> Builds: 1 ok, 1 failed; took 1 h 2 min 5 s
    b: 1 failed of 1 steps
--> a: a file (1.2 kB)
"""


def shown(*, color: bool = False, timestamps: bool = False) -> str:
    out = io.StringIO()
    console = Console(out, color=color, timestamps=timestamps)
    for event in EVENTS:
        console(event)
    return out.getvalue()


def test_what_people_see() -> None:
    assert shown() == PLAIN


def test_colours_tell_builds_and_failures_apart() -> None:
    lines = shown(color=True).splitlines()
    assert lines[0] == "\x1b[1;32m==> a: started, with the builder file\x1b[0m"
    assert lines[1] == "\x1b[1;36m==> b: started, with the builder file\x1b[0m"
    assert lines[3] == "\x1b[31m    b: oh\x1b[0m"
    assert lines[10] == ""


def test_each_line_has_its_time_when_asked_for() -> None:
    for line in shown(timestamps=True).splitlines():
        assert line[4] == line[7] == "-"
        assert line[10] == "T"


DURATIONS = [
    (0, "0 ms", "0 seconds"), (0.0004, "0 ms", "400 microseconds"), (1, "1.0 s", "1 second"),
    (0.0123, "12 ms", "12 milliseconds 300 microseconds"), (59.94, "59.9 s", "59 seconds 940 milliseconds"),
    (62.5, "1 min 2 s", "1 minute 2 seconds"), (3600, "1 h", "1 hour"), (7325, "2 h 2 min 5 s", "2 hours 2 minutes"),
]


@pytest.mark.parametrize(("seconds", "short", "long"), DURATIONS)
def test_lengths_of_time(seconds: float, short: str, long: str) -> None:
    assert (readable(seconds), spelled_out(seconds)) == (short, long)


def test_the_slowest_steps_are_told() -> None:
    out = io.StringIO()
    console = Console(out, profile=True)
    for event in (
        StepStarted("a", 1, "Quick", "tasks", "debug", "p.yml:3"), StepFinished("a", 1, "Quick", "tasks", "ok", 0.1),
        StepStarted("a", 2, "Slow", "tasks", "debug", "p.yml:4", "web"),
        StepFinished("a", 2, "Slow", "tasks", "ok", 70),
        RunFinished("r", 71, {"a": "ok"}),
    ):
        console(event)
    assert out.getvalue().endswith("""\
==> Slowest steps:
    1 min 10 s  a: web : Slow
      100 ms  a: Quick
""")


def test_how_far_something_is_is_told_from_time_to_time() -> None:
    out = io.StringIO()
    console = Console(out)
    for second in range(25):
        console(Progressed("a", 1, "a.iso", second * 1_000_000, 24_000_000, at=1000.0 + second))
    console(Progressed("a", 1, "b.iso", 5_000_000, at=1030.0))
    assert out.getvalue().splitlines() == [
        "    a: a.iso: [####......] 42%, 10.0 of 24.0 MB", "    a: a.iso: [########..] 83%, 20.0 of 24.0 MB",
        "    a: b.iso: 5.0 MB",
    ]
