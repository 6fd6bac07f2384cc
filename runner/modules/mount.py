"""The ``mount`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``mount`` accepts."""

    path: Annotated[str, Alias("name")]
    """Where it is mounted."""
    src: str | None = None
    """What is mounted: a device, UUID=..., or a share; needed to mount it."""
    fstype: str | None = None
    """Kind of file system, such as ext4; needed to mount it."""
    opts: str | None = None
    """Options, as in fstab."""
    opts_no_log: bool = False
    """Keep the options out of the output."""
    state: Literal["absent", "absent_from_fstab", "mounted", "present", "unmounted", "remounted", "ephemeral"]
    """What is to be: mounted is in fstab and active, present only in fstab, ephemeral only active."""
    boot: bool = True
    """Mount it when the machine starts."""
    dump: str = "0"
    """Whether dump saves it: the fifth field in fstab."""
    passno: str = "0"
    """When it is checked: the sixth field in fstab."""
    fstab: str | None = None
    """File to keep it in, instead of /etc/fstab."""
    backup: bool = False
    """Keep a copy of the former fstab, with the time in its name."""


class Mount(Module[Options]):
    """Mount file systems, and keep them in fstab."""

    name = "mount"
