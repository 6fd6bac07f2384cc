"""What a module wants to know and wants done: the verbs it yields, and the answers it receives."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended."""

    status: int = 0
    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A command that changes nothing; also run in check mode.

    ``argv`` is never parsed by a shell unless it starts one.
    """

    argv: tuple[str, ...]
    stdin: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    chdir: str | None = None


@dataclass(frozen=True, slots=True)
class Do:
    """A command that changes the machine; skipped in check mode."""

    argv: tuple[str, ...]
    stdin: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    chdir: str | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """Write ``content`` to ``path`` on the machine, with permissions ``mode`` (octal number)."""

    path: str
    content: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Get:
    """Read the file at ``path`` on the machine; the answer is its content, or nothing when there is none."""

    path: str


Verb = Ask | Do | Put | Get


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a module's work ended: what ``register`` keeps.

    ``changed`` left out means: something was changed if a ``Do`` or ``Put`` was asked for.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    changed: bool | None = None
    failed: str | None = None
    """Why the work failed, if it did."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Variables for the rest of the play."""


Work = Generator[Verb, Any, Outcome]
