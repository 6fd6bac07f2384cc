"""The plan: which builds there are, in which order, and what each step is and why. Plain data, ready for JSON."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from runner.text import NOTHING

FORMAT = 1
"""The version of the plan's format; raised when a reader of the old one would go wrong."""
Action = Literal["run", "skip"]
Doing = Literal["run", "skip", "cached", "rerun"]
"""What becomes of a step: ``cached`` was done by an earlier run, and ``rerun`` is done although one has done it."""


class Open(NamedTuple):
    """A value that only the build knows: ``template`` is its text, ``needs`` the name it waits for, ``reason`` why."""

    template: str
    needs: str
    reason: str


class InputValue(NamedTuple):
    """A variable's value. A sensitive one is not shown; ``digest`` (an HMAC) tells whether it changed."""

    value: Any
    origin: str
    sensitive: bool = False
    digest: str | None = None


class Step(NamedTuple):
    """One task, post-processor or hook of a build."""

    section: str
    """The list it stands in: pre_tasks, roles, tasks, post_tasks, handlers, verify or on_error."""
    name: str
    module: str
    place: str
    """``path:line`` of the task."""
    options: Mapping[str, Any]
    action: Doing
    reason: str
    key: str = ""
    """SHA-256 of what decides the step's effect; empty when the step is skipped."""
    role: str | None = None
    tags: tuple[str, ...] = ()
    keywords: Mapping[str, Any] = NOTHING
    files: Mapping[str, str] = NOTHING
    """Files on this computer that the step reads, each with its SHA-256."""


class Link(NamedTuple):
    """One post-processor of a chain."""

    type: str
    name: str
    options: Mapping[str, Any]
    action: Action
    reason: str
    keep_input_artifact: bool | None = None
    files: Mapping[str, str] = NOTHING
    """Files on this computer that it reads, each with its SHA-256."""


class Build(NamedTuple):
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
    matrix: Mapping[str, Any] = NOTHING
    options: Mapping[str, Any] = NOTHING
    key: str = ""
    """SHA-256 of where the build starts from: builder, options, files, and the build it continues."""
    image_key: str = ""
    """SHA-256 of what decides the image: ``key``, and all steps and handlers."""
    steps: tuple[Step, ...] = ()
    handlers: tuple[Step, ...] = ()
    verify: tuple[Step, ...] = ()
    on_error: tuple[Step, ...] = ()
    post_processors: tuple[tuple[Link, ...], ...] = ()
    files: Mapping[str, str] = NOTHING
    """Files on this computer that the builder reads, each with its SHA-256."""
    estimate: float | None = None
    """How long it will take, in seconds, by how long its steps took the last time."""


class Request(NamedTuple):
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


class Plan(NamedTuple):
    """What a playbook comes to with the values given."""

    playbook: str
    variables: Mapping[str, InputValue]
    builds: tuple[Build, ...]
    """In the order of the playbook."""
    order: tuple[tuple[str, ...], ...]
    """Names of the builds to make, in waves: each needs only builds of earlier ones."""
    files: Mapping[str, str]
    """Every file that was read for the plan, each with its SHA-256."""
    format: int = FORMAT
    ingot: str = ""
    request: Request | None = None
    """Only in a saved plan."""
