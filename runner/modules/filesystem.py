"""The ``filesystem`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtMostOne, Module, options


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
