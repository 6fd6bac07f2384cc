"""A plugin distribution: a builder whose machine is a directory, a module for it, post-processors."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runner.sdk import (
    Answer,
    Artifact,
    Ask,
    Become,
    Builder,
    Command,
    Download,
    Failed,
    Get,
    Heard,
    Machine,
    Module,
    Outcome,
    PostProcessor,
    Put,
    Session,
    Upload,
    Work,
    options,
)


class InDirectory:
    """Reaches the machine: its files are those of a directory, and it knows one command."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def run(self, command: Command, heard: Heard | None = None, become: Become | None = None) -> Answer:
        """Answer with the command itself."""
        del heard, become
        return Answer(0, f"{type(command).__name__} {' '.join(command.argv)}\n")

    async def put(self, file: Put, become: Become | None = None) -> None:
        """Write a file."""
        del become
        (self.directory / file.path).write_bytes(file.content)

    async def get(self, path: str, become: Become | None = None) -> bytes | None:
        """Read a file."""
        del become
        file = self.directory / path
        return file.read_bytes() if file.exists() else None

    async def upload(self, files: Upload, become: Become | None = None) -> None:
        """Refuse to send files."""
        del files, become
        raise Failed("a directory has no need of files")

    async def download(self, files: Download, to: Path, become: Become | None = None) -> None:
        """Refuse to fetch files."""
        del files, to, become
        raise Failed("a directory keeps its files")


@options()
class BoxOptions:
    """What the builder accepts."""

    image: str
    """Name of the image."""


class Box(Builder[BoxOptions]):
    """Make a directory, and an image of it."""

    name = "box"

    async def launch(self, session: Session) -> Machine:
        """Make the directory."""
        directory = await session.hold(directory_at(session.root / f"machine-of-{session.build}"))
        return Machine(session.build, InDirectory(directory))

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Join the files of the directory to one."""
        assert isinstance(machine.communicator, InDirectory)
        image = session.root / self.options.image
        image.write_text("".join(f"{file.name}\n" for file in sorted(machine.communicator.directory.iterdir())))
        return Artifact(self.name, self.options.image, (image,), description=f"the box {self.options.image}")


def _make(path: Path) -> None:
    path.mkdir()


@asynccontextmanager
async def directory_at(path: Path) -> AsyncIterator[Path]:
    """Make a directory, and remove it in the end."""
    _make(path)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@options()
class MarkOptions:
    """What the module accepts."""

    path: str
    """File to write."""


class Mark(Module[MarkOptions]):
    """Write a file unless it is there."""

    name = "mark"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look, and write."""
        del facts
        answer = yield Ask(("look", self.options.path))
        if (yield Get(self.options.path)) is None:
            yield Put(self.options.path, b"here")
        return Outcome({"looked": answer.stdout.strip()})


@options()
class SquashOptions:
    """What the post-processor accepts."""

    output: str
    """File to write."""


class Squash(PostProcessor[SquashOptions]):
    """Make another file of it, in the place of the input."""

    name = "squash"
    keeps_input = False

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Write the names of the files."""
        output = session.root / self.options.output
        output.write_text(" ".join(file.name for file in artifact.files))
        return Artifact(self.name, self.options.output, (output,), description=f"squashed to {self.options.output}")


@options()
class OddOptions:
    """What the post-processor accepts: nothing."""


class Odd(PostProcessor[OddOptions]):
    """Go wrong."""

    name = "odd"

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Meet something unexpected."""
        raise KeyError(artifact.id, session.build)
