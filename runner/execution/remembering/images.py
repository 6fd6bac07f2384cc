"""Images that were made of machines, found again if they are as they were."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.execution.remembering.kit import Kit
from runner.sdk import Artifact, Builder, Failed, Machine, Session
from runner.sdk.threads import held
from runner.store.cache.cache import Entry

_TOLD = ("ID",)
"""What is kept of what is known of a machine: the rest may be secret, and is of no use without it."""


class Found(NamedTuple):
    """An image that is still there."""

    artifact: Artifact
    about: Mapping[str, Any]
    """What is known of the machine that it was made of."""


class Images:
    """The images of one build."""

    def __init__(self, builder: Builder[Any], kit: Kit) -> None:
        self._builder = builder
        self._kit = kit

    async def found(self, session: Session, key: str) -> Found | None:
        """Return the image that is known by a key, if it is there and whole."""
        entry = self._kit.cache.get("artifacts", key) if self._kit.reading else None
        if entry is None or not await held(_whole, entry.content["files"]):
            return None
        told = entry.content
        artifact = Artifact(
            told["builder"], told["id"], tuple(Path(each["path"]) for each in told["files"]), told["labels"],
            told["description"], told["made"], size=told.get("size"),
        )
        try:
            there = await self._builder.found(session, artifact)
        except Failed:
            return None
        return None if there is None else Found(there, told["about"])

    async def keep(self, key: str, artifact: Artifact, machine: Machine) -> None:
        """Know an image by a key from now on."""
        try:
            files = [await held(_told, each) for each in artifact.files]
        except OSError:
            return
        about = {name: machine.about[name] for name in _TOLD if name in machine.about}
        content = {
            "builder": artifact.builder, "id": artifact.id, "files": files, "labels": dict(artifact.labels),
            "description": artifact.description, "made": artifact.made, "about": about,
            "size": artifact.size,
        }
        if not self._kit.seal.has_secret(content):
            self._kit.cache.keep("artifacts", [Entry(key, content, time.time())])


def _told(path: Path) -> dict[str, Any]:
    """Return how a file or directory is known again. Raises ``OSError``."""
    return {"path": str(path.absolute()), "quick": _quick(path), "digest": _digest(path)}


def _whole(files: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether files are as they were; those that were not touched are not read for it."""
    try:
        for each in files:
            path = Path(each["path"])
            if _quick(path) != each["quick"] and _digest(path) != each["digest"]:
                return False
    except OSError:
        return False
    return True


def _quick(path: Path) -> list[list[Any]]:
    """Return what changes when somebody writes to a file, or to one below a directory. Raises ``OSError``."""
    found = []
    for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
        stat = each.lstat()
        found.append([str(each.relative_to(path)), stat.st_size, stat.st_mtime_ns, stat.st_ino])
    return found


def _digest(path: Path) -> str:
    if path.is_dir():
        from runner.planning.digests import Digests

        return Digests().file(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
