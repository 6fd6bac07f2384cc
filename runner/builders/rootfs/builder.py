"""Make container images and disks without a daemon."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from runner.builders.rootfs import config, disk
from runner.builders.rootfs.bases import base
from runner.builders.rootfs.cache import Tree
from runner.builders.rootfs.checkpoints import is_quiet, is_there, kept
from runner.builders.rootfs.machine import Overlay, assembled, directory, environment_of, removed
from runner.builders.rootfs.options import Options
from runner.builders.rootfs.outputs import Capture, endings, places, refuse_existing
from runner.communicators.chroot import Namespaces, check, namespaces
from runner.communicators.posix import connected
from runner.communicators.shell import NoShell
from runner.frozen import frozen
from runner.sdk import Artifact, Builder, Checkpoint, Communicator, Failed, Machine, Origin, Resource, Session
from runner.sdk.threads import held

_PROGRAMS = {"squashfs": ("mksquashfs", "squashfs-tools"), "qcow2": ("qemu-img", "qemu-utils")}
"""Form of the result -> the program that makes it, and the package that has it."""

_IMAGES, _DISKS = frozenset({"oci", "docker-archive"}), frozenset({"raw", "qcow2"})


@frozen
class Files(Machine):
    """A machine made of files, and what is needed to make an image of them."""

    overlay: Overlay | None = None
    base: Tree | None = None
    user: bool = False


@frozen
class Ground:
    """What a machine stands on."""

    inside: Namespaces
    tree: Tree
    user: bool


class Rootfs(Builder[Options]):
    """Make container images and disks without a daemon, and without being root where possible."""

    name = "rootfs"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        forms, compression = options.get("format", ["oci"]), options.get("compression", "gzip")
        if not isinstance(forms, list):
            return None
        for form, cannot in (("oci", {"xz"}), ("docker-archive", {"xz", "zstd"})):
            if form in forms and compression in cannot:
                return f"compression: {compression} with format {form}, whose readers do not know it"
        if {"tar", "docker-archive"} <= set(forms) and compression == "none":
            return "the formats tar and docker-archive together without compression: both would be OUTPUT.tar"
        image, wanted = config.gap(options, wanted=not _IMAGES.isdisjoint(forms)), not _DISKS.isdisjoint(forms)
        return image or disk.gap(options, wanted=wanted)

    @classmethod
    def writes(cls, options: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the files that it writes, if the options are known that say so."""
        stem, forms, compression = options.get("output"), options.get("format", ["oci"]), options.get("compression")
        known = isinstance(stem, str) and isinstance(forms, list) and isinstance(compression, str | None)
        return tuple(f"{stem}{endings(compression or 'gzip').get(form)}" for form in forms) if known else ()

    @classmethod
    def makes_files(cls, options: Mapping[str, Any]) -> bool:
        """Return whether an image is files: archives always are."""
        del options
        return True

    async def origin(self, session: Session) -> Origin | None:
        """Return what the machine will be. What is in a directory that anybody may change cannot be known."""
        options = self.options
        ground = await self._ground(session)
        if ground.tree.layers is None:
            return None
        environment = {name: value for name, value in self._environment(ground.tree).items() if name != "TERM"}
        identity = (ground.tree.files.parent.name, ground.user, options.hostname, environment)
        values = {each.name: getattr(options, each.name) for each in fields(options)}
        forms = {form: str(path) for form, path in places(session, options).items()}
        about = {"ConnType": "chroot", "Host": options.hostname or "localhost"}
        return Origin(identity, (forms, values), about, ground)

    async def launch(self, session: Session) -> Files:
        """Mount an overlay over the base, in namespaces of its own."""
        options = self.options
        ground = session.origin.base if session.origin is not None else await self._ground(session)
        assert isinstance(ground, Ground)
        where = places(session, options)
        refuse_existing(session, list(where.values()))
        _check_programs(where)
        inside, tree, user = ground.inside, ground.tree, ground.user
        work = await session.hold(directory(session, user=user))
        changes = None if session.checkpoint is None else Path(session.checkpoint.id) / "files"
        overlay = await assembled(inside, work, tree.files, user=user, changes=changes)
        if options.hostname is not None and changes is None:
            await _write(overlay, "etc/hostname", options.hostname)
        environment = self._environment(tree)
        line: Communicator | None
        try:
            line = await session.hold(connected(inside.chroot(overlay.root, environment)))
        except NoShell:
            session.say("There is no /bin/sh in the base, so nothing can be run in it")
            line = None
        about = {"ID": work.name, "ConnType": "chroot", "Host": options.hostname or "localhost"}
        return Files(options.hostname or "localhost", line, about, overlay, tree, user)

    async def _ground(self, session: Session) -> Ground:
        """Make namespaces, and the base ready."""
        options, user = self.options, _apart(self.options.isolation)
        check(user=user)
        inside = await session.hold(namespaces(user=user, hostname=options.hostname or "localhost"))
        return Ground(inside, await session.hold(base(session, inside, options, user=user)), user)

    def _environment(self, tree: Tree) -> dict[str, str]:
        return environment_of(config.changed(tree.about["config"], self.options), self.options.source_date_epoch)

    async def checkpoint(self, session: Session, machine: Machine, name: str) -> tuple[Checkpoint, Machine] | None:
        """Keep a copy of what has changed of the base."""
        assert isinstance(machine, Files)
        assert machine.overlay is not None
        if not await is_quiet(machine.overlay):
            return None
        session.say("Keeping the machine as it is")
        found = await kept(session, machine.overlay, name, user=machine.user)
        if found is None:
            return None
        path, size = found
        return Checkpoint("rootfs.checkpoint", str(path), {"user": "yes"} if machine.user else {}, size), machine

    @classmethod
    async def still_there(cls, checkpoint: Checkpoint) -> bool:
        """Return whether the copy is there."""
        return await held(is_there, Path(checkpoint.id))

    @classmethod
    async def drop(cls, checkpoint: Checkpoint) -> None:
        """Remove the copy. Raises ``Failed``."""
        await removed(Path(checkpoint.id), user="user" in checkpoint.about)

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Write the result in all its forms."""
        assert isinstance(machine, Files)
        assert machine.overlay is not None
        assert machine.base is not None
        overlay, options = machine.overlay, self.options
        if options.root_password is not None:
            await _set_password(overlay, str(options.root_password))
        # What a task left running must not write while the files are read.
        await overlay.inside.run(("/bin/sh", "-c", "kill -KILL -1"))
        where = places(session, options)
        made = await Capture(session, options, overlay, machine.base, machine.user).make(where)
        names = ", ".join(session.shown(each) for each in made.files)
        labels = {}
        if made.image is not None:
            labels = {"ImageDigest": made.image.digest, "ImageSha256": made.image.image_id}
        return Artifact(
            self.name, made.image.digest if made.image else "Rootfs", made.files, labels, f"Files of a machine: {names}"
        )

    @classmethod
    async def collect(cls, resource: Resource) -> None:
        """Remove a directory that a run left. Raises ``Failed``."""
        await removed(Path(resource.id), user="user" in resource.about)


def _apart(isolation: str) -> bool:
    """Return whether the machine's users are a user's own numbers, and not this computer's. Raises ``Failed``."""
    root = os.geteuid() == 0
    if isolation == "chroot" and not root:
        raise Failed("`isolation: chroot` is for root only", "run ingot as root, or leave 'isolation' out")
    return isolation == "namespace" or not root


def _check_programs(forms: Mapping[str, Path]) -> None:
    """Raise ``Failed`` when a program is missing that the result will need."""
    for form, (program, package) in _PROGRAMS.items():
        if form in forms and shutil.which(program) is None:
            raise Failed(f"there is no program {program}, which makes a {form}", f"install the package {package}")


async def _write(overlay: Overlay, path: str, text: str) -> None:
    script = 'rm -f "$1/$2" && mkdir -p "$(dirname "$1/$2")" && printf "%s\\n" "$3" >"$1/$2"'
    answer = await overlay.inside.run(("/bin/sh", "-c", script, "sh", str(overlay.root), path, text))
    if answer.status:
        raise Failed(f"/{path} cannot be written: {answer.stderr.strip()}")


async def _set_password(overlay: Overlay, password: str) -> None:
    argv = ("chroot", str(overlay.root), "chpasswd")
    answer = await overlay.inside.run(argv, f"root:{password}\n".encode(), environment_of({}, None))
    if answer.status:
        said = answer.stderr.strip() or "chpasswd fails"
        raise Failed(f"the password of root cannot be set: {said.splitlines()[-1]}")
