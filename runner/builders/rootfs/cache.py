"""Bases that earlier builds have made ready: each is a directory that nobody changes any more.

What a build asks for has a name in ``refs``, with the name of the directory in ``trees``; so a base can be made anew
while builds still stand on the former one. Whoever uses a tree holds a lock on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.builders.rootfs.machine import removed
from runner.builders.shared import cache as shared
from runner.builders.shared.cache import locked
from runner.sdk import Failed, Resource, Session
from runner.sdk.threads import uninterrupted

_AGE = 30 * 24 * 3600.0
"""How long a tree stays that no build has used, in seconds."""
_ABOUT = "about.json"

Make = Callable[[Path], Awaitable[Mapping[str, Any]]]
"""Makes a tree in a directory that is not there yet; returns what is known of it."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A base that is ready."""

    files: Path
    """The directory of its files."""
    about: Mapping[str, Any]
    layers: Path | None
    """The directory of its layers as files; nothing when they are not kept."""


def place(environ: Mapping[str, str], *, user: bool) -> Path:
    """Return where bases lie in the cache."""
    # What a namespace's users own looks strange to root, and the other way round.
    return shared.place(environ) / "rootfs" / ("namespace" if user else "chroot")


@asynccontextmanager
async def tree(
    session: Session, inputs: Any, make: Make, *, user: bool, anew: bool = False, only: bool = False
) -> AsyncIterator[Tree]:
    """Yield the tree for these inputs, which is made if there is none, or ``anew``. Raises ``Failed``.

    With ``only`` it is never made.
    """
    where = place(os.environ, user=user)
    for name in ("refs", "trees"):
        (where / name).mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:24]
    ref = where / "refs" / key
    async with locked(where / "refs" / f"{key}.lock", fcntl.LOCK_EX):
        found = None if anew else _known(where, ref)
        if found is None:
            if only:
                raise Failed("the base is not in the cache, and `pull: never` forbids to make it ready")
            found = await _made(session, where / "trees" / f"{key}-{secrets.token_hex(4)}", make, user=user)
            _write(ref, found.name)
        lock = locked(found / "lock", fcntl.LOCK_SH)
        await lock.__aenter__()
    try:
        os.utime(found)
        about = json.loads((found / _ABOUT).read_text(encoding="utf-8"))
        yield Tree(found / "fs", about, found / "layers")
    finally:
        await lock.__aexit__(None, None, None)


def _known(where: Path, ref: Path) -> Path | None:
    try:
        found = where / "trees" / ref.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return found if (found / _ABOUT).is_file() else None


async def _made(session: Session, path: Path, make: Make, *, user: bool) -> Path:
    """Make a tree, whole or not at all."""
    await _pruned(path.parent, user=user)
    part = path.with_name(f".{path.name}")
    with session.noted(Resource("rootfs.directory", str(part), {"user": "yes"} if user else {})) as gone:
        try:
            part.mkdir()
            about = await make(part)
            _write(part / _ABOUT, json.dumps(about))
            (part / "lock").touch()
            part.rename(path)
        finally:
            await uninterrupted(removed(part, user=user))
            gone()
    return path


async def _pruned(trees: Path, *, user: bool) -> None:
    """Remove trees that no build has used for long."""
    for each in await asyncio.to_thread(_old, trees):
        with contextlib.suppress(OSError, Failed), (each / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (each / _ABOUT).unlink()  # from now on nobody begins with it
            await removed(each, user=user)


def _old(trees: Path) -> list[Path]:
    return [each for each in trees.glob("[!.]*") if time.time() - each.stat().st_mtime >= _AGE]


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
