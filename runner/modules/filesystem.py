"""The ``filesystem`` module."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.filesystems import KINDS, MEASURE, PROBE, FileSystem
from runner.modules.support.programs import ENGLISH, ran
from runner.sdk import Alias, Answer, Ask, AtMostOne, Do, Failed, Module, Outcome, Verb, Work, options


@options(AtMostOne("resizefs", "uuid"))
class Options:
    """What ``filesystem`` accepts."""

    dev: Annotated[str, Alias("device")]
    """Which device or file."""
    fstype: Annotated[
        Literal[
            "bcachefs",
            "btrfs",
            "ext2",
            "ext3",
            "ext4",
            "ext4dev",
            "f2fs",
            "lvm",
            "ocfs2",
            "reiserfs",
            "xfs",
            "vfat",
            "swap",
            "ufs",
        ]
        | None,
        Alias("type"),
    ] = None
    """Kind of file system; needed unless state is absent."""
    state: Literal["present", "absent"] = "present"
    """Whether the file system is to be there; absent wipes it out."""
    force: bool = False
    """Make it even over another one."""
    resizefs: bool = False
    """Let it grow to the size of the device."""
    opts: str | None = None
    """More arguments for mkfs."""
    uuid: str | None = None
    """UUID of the file system."""


class Filesystem(Module[Options]):
    """Make a file system on a device."""

    name = "filesystem"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "fstype: ufs" if options.get("fstype") == "ufs" else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is on the device, and make, grow, mark or wipe it. Raises ``Failed``."""
        del facts
        wanted = self.options
        probed: Answer = yield Ask(("/bin/sh", "-c", PROBE, "sh", wanted.dev))
        told = dict(line.partition(" ")[::2] for line in probed.stdout.splitlines())
        if "missing" in told:
            missing = f"Device {wanted.dev} not found."
            return Outcome({"msg": missing}, changed=False, failed=None if wanted.state == "absent" else missing)
        if "unknown" in told:
            raise Failed("the machine has no blkid, which tells file systems apart", "install the package util-linux")
        there = told.get("type")
        if wanted.state == "absent":
            if there is not None:
                yield from _done(("wipefs", "--all", wanted.dev), "util-linux")
            return Outcome(changed=there is not None)
        if wanted.fstype is None:
            raise Failed("state is present but all of the following are missing: fstype")
        kind = KINDS[wanted.fstype]
        self._refuse(kind)
        return (yield from self._present(kind, there, told.get("mount")))

    def _present(self, kind: FileSystem, there: str | None, mount: str | None) -> Work:
        """Have a file system of this kind where ``there`` is one, or nothing. Raises ``Failed``."""
        wanted = self.options
        same = there == (kind.known_as or wanted.fstype)
        if same and wanted.resizefs:
            return (yield from self._grown(kind, mount))
        if same and wanted.uuid is not None:
            return Outcome({"msg": (yield from self._identified(kind))}, changed=True)
        if same and not wanted.force:
            return Outcome(changed=False)
        if there is not None and not wanted.force:
            raise Failed(f"'{wanted.dev}' is already used as {there}, use force=true to overwrite")
        extra = shlex.split(wanted.opts or "")
        yield from _done((*kind.make, *extra, wanted.dev), kind.package)
        if wanted.uuid is not None and not re.search(r"(^|[\s,])(-U|--uuid|uuid=)", wanted.opts or ""):
            yield from self._identified(kind)
        return Outcome(changed=True)

    def _refuse(self, kind: FileSystem) -> None:
        """Refuse what cannot be done with this kind of file system. Raises ``Failed``."""
        wanted = self.options
        if wanted.resizefs and not kind.grow:
            raise Failed(f"module does not support resizing {wanted.fstype} filesystem yet.")
        if wanted.uuid is not None and not kind.identify:
            raise Failed(f"module does not support UUID option for this filesystem ({wanted.fstype}) yet.")

    def _grown(self, kind: FileSystem, mount: str | None) -> Work:
        """Let the file system grow if there is room behind it. Raises ``Failed``."""
        device = self.options.dev
        size, before, step = yield from self._measured(kind)
        if size - before < step:
            whole = f"{kind.title} filesystem is using the whole device {device}"
            return Outcome({"msg": whole}, changed=False)
        if kind.grows_mounted and mount is None:
            raise Failed(f"{device} needs to be mounted for {kind.title} operations")
        words = (word.replace("SIZE", str(size)) for word in kind.grow)
        told = yield from _done((*words, mount if kind.grows_mounted and mount else device), kind.package)
        _, after, _ = yield from self._measured(kind)
        return Outcome({"msg": told}, changed=after > before)

    def _measured(self, kind: FileSystem) -> Generator[Verb, Any, tuple[int, int, int]]:
        """Return the sizes of device and file system, and by how much it may grow at a time. Raises ``Failed``."""
        answer: Answer = yield Ask(("/bin/sh", "-c", MEASURE, "sh", self.options.dev, kind.measure))
        numbers = answer.stdout.split()
        if len(numbers) != 3 or not all(number.isdecimal() for number in numbers):  # noqa: PLR2004 - as it says
            raise Failed(f"the size of {self.options.dev} cannot be told: {answer.stderr.strip()}",
                         f"the programs of the package {kind.package} tell it")
        device, system, step = map(int, numbers)
        return device, system, step

    def _identified(self, kind: FileSystem) -> Generator[Verb, Any, str]:
        """Give the file system the UUID; return what the program says. Raises ``Failed``."""
        words = (word.replace("UUID", self.options.uuid or "") for word in kind.identify)
        return (yield from _done((*words, self.options.dev), kind.package))


def _done(argv: tuple[str, ...], package: str) -> Generator[Verb, Any, str]:
    """Run a program; return what it says. Raises ``Failed``."""
    answer = yield from ran(Do(argv, environment=ENGLISH), package)
    return answer.stdout.strip() or answer.stderr.strip()
