"""What builders and post-processors work with: sessions, one a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from runner.events.event import ArtifactMade, ArtifactRemoved, MadeFile
from runner.execution import terminal
from runner.execution.memory import MachineWanted
from runner.execution.telling import Telling
from runner.execution.workshop import Workshop
from runner.planning.matrix import label
from runner.planning.planner import Ground
from runner.sdk import Answer, Artifact, Communicator, Heard, Local, Machine, Resource, Session

T = TypeVar("T")
WORK = Path(".ingot", "work")
"""Where the directories of builds lie, below the playbook's directory."""


class Sessions:
    """Makes the sessions of one build."""

    def __init__(self, ground: Ground, start_from: Artifact | None, shop: Workshop) -> None:
        self._build = ground.build
        self._start_from = start_from
        self._shop = shop
        self.held = AsyncExitStack()
        """What builders hold."""
        self.lasting: list[Resource] = []
        """What they have made that lasts, as long as it is there."""
        self._source = ground.build.source + label(dict(ground.build.matrix))
        self._work = shop.world.root.resolve() / WORK / f"{shop.run}-{_file_name(ground.build.name)}"
        self._machine: Mapping[str, Any] = {}
        self._expected = False
        """Whether there is a machine to be, of which more will be known."""
        self._here: Communicator | None = None

    @property
    def names(self) -> dict[str, Any]:
        """What expressions see as ``build``."""
        build = self._build
        names = {
            "name": build.name, "play": build.play or "", "type": build.builder, "run": self._shop.run,
            "PackerRunUUID": self._shop.run, **self._machine,
        }
        return _Expecting(names) if self._expected else names

    def start_again_from(self, artifact: Artifact) -> None:
        """Let the next machine start from what the build has made."""
        self._start_from = artifact
        self._work = self._work.with_name(f"{self._work.name}-verify")

    def know(self, machine: Machine) -> None:
        """Take in what expressions are to see of the machine."""
        self._expected = False
        self._machine = _named(machine.about)

    def expect(self, about: Mapping[str, Any]) -> None:
        """Take in what expressions are to see of a machine that is not there; what else it may tell is waited for."""
        self._expected = True
        self._machine = _named(about)

    def of(self, telling: Telling) -> Session:
        """Return the session of a step."""
        shop = self._shop

        async def local(command: Local) -> Answer:
            return await self.run_local(command, {}, telling.output)

        async def ask(question: str, echo: bool) -> str:  # noqa: FBT001 - as the sdk has it
            async with shop.asking:
                return await terminal.typed(lambda: telling.said(question), echo=echo)

        return Session(
            build=self._build.name, source=self._source, builder=self._build.builder, run=shop.run,
            root=shop.world.root, say=telling.said, local=local, hold=self._hold, force=shop.force,
            start_from=self._start_from, noted=self._noted, work=self._work,
            record=shop.record, ask=ask if terminal.is_attended() else None, progress=telling.progressed,
        )

    @contextmanager
    def _noted(self, resource: Resource) -> Iterator[Callable[[], None]]:
        with self._shop.journal.noted(resource) as forget:
            self.lasting.append(resource)

            def gone() -> None:
                forget()
                with suppress(ValueError):  # it was gone before
                    self.lasting.remove(resource)

            yield gone

    async def _hold(self, manager: AbstractAsyncContextManager[T], /) -> T:
        return await self.held.enter_async_context(manager)

    async def run_local(self, command: Local, environment: Mapping[str, str], heard: Heard) -> Answer:
        """Run a command on this computer, with the variables by which it knows its build (Packer's names, and ours)."""
        packer = {"PACKER_BUILDER_TYPE": self._build.builder, "PACKER_BUILD_NAME": self._source}
        own = {
            "PACKER_RUN_UUID": self._shop.run,
            "INGOT_BUILD_NAME": self._build.name, "INGOT_BUILDER_TYPE": self._build.builder,
        }
        command = replace(command, environment={**packer, **environment, **command.environment})
        return await self._shop.commands.run(command, own, heard)

    async def here(self) -> Communicator:
        """Return what works on this computer as on a machine."""
        if self._here is not None:
            return self._here
        from runner.communicators.local import connected

        here: Communicator = await self._hold(connected(self._shop.world.root, self._shop.commands.reaper))
        self._here = here
        return here

    def tell(self, artifact: Artifact) -> None:
        """Tell what was made."""
        files = tuple(MadeFile(str(file), size_of(file)) for file in artifact.files)
        self._shop.bus.emit(ArtifactMade(
            self._build.name, artifact.builder, artifact.id, artifact.description, files, artifact.made,
            artifact.size,
        ))

    def tell_removed(self, artifact: Artifact) -> None:
        """Tell that something is no longer there."""
        self._shop.bus.emit(ArtifactRemoved(self._build.name, artifact.builder, artifact.id, artifact.description))


class _Expecting(dict[str, Any]):
    """What is known as ``build`` while there is no machine. Asked for more, it says that there has to be one."""

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        raise MachineWanted

    def __getitem__(self, name: str) -> Any:
        if super().__contains__(name):
            return super().__getitem__(name)
        raise MachineWanted

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value; a machine may have those that are not known."""
        del default
        return self[name]

    def __iter__(self) -> Iterator[str]:
        raise MachineWanted

    keys = items = values = __iter__  # type: ignore[assignment]  # each of them tells of all names


def _named(about: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for key, value in about.items() for name in (key, key.lower())}


def _file_name(build: str) -> str:
    return "".join(each if each.isalnum() or each in "-_." else "_" for each in build)


def size_of(file: Path) -> int:
    """Return how large a file is, or all files below a directory, in bytes; zero for what is gone."""
    if file.is_dir():
        return sum(each.stat().st_size for each in file.rglob("*") if each.is_file())
    return file.stat().st_size if file.exists() else 0
