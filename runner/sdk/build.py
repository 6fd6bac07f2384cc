"""What a build hands to builders and post-processors, and what it gets back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

from runner.frozen import frozen
from runner.sdk.work import Answer, Become, Command, Download, Local, Put, Upload

T = TypeVar("T")


class Failed(Exception):  # noqa: N818 - it reads as what it says
    """The work cannot be done. Raised by plugins; ``hint`` is the way out, if there is one."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Lost(Failed):
    """The connection to the machine is lost, or cannot be made: it may be there again in a while."""


class Heard(Protocol):
    """Who is told every line of a command's output as it comes."""

    def __call__(self, stream: Literal["stdout", "stderr"], line: str, /) -> None:
        """Take in a line, without its line end."""
        ...


class Communicator(Protocol):
    """The one way to reach a machine. Each method may be cancelled: what runs on the machine for it is ended then."""

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Run a command to its end; ``heard`` is told every line of output. Raises ``Failed``."""
        ...

    async def put(self, file: Put, become: Become | None = None) -> None:
        """Write a file on the machine. Raises ``Failed``."""
        ...

    async def get(self, path: str, become: Become | None = None) -> bytes | None:
        """Return the content of a file on the machine; nothing when there is none. Raises ``Failed``."""
        ...

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Send files and directories to the machine. Raises ``Failed``."""
        ...

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Copy a file or directory of the machine to the path ``to``. Raises ``Failed``."""
        ...


@runtime_checkable
class Parallel(Protocol):
    """A communicator that can have others beside it."""

    def beside(self) -> AbstractAsyncContextManager[Communicator]:
        """Yield another line to the same machine, for work that goes on beside other work. Raises ``Failed``."""
        ...


@frozen
class Resource:
    """Something that lasts longer than the run unless it is removed: a container, an instance, a directory."""

    kind: str
    """``BUILDER.what``, such as ``docker.container``: the builder's ``collect`` removes it."""
    id: str
    about: Mapping[str, str] = field(default_factory=dict)
    """What else is needed to find it, such as the address of the engine."""


@frozen
class Machine:
    """A machine that answers, and the line to it."""

    name: str
    communicator: Communicator | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    """What expressions see of it as ``build``: ``ID``, ``Host``, ``Port``, ``User`` ... as Packer names them."""


@frozen
class Origin:
    """What a machine is before anything is done to it: what a build remembers is remembered for this beginning."""

    identity: Any
    """All that makes the machine what it is, as plain data: equal identities are equal machines."""
    result: Any = None
    """All that an image of the machine depends on beside the machine itself: the options of ``capture``."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """Those of the machine's ``about`` that are known while it is not there."""
    base: Any = None
    """What ``launch`` wants to be told again of what has been found out."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """What of its base is compared when a plan asks whether that has moved: no secrets."""


@frozen
class Checkpoint:
    """A machine as it was at one moment, kept beyond the run: another machine can begin with it."""

    kind: str
    """``BUILDER.what``, such as ``docker.image``: the builder's ``drop`` removes it."""
    id: str
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else is needed to find and to use it: plain data."""
    size: int = 0
    """How many bytes it takes beside those before it."""


@frozen
class Artifact:
    """What a build or a post-processor leaves, described well enough to find it again."""

    builder: str
    """The builder or post-processor that made it."""
    id: str
    files: tuple[Path, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    """What it is, in a few words."""
    made: bool = True
    """Whether there is anything to find: a builder may leave nothing behind."""
    remove: Callable[[], Awaitable[None]] | None = field(default=None, compare=False)
    """Removes what there is of it beside ``files``, such as an image of an engine. Raises ``Failed``."""
    size: int | None = None
    """How large it is where it lies, in bytes, when that is in no file and is known."""


@frozen
class Part:
    """A part of an image that an earlier run made, and that is there: an AMI in one region, an image of an engine."""

    shown: str
    """What it is, for who is asked whether it may go."""
    resource: Resource
    """What the builder's ``collect`` removes."""
    rest: tuple[Resource, ...] = ()
    """What is removed after it, and what nobody would find without it, such as the snapshots of an AMI."""
    kept: tuple[str, ...] = ()
    """What stays because something else needs it."""
    users: tuple[str, ...] = ()
    """What uses it now, such as an instance."""


class Hold(Protocol):
    """Enter a context manager that is left when the build ends."""

    async def __call__(self, manager: AbstractAsyncContextManager[T], /) -> T:
        """Return what the manager gives; it is left, last first, with what ends the build, if something does."""
        ...


def _unheard(what: str, done: int, total: int | None) -> None:
    """Tell nobody how far something is."""


@frozen
class Session:
    """The build that a plugin works for."""

    build: str
    """Name of the build, such as ``web.debian``."""
    source: str
    """Name of its source alone, with its matrix values: ``debian[bookworm]``. Packer's name of the build."""
    builder: str
    run: str
    """The UUID of the run."""
    root: Path
    """The playbook's directory: relative paths belong to it."""
    say: Callable[[str], None]
    """Tell the user one line."""
    local: Callable[[Local], Awaitable[Answer]]
    """Run a command on this computer; its output is shown as it comes."""
    hold: Hold
    """Enter a context manager that is left when the build ends, unless a failed build is to be kept."""
    noted: Callable[[Resource], AbstractContextManager[Callable[[], None]]]
    """Note a resource in the journal: enter the context before the resource is made, leave it when it is gone.

    The context gives a function to be called as soon as the resource is gone for certain. Left by an exception before
    that, it keeps the note, and ``ingot gc`` removes what may be there."""
    work: Path
    """Directory for the files of the build while it runs; nobody else's. The builder makes and notes it."""
    record: Path | None = None
    """Directory of the record of the run, where a failed build may leave what helps to understand it; nothing when no
    record is kept."""
    force: bool = False
    """Whether what an earlier run made may be replaced."""
    start_from: Artifact | None = None
    """The artifact of the build that this one starts from."""
    origin: Origin | None = None
    """What the builder has told of the machine to be launched."""
    checkpoint: Checkpoint | None = None
    """What the machine to be launched begins with, if it is not to begin at its origin."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    ask: Callable[[str, bool], Awaitable[str]] | None = None
    """Put a question to whoever sits at the terminal; the second argument says whether the answer is shown while it is
    typed. Nothing when nobody sits there."""
    progress: Callable[[str, int, int | None], None] = _unheard
    """Tell how far something is: what, how many bytes are done, and of how many if that is known."""

    def shown(self, file: Path) -> str:
        """Return a path as who runs the build would write it: relative to where they stand if it lies below."""
        whole, here = file.absolute(), Path.cwd()
        return str(whole.relative_to(here) if whole.is_relative_to(here) else file)
