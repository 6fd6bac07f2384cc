"""The forms of the result: each written beside its place, and moved there when all are whole."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from runner.builders.rootfs import config, disk
from runner.builders.rootfs.bases import platform_of
from runner.builders.rootfs.cache import Tree
from runner.builders.rootfs.images import LAYER
from runner.builders.rootfs.layers import Layer, kept
from runner.builders.rootfs.layout import Written, write_archive, write_layout
from runner.builders.rootfs.machine import Overlay, removed, shown
from runner.builders.rootfs.options import Options
from runner.builders.rootfs.order import ordered, program
from runner.builders.rootfs.streams import SUFFIXES
from runner.sdk import Failed, Resource, Session
from runner.sdk.threads import held, uninterrupted

_ENDINGS = {
    "directory": "", "docker-archive": ".tar", "oci": ".oci", "qcow2": ".qcow2", "raw": ".raw",
    "squashfs": ".squashfs",
}
_MEDIA = {"gzip": "+gzip", "none": "", "zstd": "+zstd"}
_SQUASHED = {"gzip": "gzip", "none": "lz4", "xz": "xz", "zstd": "zstd"}


def places(session: Session, options: Options) -> dict[str, Path]:
    """Return where each form of the result is to be."""
    plain = "".join(each if each.isalnum() or each in "-_." else "-" for each in session.build)
    stem = session.root.absolute() / (options.output or f"output-{plain}")
    known = endings(options.compression)
    return {form: stem.with_name(stem.name + known[form]) for form in dict.fromkeys(options.format)}


def endings(compression: str) -> dict[str, str]:
    """Return what the names of all forms end with."""
    return {**_ENDINGS, "tar": f".tar{SUFFIXES.get(compression, '')}"}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: files, and what is known of the container image if there is one."""

    files: tuple[Path, ...]
    image: Written | None


@dataclass(frozen=True, slots=True)
class Capture:
    """Makes the forms of one result."""

    session: Session
    options: Options
    overlay: Overlay
    base: Tree
    user: bool

    async def make(self, places: Mapping[str, Path]) -> Made:
        """Make them all, or none. Raises ``Failed``."""
        image: Written | None = None
        async with self._beside(places) as parts:
            clean = await shown(self.overlay, user=self.user)
            tar = await self._archive(clean, parts["tar"]) if "tar" in parts else None
            if parts.keys() & {"oci", "docker-archive"}:
                image = await self._image(clean, tar, parts)
            for form in ("directory", "squashfs"):
                if form in parts:
                    self.session.say(f"Writing {self.session.shown(places[form])}")
                    await self._files(form, clean, parts[form])
            if disks := {form: part for form, part in parts.items() if form in ("raw", "qcow2")}:
                self.session.say(f"Writing {' and '.join(self.session.shown(places[each]) for each in disks)}")
                await self._disks(clean, disks)
            await self._placed(parts, places)
        return Made(tuple(places.values()), image)

    @asynccontextmanager
    async def _beside(self, places: Mapping[str, Path]) -> AsyncIterator[dict[str, Path]]:
        """Yield a path beside each place; what is still there in the end is removed."""
        token = secrets.token_hex(4)
        parts = {form: place.with_name(f".{place.name}.{token}") for form, place in places.items()}
        notes = [
            self.session.noted(Resource("rootfs.directory", str(part), {"user": "yes"} if self.user else {}))
            for part in parts.values()
        ]
        gone = [note.__enter__() for note in notes]
        for place in places.values():
            place.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield parts
        finally:
            for part, forget in zip(parts.values(), gone, strict=True):
                await uninterrupted(removed(part, user=self.user))
                forget()

    async def _placed(self, parts: Mapping[str, Path], places: Mapping[str, Path]) -> None:
        """Move the results to their places; what an earlier run made there goes."""
        for form, part in parts.items():
            place = places[form]
            if place.is_dir() and not place.is_symlink():
                _exchange(part, place)
            else:
                part.replace(place)

    async def _image(self, clean: Path, tar: Layer | None, parts: Mapping[str, Path]) -> Written:
        """Write the container image."""
        options = self.options
        layers = await self._layers(clean, tar)
        described = config.whole(
            self.base.about["config"], options, platform_of(options.architecture), [each for each, _ in layers]
        )
        layout = parts.get("oci") or self.overlay.work / "layout"
        tags = options.tags or []
        written = await held(write_layout, layout, described, layers, tags)
        if archive := parts.get("docker-archive"):
            epoch = int(time.time()) if options.source_date_epoch is None else options.source_date_epoch
            names = [each for each, _ in layers]
            await held(write_archive, archive, layout, written, names, tags, epoch)
        return written

    async def _layers(self, clean: Path, tar: Layer | None) -> list[Layer]:
        """Return the base's layers and one of the changes; a single one of all files where the base's is not kept."""
        base, work = self.base, self.overlay.work
        if base.layers is None:
            return [tar or await self._archive(clean, work / "layer")]
        below = [(each, base.layers / each["digest"].partition(":")[2]) for each in base.about["layers"]]
        if not below:
            slot, epoch = base.layers / self.options.compression, self.options.source_date_epoch
            pack = partial(self._archive, base.files, what="base")
            below = [await kept(self.session, slot, epoch, work / "base", pack, user=self.user)]
        return [*below, await self._archive(self.overlay.upper, work / "layer", what="changes")]

    async def _disks(self, clean: Path, parts: Mapping[str, Path]) -> None:
        """Write the disks, which hold what the options want only of disks over the files."""
        options, overlay = self.options, self.overlay
        wanted = disk.Wanted(
            options.size, options.partition_table, options.bootloader, options.kernel_arguments or (),
            options.source_date_epoch,
        )
        written = disk.Disk(overlay.inside, wanted, overlay.work)
        more = await written.additions(clean)
        files = clean if more is None else await shown(overlay, user=self.user, over=[more], name="disk")
        raw = parts.get("raw") or overlay.work / "disk.raw"
        await written.write(files, raw, user=self.user)
        if "qcow2" in parts:
            await disk.qcow2(overlay.inside, raw, parts["qcow2"])

    async def _archive(
        self, root: Path, target: Path, *, what: Literal["base", "changes", "files"] = "files"
    ) -> Layer:
        """Pack files into a tar file, which can be a layer; return how it is described, and the file."""
        self.session.say(f"Packing the {what}")
        compression = self.options.compression
        found = await ordered(
            self.overlay.inside, "archive", root=str(root), target=str(target), upper=what == "changes",
            compression=compression, epoch=self.options.source_date_epoch,
        )
        return {**found, "mediaType": LAYER + _MEDIA.get(compression, "")}, target

    async def _files(self, form: str, clean: Path, part: Path) -> None:
        """Write the files in a form that is nothing but files."""
        epoch = self.options.source_date_epoch
        if form == "directory":
            await ordered(self.overlay.inside, "directory", root=str(clean), target=str(part), epoch=epoch)
        else:
            times = {} if epoch is None else {"SOURCE_DATE_EPOCH": str(epoch)}
            await program(
                self.overlay.inside, "mksquashfs fails", "mksquashfs", str(clean), str(part), "-noappend",
                "-no-progress", "-quiet", "-comp", _SQUASHED[self.options.compression], **times,
            )


def _exchange(part: Path, place: Path) -> None:
    """Put a directory in the place of another."""
    former = part.with_name(f"{part.name}.former")
    place.rename(former)
    part.rename(place)
    former.rename(part)  # where it is removed as what is left over


def refuse_existing(session: Session, places: Sequence[Path]) -> None:
    """Raise ``Failed`` when a place is taken, unless what is there may be replaced or is what the build starts from."""
    mine = session.start_from.files if session.start_from is not None else ()
    for place in places:
        if os.path.lexists(place) and not session.force and place not in mine:
            raise Failed(f"{session.shown(place)} is there already", "`--force` replaces it; or set another 'output'")
