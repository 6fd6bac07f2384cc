"""What a build hands to builders and post-processors, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from runner.sdk.work import Answer, Ask, Do, Get, Put


class Communicator(Protocol):
    """The one way to reach a machine."""

    async def run(self, command: Ask | Do) -> Answer:
        """Run ``command`` to its end."""
        ...

    async def put(self, file: Put) -> None:
        """Write a file on the machine."""
        ...

    async def get(self, file: Get) -> bytes | None:
        """Read a file on the machine; nothing when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that answers, and the line to it."""

    name: str
    communicator: Communicator | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a build or a post-processor leaves, described well enough to find it again."""

    builder: str
    id: str
    files: tuple[Path, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """The build that a plugin works for.

    ``say`` tells the user one line. ``force`` allows replacing what an earlier run made.
    ``root`` is the playbook's directory.
    """

    build: str
    root: Path
    say: Callable[[str], None]
    force: bool = False
    variables: Mapping[str, Any] = field(default_factory=dict)
