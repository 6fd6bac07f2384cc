"""Make container images and disks without a daemon."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.builders.rootfs import config, disk
from runner.builders.rootfs.bases import base
from runner.builders.rootfs.cache import Tree
from runner.builders.rootfs.machine import Overlay, assembled, directory, environment_of, removed
from runner.builders.rootfs.options import Options
from runner.builders.rootfs.outputs import Capture, endings, places, refuse_existing
from runner.communicators.chroot import check, namespaces
from runner.communicators.posix import connected
from runner.communicators.shell import NoShell
from runner.frozen import frozen
from runner.sdk import Artifact, Builder, Communicator, Failed, Machine, Resource, Session

_PROGRAMS = {"squashfs": ("mksquashfs", "squashfs-tools"), "qcow2": ("qemu-img", "qemu-utils")}
"""Form of the result -> the program that makes it, and the package that has it."""

_IMAGES, _DISKS = frozenset({"oci", "docker-archive"}), frozenset({"raw", "qcow2"})


@frozen
class Files(Machine):
    """A machine made of files, and what is needed to make an image of them."""

    overlay: Overlay | None = None
    base: Tree | None = None
    user: bool = False


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

    async def launch(self, session: Session) -> Files:
        """Mount an overlay over the base, in namespaces of its own."""
        options = self.options
        user = _apart(options.isolation)
        check(user=user)
        where = places(session, options)
        refuse_existing(session, list(where.values()))
        _check_programs(where)
        work = await session.hold(directory(session, user=user))
        inside = await session.hold(namespaces(user=user, hostname=options.hostname or "localhost"))
        tree = await session.hold(base(session, inside, options, user=user))
        overlay = await assembled(inside, work, tree.files, user=user)
        if options.hostname is not None:
            await _write(overlay, "etc/hostname", options.hostname)
        environment = environment_of(config.changed(tree.about["config"], options), options.source_date_epoch)
        line: Communicator | None
        try:
            line = await session.hold(connected(inside.chroot(overlay.root, environment)))
        except NoShell:
            session.say("There is no /bin/sh in the base, so nothing can be run in it")
            line = None
        about = {"ID": work.name, "ConnType": "chroot", "Host": options.hostname or "localhost"}
        return Files(options.hostname or "localhost", line, about, overlay, tree, user)

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
