"""The playbook as it was written: every value still a ``Node`` with its place."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from runner.text import NOTHING, Node, SourceFile, Span

Keywords = Mapping[str, Node]


class Validation(NamedTuple):
    """A condition on a variable's value, and what is told when it does not hold."""

    condition: Node
    error_message: str


class Variable(NamedTuple):
    """An input of the playbook."""

    name: str
    place: Span
    type: str | None = None
    default: Node | None = None
    description: str = ""
    rules: Node | None = None
    sensitive: bool = False
    env: str | None = None
    validation: tuple[Validation, ...] = ()
    written: Node | None = None
    """The variable as it is written, if not as its default alone."""


class Local(NamedTuple):
    """A value computed once from variables, data and other locals."""

    name: str
    place: Span
    value: Node


class Data(NamedTuple):
    """A look-up made before the builds that use it."""

    name: str
    place: Span
    type: str
    options: Node
    when: Node | None = None


class Source(NamedTuple):
    """Where machines come from. ``options`` has what ``extends`` brings already merged in."""

    name: str
    place: Span
    builder: str
    options: Node
    extends: str = ""
    """The source that it takes over options from."""
    own: Node | None = None
    """The options that are written in it."""


class SourceUse(NamedTuple):
    """A source in a play, with what the play adds to its options."""

    name: str
    place: Span
    options: Node | None = None
    start_from: Node | None = None
    when: Node | None = None

    @property
    def start(self) -> Span:
        """Where to point when what it starts from is meant."""
        return self.start_from.span if self.start_from else self.place


class RoleContext(NamedTuple):
    """The role that tasks belong to: where its files lie and what its variables are."""

    name: str
    path: Path
    defaults: Mapping[str, Node] = NOTHING
    vars: Mapping[str, Node] = NOTHING
    params: Mapping[str, Node] = NOTHING
    arguments: Node | None = None
    """The argument specification of the entry point, from ``meta``."""
    place: Span | None = None
    """Where the role is applied."""


class Task(NamedTuple):
    """One module with its options, and the keywords beside it."""

    place: Span
    name: str
    module: str
    args: Node
    keywords: Keywords
    file: SourceFile
    role: RoleContext | None = None
    included: tuple["Item", ...] = ()
    """The tasks of the file that an ``include_tasks`` with a plain name will bring, for checks only."""


class Block(NamedTuple):
    """Tasks that share keywords: a ``block``, an imported file or a role."""

    place: Span
    kind: Literal["block", "import", "role"]
    name: str
    keywords: Keywords
    tasks: tuple["Item", ...]
    rescue: tuple["Item", ...] = ()
    always: tuple["Item", ...] = ()
    handlers: tuple["Block", ...] = ()
    """The handlers that a role brings, those of its dependencies first: a block with the role's keywords, if any."""
    role: RoleContext | None = None
    identity: str = ""
    """What tells a role that a task brings from others: its name, files and values."""
    once: bool = False
    """Leave the role out where one with this identity has run."""


Item = Task | Block


class PostProcessor(NamedTuple):
    """One link of a chain of post-processors."""

    place: Span
    type: str
    options: Node
    keywords: Keywords


class Play(NamedTuple):
    """Sources x work."""

    name: str | None
    place: Span
    sources: tuple[SourceUse, ...] = ()
    keywords: Keywords = NOTHING
    vars: Mapping[str, Node] = NOTHING
    matrix: Node | None = None
    pre_tasks: tuple["Item", ...] = ()
    roles: tuple["Item", ...] = ()
    tasks: tuple["Item", ...] = ()
    post_tasks: tuple["Item", ...] = ()
    handlers: tuple["Item", ...] = ()
    """The handlers of its roles, then its own: the order in which they run."""
    on_error: tuple["Item", ...] = ()
    verify: tuple["Item", ...] = ()
    post_processors: tuple[tuple[PostProcessor, ...], ...] = ()
    written: Node | None = None
    """The play as it is written."""

    def sections(self) -> Iterator[tuple[str, tuple["Item", ...]]]:
        """Yield the lists of tasks in the order in which they run."""
        for name in ("pre_tasks", "roles", "tasks", "post_tasks"):
            yield name, getattr(self, name)


class Requirement(NamedTuple):
    """Something the playbook needs: Ingot itself, a plugin distribution or a role."""

    kind: Literal["ingot", "plugin", "role"]
    name: str
    version: str
    place: Span
    src: str = ""


class Playbook(NamedTuple):
    """Everything that the files of a playbook say."""

    path: str
    root: Path
    """The directory to which relative paths belong."""
    files: tuple[SourceFile, ...]
    """Every file that was read, in the order of reading."""
    name: str = ""
    description: str = ""
    requires: tuple[Requirement, ...] = ()
    packer: Node | None = None
    """What is required of Packer, for an export."""
    variables: Mapping[str, Variable] = NOTHING
    locals: Mapping[str, Local] = NOTHING
    data: Mapping[str, Data] = NOTHING
    sources: Mapping[str, Source] = NOTHING
    plays: tuple[Play, ...] = ()
    sensitive: frozenset[str] = frozenset()
    """Names of locals whose values are masked."""
    unread: frozenset[str] = frozenset()
    """Names of variables, locals and data sources that were not understood, which has been reported."""


def walk(items: tuple["Item", ...], *, included: bool = False) -> Iterator[Task]:
    """Yield the tasks in ``items``, however deep in blocks; with ``included``, also those of included files."""
    for item in items:
        if isinstance(item, Block):
            for part in (item.tasks, item.rescue, item.always):
                yield from walk(part, included=included)
        else:
            yield item
            if included and item.included:
                yield from walk(item.included, included=True)
