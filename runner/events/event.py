"""What a run can say. Events are facts: frozen, typed, past tense, and without prose."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field, fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal, Self

from runner.frozen import frozen

Outcome = Literal["ok", "changed", "skipped", "failed", "cancelled"]
"""How something ended. ``ok``: it is as it should be, and nothing had to be changed for it."""


@frozen
class Event:
    """Something that happened."""

    at: float = field(default_factory=time.time, kw_only=True)
    """When, in seconds since 1970."""

    def masked(self, mask: Callable[[str], str]) -> Self:
        """Return the event with every text in it, however deep, passed through ``mask``."""
        found: Self = _masked(self, mask)
        return found


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, tuple):
        return tuple(_masked(each, mask) for each in value)
    if isinstance(value, dict):
        return {mask(key): _masked(each, mask) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for name in names_of(type(value)):
            each = getattr(value, name)
            if not isinstance(each, int | float) and (masked := _masked(each, mask)) != each:
                changed[name] = masked
        return replace(value, **changed) if changed else value
    return value


@cache
def names_of(record: type[Any]) -> tuple[str, ...]:
    """Return the names of a data class's fields: every event asks for them."""
    return tuple(each.name for each in fields(record))


@frozen
class Failure:
    """Why something failed: a diagnostic in a few words."""

    code: str
    message: str
    place: str
    """``path:line:column`` of the text that asked for it."""


@frozen
class MadeFile:
    """A file of an artifact."""

    path: str
    size: int
    """In bytes."""


@frozen
class RunStarted(Event):
    """A run began."""

    run: str
    """The UUID of the run."""
    playbook: str
    builds: tuple[str, ...]
    """Names of the builds to make, in the order of the plan."""


@frozen
class BuildStarted(Event):
    """A build began."""

    build: str
    builder: str


@frozen
class StepStarted(Event):
    """A task, a handler, a post-processor, or a part of the builder's work began."""

    build: str
    step: int
    """Number of the step within its build, counted from one: the same in all events of a step."""
    name: str
    section: str
    """``launch``, ``capture``, ``post_processors``, or the list of the play that the task stands in."""
    module: str
    """The module or post-processor; the builder for its own work."""
    place: str
    """``path:line`` of the text that asks for it."""
    role: str | None = None


@frozen
class ItemFinished(Event):
    """A task was done for one item of its loop, or could not be."""

    build: str
    step: int
    item: str
    outcome: Outcome
    message: str = ""


@frozen
class StepRetried(Event):
    """A try of a task did not succeed, and it is tried again."""

    build: str
    step: int
    attempt: int
    """Number of the try that did not succeed, counted from one."""
    left: int
    """How many tries are left."""
    message: str = ""


@frozen
class FileRead(Event):
    """A step looked at a file or directory of this computer, to work with it."""

    build: str
    step: int
    path: str


@frozen
class CommandOutput(Event):
    """A command wrote a line."""

    build: str
    step: int
    stream: Literal["stdout", "stderr"]
    line: str


@frozen
class FileChanged(Event):
    """A task gave a file of the machine another content; in check mode: would give it."""

    build: str
    step: int
    path: str
    diff: str
    """The difference as ``diff -u`` tells it; a line in words for what is no text."""


@frozen
class Said(Event):
    """A step has something to tell."""

    build: str
    step: int
    text: str
    asks: bool = False
    """Whether an answer is awaited: until the build goes on, somebody may be typing it."""


@frozen
class Progressed(Event):
    """Something that takes long, such as a download, is a bit further."""

    build: str
    step: int
    what: str
    done: int
    """In bytes."""
    total: int | None = None
    """In bytes, if it is known."""


@frozen
class StepFinished(Event):
    """A step was done, or could not be."""

    build: str
    step: int
    name: str
    section: str
    outcome: Outcome
    took: float
    """In seconds."""
    message: str = ""
    """What there is to say: why it failed or was skipped, what ``debug`` shows."""
    ignored: bool = False
    """Whether it failed and the build goes on."""
    cached: bool = False
    """Whether it was not done, for an earlier run had done the same to the same machine."""
    reason: str = ""
    """Why it was done, where an earlier run might have done it already."""


@frozen
class ArtifactMade(Event):
    """A builder or a post-processor made something."""

    build: str
    maker: str
    """The builder or post-processor."""
    id: str
    description: str
    """The artifact in a few words."""
    files: tuple[MadeFile, ...] = ()
    made: bool = True
    """Whether there is anything to find: a builder may leave nothing behind."""
    size: int | None = None
    """In bytes, of what is in no file, such as an image of an engine; nothing when that is not known."""


@frozen
class ArtifactRemoved(Event):
    """Something that was made is of no more use, and is gone."""

    build: str
    maker: str
    """The builder or post-processor that had made it."""
    id: str
    description: str


@frozen
class BuildFinished(Event):
    """A build ended."""

    build: str
    outcome: Outcome
    took: float
    """In seconds."""
    failures: tuple[Failure, ...] = ()


@frozen
class RunInterrupted(Event):
    """Somebody asked the run to stop: by Ctrl-C or SIGTERM."""

    signal: str
    times: int
    """How often, counting this time."""


@frozen
class ManifestWritten(Event):
    """The record of the run was written."""

    path: str


@frozen
class RunFinished(Event):
    """A run ended."""

    run: str
    took: float
    """In seconds."""
    outcomes: dict[str, Outcome]
    """Build -> how it ended."""
