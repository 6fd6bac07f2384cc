"""The layer that a base without layers is in container images: packed by the first build, and kept with the base.

There is one for each compression. One whose files have other times than a build wants is replaced; who uses it has a
name of its own for the file by then.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from runner.builders.rootfs.machine import removed
from runner.builders.shared.cache import locked
from runner.sdk import Resource, Session
from runner.sdk.threads import held, uninterrupted

_BLOB = "blob"
_ABOUT = "about.json"

Layer = tuple[dict[str, Any], Path]
"""How a layer is described, and the file that has its content."""
Pack = Callable[[Path], Awaitable[Layer]]
"""Packs a layer into a file."""


async def kept(session: Session, slot: Path, epoch: int | None, mine: Path, pack: Pack, *, user: bool) -> Layer:
    """Return the layer of a base in the directory ``slot``, packed if need be; its file is ``mine``. Raises ``Failed``.

    ``epoch`` is the latest time that its files may have.
    """
    slot.parent.mkdir(exist_ok=True)
    async with locked(slot.with_name(f"{slot.name}.lock"), fcntl.LOCK_EX):
        found = _known(slot, epoch)
        if found is None:
            found = await _made(session, slot, epoch, pack, user=user)
        await held(_linked, slot / _BLOB, mine)
    return found, mine


def _known(slot: Path, epoch: int | None) -> dict[str, Any] | None:
    try:
        told = json.loads((slot / _ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    layer: dict[str, Any] = told["layer"]
    return layer if told["epoch"] == epoch else None


async def _made(session: Session, slot: Path, epoch: int | None, pack: Pack, *, user: bool) -> dict[str, Any]:
    """Make a layer, whole or not at all."""
    part = slot.with_name(f".{slot.name}.{secrets.token_hex(4)}")
    with session.noted(Resource("rootfs.directory", str(part), {"user": "yes"} if user else {})) as gone:
        try:
            part.mkdir()
            layer, _ = await pack(part / _BLOB)
            (part / _ABOUT).write_text(json.dumps({"epoch": epoch, "layer": layer}), encoding="utf-8")
            await held(_replaced, slot, part)
        finally:
            await uninterrupted(removed(part, user=user))
            gone()
    return layer


def _replaced(slot: Path, part: Path) -> None:
    if slot.exists():
        (slot / _ABOUT).unlink()  # what is killed from here on leaves nothing that looks whole
        shutil.rmtree(slot)
    part.rename(slot)


def _linked(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except OSError:  # on another file system, or one without hard links
        shutil.copyfile(file, name)
