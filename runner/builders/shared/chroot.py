"""A disk that is mounted and worked on with chroot, without a machine of its own."""

from __future__ import annotations

from runner.builders.shared.group import group


@group()
class ChrootDisk:
    """How the disk is mounted and what is done before."""

    chroot_mounts: list[list[str]] | None = None
    """What else to mount inside, each `[type, source, path]`."""
    command_wrapper: str | None = None
    """Template for every command on this computer, such as `sudo {{ command }}`."""
    copy_files: list[str] | None = None
    """Files of this computer to copy to the same path inside, such as `/etc/resolv.conf`."""
    from_scratch: bool = False
    """Start from an empty disk instead of an existing image."""
    mount_options: list[str] | None = None
    """Options of the mount command."""
    mount_partition: str = "1"
    """Number of the partition that holds the root file system; `0` is the whole disk."""
    mount_path: str | None = None
    """Where to mount the disk."""
    pre_mount_commands: list[str] | None = None
    """Commands to run once the disk is attached and not yet mounted."""
    post_mount_commands: list[str] | None = None
    """Commands to run once the disk is mounted."""
