"""The plan: which builds there are, in which order, and what each step is and why. Plain data, ready for JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

FORMAT = 1
"""The version of the plan's format; raised when a reader of the old one would go wrong."""
Action = Literal["run", "skip"]


@dataclass(frozen=True, slots=True)
class Open:
    """A value that only the build knows: ``template`` is its text, ``needs`` the name it waits for, ``reason`` why."""

    template: str
    needs: str
    reason: str


@dataclass(frozen=True, slots=True)
class InputValue:
    """A variable's value. A sensitive one is not shown; ``digest`` (an HMAC) tells whether it changed."""

    value: Any
    origin: str
    sensitive: bool = False
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One task, post-processor or hook of a build."""

    section: str
    """The list it stands in: pre_tasks, roles, tasks, post_tasks, handlers, verify or on_error."""
    name: str
    module: str
    place: str
    """``path:line`` of the task."""
    options: dict[str, Any]
    action: Action
    reason: str
    key: str = ""
    """SHA-256 of what decides the step's effect; empty when the step is skipped."""
    role: str | None = None
    tags: tuple[str, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Files on this computer that the step reads, each with its SHA-256."""


@dataclass(frozen=True, slots=True)
class Link:
    """One post-processor of a chain."""

    type: str
    name: str
    options: dict[str, Any]
    action: Action
    reason: str
    keep_input_artifact: bool | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """One source of one play, with one combination of matrix values: it makes one image."""

    name: str
    play: str | None
    source: str
    builder: str
    action: Action
    reason: str
    runs: bool
    """Whether this version can make it, and not only plan it."""
    start_from: str | None = None
    """The build whose image this one starts from."""
    matrix: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    """SHA-256 of where the build starts from: builder and options."""
    steps: tuple[Step, ...] = ()
    handlers: tuple[Step, ...] = ()
    verify: tuple[Step, ...] = ()
    on_error: tuple[Step, ...] = ()
    post_processors: tuple[tuple[Link, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, so that a saved plan can be made again and compared."""

    playbook: str
    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    """``name=value`` of variables that are not sensitive."""
    variable_files: tuple[str, ...] = ()
    roles_path: tuple[str, ...] = ()
    sources: str | None = None
    epoch: float = 0
    """The time of the plan, in seconds since 1970."""
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a playbook comes to with the values given."""

    playbook: str
    variables: dict[str, InputValue]
    builds: tuple[Build, ...]
    """In the order of the playbook."""
    order: tuple[tuple[str, ...], ...]
    """Names of the builds to make, in waves: each needs only builds of earlier ones."""
    files: dict[str, str]
    """Every file that was read for the plan, each with its SHA-256."""
    format: int = FORMAT
    ingot: str = ""
    request: Request | None = None
    """Only in a saved plan."""
