"""What a module wants to know and wants done: the verbs it yields, and the answers it receives."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended."""

    status: int = 0
    """Its exit status; 128 and the number of the signal when one ended it."""
    stdout: str = ""
    stderr: str = ""
    start: datetime | None = None
    end: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class Local:
    """A command on this computer, run by whoever started the build; its output is shown as it comes.

    The answer is an ``Answer``. In ``argv``, ``{{.Script}}`` stands for the path of the script and ``{{.Vars}}`` for
    its variables, as in Packer.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    chdir: str | None = None
    """Directory, relative to the playbook's."""
    script: str | None = None
    """Text of a script, which is put into a temporary file."""
    extension: str = ""
    """Ending of the temporary file's name."""
    variable_format: str = "%s='%s' "
    """How one variable looks in ``{{.Vars}}``."""


@dataclass(frozen=True, slots=True)
class Find:
    """Look for a file or directory of the playbook or role; the answer is its path, or nothing.

    ``where`` is what ``ReadsFile`` says of the option that names it.
    """

    path: str
    where: Literal["files", "templates", "vars", "here"] = "here"


@dataclass(frozen=True, slots=True)
class Files:
    """List what is in a directory on this computer; the answer is a sorted list of relative paths."""

    directory: str


@dataclass(frozen=True, slots=True)
class Load:
    """Read files of variables on this computer, the later winning; the answer is a mapping.

    Its values are opaque: their expressions are worked out when somebody uses them.
    """

    paths: tuple[str, ...]
    under: str | None = None
    """The one name under which everything is put, if it is."""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Work out an expression, written without braces as in ``when``; the answer is its value."""

    expression: Any
    undefined: str | None = None
    """The answer when it uses a name that nobody defined; left out, that fails the task."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for a while; without ``seconds``, until somebody presses Enter. The answer is a ``Waited``."""

    seconds: float | None = None
    prompt: str | None = None
    echo: bool = True


@dataclass(frozen=True, slots=True)
class Waited:
    """How a wait went."""

    start: datetime
    end: datetime
    typed: str = ""
    """What was typed before Enter."""


@dataclass(frozen=True, slots=True)
class Include:
    """Run the tasks of a file next, each with the keywords ``apply``."""

    file: str
    apply: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """Tell the build itself to do something once the task is done."""

    action: Literal["flush_handlers", "end_play", "end_role"]


Verb = Ask | Do | Put | Get | Local | Find | Files | Load | Evaluate | Wait | Include | Signal


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a module's work ended: what ``register`` keeps."""

    values: Mapping[str, Any] = field(default_factory=dict)
    changed: bool | None = None
    """Left out it means: something was changed if a ``Do``, ``Put`` or ``Local`` was asked for."""
    failed: str | None = None
    """Why the work failed, if it did."""
    skipped: str | None = None
    """Why there was nothing to do here, if so."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What was found out about the machine: variables that any variable of the play overrides."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Variables for the rest of the play, which override its own."""
    included: Mapping[str, Any] = field(default_factory=dict)
    """Variables read from files for the rest of the play; ``variables`` and results count for more."""
    shown: str = ""
    """What the user is told of it; of a failure, beside its message."""


Work = Generator[Verb, Any, Outcome]
