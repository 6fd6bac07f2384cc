"""Make a file."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runner.builders.shared.group import LocalFile
from runner.sdk import Artifact, AtMostOne, Builder, Failed, Machine, Session, options


@options(AtMostOne("content", "source"))
class Options:
    """What to write, and where."""

    target: str
    """Path of the file to make."""
    content: str | None = None
    """Text to write; without it and without `source` the file is empty, or a copy of what `from` names."""
    source: LocalFile | None = None
    """File to copy."""


class File(Builder[Options]):
    """Make a file, from a text or as a copy: handy for trying out post-processors."""

    name = "file"
    machine = "none"

    @classmethod
    def writes(cls, options: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the options that name files that it writes."""
        return (options.get("target"),)

    @classmethod
    def makes_files(cls, options: Mapping[str, Any]) -> bool:
        """Return whether an image is files: it always is."""
        del options
        return True

    async def launch(self, session: Session) -> Machine:
        """Make the file, so that tasks find it there. Like Packer's, it takes the place of an older one."""
        target, origin = session.root / self.options.target, self._origin(session)
        if target.is_dir():
            raise Failed(f"{self.options.target} is a directory", "name a file as 'target'")
        session.say(f"Copying {origin} to {target}" if origin else f"Writing {target}")
        await session.hold(_written(_file(target), origin, (self.options.content or "").encode()))
        return Machine("localhost")

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Return the file, which tasks may have changed meanwhile."""
        del machine
        target = session.root / self.options.target
        if not target.is_file():
            raise Failed(f"{self.options.target} is gone: a task must have removed it")
        return Artifact(self.name, "File", (target,), description=f"Stored file: {session.shown(target)}")

    def _origin(self, session: Session) -> Path | None:
        if self.options.source is not None:
            return session.root / self.options.source
        if self.options.content is None and session.start_from is not None:
            if not session.start_from.files:
                raise Failed("the build that this one starts from made no file")
            return session.start_from.files[0]
        return None


def _file(target: Path) -> Path:
    """Return the file itself when ``target`` is a link."""
    return target.resolve()


@asynccontextmanager
async def _written(target: Path, origin: Path | None, content: bytes) -> AsyncIterator[None]:
    """Put the file in place; when the build fails, put back what was there before."""
    from runner.sdk.threads import held

    former = await held(_write, target, origin, content)
    try:
        yield
    except BaseException:
        await held(_restore, target, former)
        raise
    if former is not None:
        former.unlink(missing_ok=True)


def _write(target: Path, origin: Path | None, content: bytes) -> Path | None:
    """Write the file whole or not at all; return where its former content is kept, if there was any."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = _beside(target)
    former = _beside(target, "former-") if target.exists() else None
    # As with Packer, a text is readable by its owner only, and a copy by whom the umask allows.
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if origin is None else 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            if origin is None:
                stream.write(content)
            else:
                with origin.open("rb") as source:
                    shutil.copyfileobj(source, stream)
        if former is not None:
            _keep(target, former)
        made.replace(target)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return former


def _keep(target: Path, former: Path) -> None:
    try:
        os.link(target, former)
    except OSError:  # a file system without hard links
        shutil.copy2(target, former)


def _beside(target: Path, kind: str = "") -> Path:
    return target.with_name(f".{target.name}.{kind}{secrets.token_hex(4)}")


def _restore(target: Path, former: Path | None) -> None:
    if former is None:
        target.unlink(missing_ok=True)
    else:
        former.replace(target)
