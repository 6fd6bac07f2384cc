from __future__ import annotations

import io
import json
from dataclasses import MISSING, fields
from typing import Any

import jsonschema
import pytest

from runner.events import event as events
from runner.events.event import ArtifactMade, CommandOutput, Event, Failure, MadeFile, StepStarted
from runner.reports.jsonl import JsonLines, encoded
from runner.schema.published import published

KINDS = [each for each in vars(events).values() if isinstance(each, type) and issubclass(each, Event)][1:]
SAMPLES: dict[str, Any] = {
    "str": "text", "int": 1, "float": 1.5, "bool": True, "str | None": None, "int | None": 2,
    "tuple[str, ...]": ("a", "b"),
    "Outcome": "changed", "tuple[MadeFile, ...]": (MadeFile("a", 1),), "dict[str, Outcome]": {"a": "ok"},
    "tuple[Failure, ...]": (Failure("E802", "no", "p.yml:1:1"),), "Literal['stdout', 'stderr']": "stderr",
}
"""A value of each type that an event's field has."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("full", [True, False], ids=["all fields", "required ones"])
def test_every_event_fits_the_schema(kind: type[Event], full: bool) -> None:  # noqa: FBT001 - a table's column
    wanted = [each for each in fields(kind) if each.name != "at"]
    kept = [each for each in wanted if full or (each.default is MISSING and each.default_factory is MISSING)]
    made = kind(**{each.name: SAMPLES[str(each.type)] for each in kept})
    line = written(made)
    jsonschema.Draft202012Validator(published("event")).validate(line)
    assert line["event"] == kind.__name__


def written(event: Event, encoding: str = "utf-8") -> Any:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    JsonLines(out)(event)
    data = out.buffer.getvalue()
    assert data.count(b"\n") == 1
    return json.loads(data.decode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
@pytest.mark.parametrize("line", ["plain", "ünï • 𝄞", "no text: \udcff", 'a "quote"\n\x00\x1b\u2028'])
def test_whatever_a_command_writes_is_in_its_line(line: str, encoding: str) -> None:
    assert written(CommandOutput("a", 1, "stdout", line), encoding)["line"] == line


def test_fields_without_a_value_are_left_out() -> None:
    assert encoded(StepStarted("a", 1, "b", "tasks", "debug", "p.yml:1", at=5)) == {
        "event": "StepStarted", "at": 5, "build": "a", "step": 1, "name": "b", "section": "tasks", "module": "debug",
        "place": "p.yml:1",
    }
    files = encoded(ArtifactMade("a", "file", "File", "x", (MadeFile("x", 1),)))["files"]
    assert files == [{"path": "x", "size": 1}]
