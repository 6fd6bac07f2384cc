"""Writing the results: every form of an image, each whole or not at all."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.builders.rootfs.cache import Tree
from runner.builders.rootfs.disk import Disk, additions, disk, qcow2
from runner.builders.rootfs.image import Blob, config_of, layer_type, write_archive, write_layout
from runner.builders.rootfs.machine import Overlay, shown
from runner.builders.rootfs.order import ordered, program
from runner.builders.rootfs.streams import Compression
from runner.sdk import Failed
from runner.sdk.threads import held

ENDINGS = {
    "oci": ".oci", "docker-archive": ".tar", "squashfs": ".squashfs", "directory": ".dir", "raw": ".img",
    "qcow2": ".qcow2",
}
"""How the results are called, but for ``tar``, whose ending tells its compression."""
_SQUASHFS = {"gzip": "gzip", "none": "gzip", "xz": "xz", "zstd": "zstd"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the results are to be like."""

    changes: Mapping[str, Any]
    """Keys of an image's ``config``, as OCI names them."""
    architecture: str
    tags: Sequence[str]
    compression: Compression
    author: str | None
    epoch: int | None
    disk: Disk
    work: Path


@asynccontextmanager
async def placed(results: Mapping[str, Path], *, force: bool) -> AsyncIterator[dict[str, Path]]:
    """Yield where each result is to be written; all of them take their places when all are whole.

    With ``force`` they take the places of former ones. Raises ``OSError``.
    """
    mark = secrets.token_hex(4)
    parts = {name: path.with_name(f".{path.name}.{mark}") for name, path in results.items()}
    for path in results.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield parts
        for name, path in results.items():
            if force:
                await held(_removed, path)
            parts[name].rename(path)
    finally:
        for part in parts.values():
            await held(_removed, part)


def _removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Writer:
    """Writes the forms of one image."""

    def __init__(self, overlay: Overlay, base: Tree, wanted: Wanted, *, user: bool) -> None:
        self._overlay = overlay
        self._base = base
        self._wanted = wanted
        self._user = user
        self._clean: Path | None = None

    async def write(self, parts: Mapping[str, Path], say: Callable[[str], None]) -> str | None:
        """Write each form to its place; return the digest of the container image, if one is among them.

        Raises ``Failed``, ``OSError``.
        """
        digest = None
        if "oci" in parts or "docker-archive" in parts:
            say("Packing the container image")
            digest = await self._container(parts)
        if "tar" in parts:
            say("Packing the files")
            await self._archive(parts["tar"], upper=False)
        if "directory" in parts:
            say("Copying the files")
            parts["directory"].mkdir()
            await ordered(
                self._overlay.inside, "directory", root=str(await self._files()), target=str(parts["directory"]),
                epoch=self._wanted.epoch,
            )
        if "squashfs" in parts:
            say("Making a squashfs")
            await self._squashfs(parts["squashfs"])
        if "raw" in parts or "qcow2" in parts:
            say("Making a disk")
            await self._disk(parts)
        return digest

    async def _files(self) -> Path:
        """Return where all files are as they are to be in the image."""
        if self._clean is None:
            self._clean = await shown(self._overlay, user=self._user)
        return self._clean

    async def _archive(self, target: Path, *, upper: bool) -> Blob:
        root = self._overlay.upper if upper else await self._files()
        made = await ordered(
            self._overlay.inside, "archive", root=str(root), target=str(target),
            compression=self._wanted.compression, epoch=self._wanted.epoch, upper=upper,
        )
        return Blob(target, made["digest"], made["size"], layer_type(self._wanted.compression), made["diff_id"])

    async def _container(self, parts: Mapping[str, Path]) -> str:
        """Write an OCI layout and an archive; the layers of the base stay, and the work is one more."""
        wanted, about = self._wanted, self._base.about
        layers = [
            Blob(self._base.layers / each["digest"].partition(":")[2], each["digest"], each["size"],
                 each["mediaType"], each["diff_id"])
            for each in about["layers"]
        ]
        layers.append(await self._archive(wanted.work / "layer", upper=bool(layers)))
        config = config_of(
            about["config"], wanted.changes, layers, wanted.architecture, epoch=wanted.epoch, author=wanted.author
        )
        layout = parts.get("oci", wanted.work / "layout")
        digest = await asyncio.to_thread(write_layout, layout, config, layers, wanted.tags)
        if "docker-archive" in parts:
            await asyncio.to_thread(
                write_archive, parts["docker-archive"], layout, config, layers, wanted.tags, wanted.epoch
            )
        return digest

    async def _squashfs(self, target: Path) -> None:
        if shutil.which("mksquashfs") is None:
            raise Failed("there is no program mksquashfs", "install the package squashfs-tools")
        times = {} if self._wanted.epoch is None else {"SOURCE_DATE_EPOCH": str(self._wanted.epoch)}
        options = ("-noI", "-noD", "-noF", "-noX") if self._wanted.compression == "none" else ()
        await program(
            self._overlay.inside, "the squashfs cannot be made", "mksquashfs", str(await self._files()), str(target),
            "-noappend", "-quiet", "-no-progress", "-comp", _SQUASHFS[self._wanted.compression], *options, **times,
        )

    async def _disk(self, parts: Mapping[str, Path]) -> None:
        inside, wanted = self._overlay.inside, self._wanted
        more = additions(wanted.disk, await self._files(), wanted.work)
        files = await self._files() if more is None else await shown(
            self._overlay, user=self._user, over=[more], name="disk"
        )
        raw = parts.get("raw", wanted.work / "disk.img")
        await disk(inside, files, raw, wanted.disk, wanted.work, user=self._user)
        if "qcow2" in parts:
            await qcow2(inside, raw, parts["qcow2"])
