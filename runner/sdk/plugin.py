"""The kinds of plugin.

A class whose work is not written stays abstract: it can be checked and planned, and is refused by a build.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, get_args

from runner.sdk.build import Failed

if TYPE_CHECKING:
    from runner.sdk.build import Artifact, Checkpoint, Machine, Origin, Part, Resource, Session
    from runner.sdk.work import Work

OptionsT = TypeVar("OptionsT")
Kind = Literal["builders", "modules", "post_processors", "data_sources"]


class Plugin(Generic[OptionsT]):
    """Something a playbook calls by name; ``Options`` is the record of what it accepts."""

    kind: ClassVar[Kind]
    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names, such as Packer's ``shell-local`` for ``shell_local``."""

    def __init__(self, options: OptionsT) -> None:
        self.options = options

    @classmethod
    def options_type(cls) -> type[Any]:
        """Return the options record: the argument of the generic base class."""
        for base in cls.__mro__:
            for generic in base.__dict__.get("__orig_bases__", ()):
                found = [arg for arg in get_args(generic) if isinstance(arg, type)]
                if found:
                    return found[0]
        raise TypeError(f"{cls.__name__} names no options record")

    @classmethod
    def runs(cls) -> bool:
        """Return whether the plugin's work is written, and not only what it accepts."""
        return not inspect.isabstract(cls)

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:  # noqa: ARG003 - for those that override it
        """Return which of these options this version cannot work with, in words; nothing when it can do it all.

        A build is refused for it before anything starts.
        """
        return None

    @classmethod
    def writes(cls, options: Mapping[str, Any]) -> tuple[Any, ...]:  # noqa: ARG003 - as above
        """Return the options that name files that it writes: no other build of the run may write them."""
        return ()


class Builder(ABC, Plugin[OptionsT]):
    """Get a machine; make an image of it. What happens between is not its business."""

    kind = "builders"
    machine: ClassVar[Literal["posix", "windows", "none"]] = "posix"
    """What answers on the machine: ``none`` when there is no machine at all."""

    @classmethod
    def has_machine(cls, options: Mapping[str, Any]) -> bool:  # noqa: ARG003 - for those that override it
        """Return whether tasks can work on a machine when the builder has these options."""
        return cls.machine != "none"

    @classmethod
    def makes_files(cls, options: Mapping[str, Any]) -> bool:  # noqa: ARG003 - as above
        """Return whether an image is files on this computer, and nothing else, when the builder has these options."""
        return False

    async def origin(self, session: Session) -> Origin | None:  # noqa: ARG002 - for those that override it
        """Return what the machine will be; nothing when that cannot be known, and so nothing be remembered of it."""
        return None

    @abstractmethod
    async def launch(self, session: Session) -> Machine:
        """Return a machine that answers."""

    @abstractmethod
    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Make the image."""

    async def found(self, session: Session, artifact: Artifact) -> Artifact | None:  # noqa: ARG002 - as above
        """Return an artifact of an earlier run as ``capture`` would; nothing when it is not there any more.

        Its ``files`` have been looked at.
        """
        return artifact if artifact.files or not artifact.made else None

    @classmethod
    async def moved(cls, options: Mapping[str, Any], seen: Mapping[str, str]) -> str | None:  # noqa: ARG003 - as above
        """Return what has become of a base since it was ``seen`` for an ``Origin``, in words, if it is another one now.

        It is asked for a plan: nothing is fetched, and options may not be known yet. Raises ``Failed``.
        """
        return None

    async def checkpoint(
        self, session: Session, machine: Machine, name: str  # noqa: ARG002 - as above
    ) -> tuple[Checkpoint, Machine] | None:
        """Keep the machine as it is now, by a name that says what it is; return that, and the machine to go on with.

        Return nothing when this machine, as it is now, cannot be kept. Raises ``Failed`` when it is lost by that.
        """
        return None

    @classmethod
    async def still_there(cls, checkpoint: Checkpoint) -> bool:  # noqa: ARG003 - as above
        """Return whether a machine can begin with a checkpoint."""
        return False

    @classmethod
    async def drop(cls, checkpoint: Checkpoint) -> None:
        """Remove a checkpoint; one that is gone is no mistake. Raises ``Failed``."""
        raise Failed(f"{cls.name} does not know what a {checkpoint.kind} is")

    @classmethod
    async def save(cls, checkpoints: Sequence[Checkpoint], to: Path) -> None:
        """Write checkpoints to one file, for another computer. Raises ``Failed``."""
        del checkpoints, to
        raise Failed(f"those of {cls.name} stay on the computer on which they were made")

    @classmethod
    async def load(cls, checkpoints: Sequence[Checkpoint], file: Path) -> Sequence[Checkpoint]:
        """Take in checkpoints that were saved; return what they are here. Raises ``Failed``."""
        del checkpoints, file
        raise Failed(f"those of {cls.name} stay on the computer on which they were made")

    @classmethod
    async def collect(cls, resource: Resource) -> None:
        """Remove a resource that a run noted and left behind; one that is gone is no mistake. Raises ``Failed``."""
        raise Failed(f"{cls.name} does not know what a {resource.kind} is")

    @classmethod
    async def parts(cls, artifact: str, options: Mapping[str, Any]) -> tuple[Part, ...]:
        """Return what there is of an image that is no files, by its id and the options it was planned with.

        Raises ``Failed`` when that cannot be found out.
        """
        del options
        raise Failed(f"images of {cls.name} are not deleted by Ingot", f"remove {artifact} where it is kept")


class Module(ABC, Plugin[OptionsT]):
    """Work that a task can ask for: a generator of verbs, without any I/O, so tests need no machine."""

    kind = "modules"
    free_form: ClassVar[str | None] = None
    """The option that a bare string stands for: ``shell: make`` is ``shell: {cmd: make}``."""
    version: ClassVar[int] = 1
    """Part of every cache key; raised when the module's effect changes."""
    controller: ClassVar[bool] = False
    """Whether the work happens on this computer, so that no machine is needed."""
    foresees: ClassVar[bool] = True
    """Whether check mode can tell what would change: up to its first change, the work only looks. Modules that run
    whatever the user wrote cannot foresee it, and are skipped."""

    @abstractmethod
    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Yield what is to be asked and done; return the outcome."""


class PostProcessor(ABC, Plugin[OptionsT]):
    """Work on what was built."""

    kind = "post_processors"
    keeps_input: ClassVar[bool] = True
    """Whether the input artifact is kept unless the user says otherwise (Packer: ``keep_input_artifact``)."""
    keeps_always: ClassVar[bool] = False
    """Whether the input artifact is kept whatever the user says, because the result is of no use without it."""

    @abstractmethod
    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Return the artifact that ``artifact`` becomes."""


class DataSource(ABC, Plugin[OptionsT]):
    """Something looked up before the builds that use it."""

    kind = "data_sources"
    attributes: ClassVar[Mapping[str, str]] = {}
    """What the look-up gives: attribute name -> type and meaning, such as ``"string: the image's id"``."""

    @abstractmethod
    def read(self) -> Mapping[str, Any]:
        """Look it up; return the attributes."""
