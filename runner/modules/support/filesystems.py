"""Kinds of file systems: what makes them, measures them and lets them grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

PROBE = r"""
if [ ! -e "$1" ]; then echo missing; exit; fi
if ! command -v blkid >/dev/null; then echo unknown; exit; fi
{ blkid -c /dev/null "$1" 2>/dev/null || blkid "$1"; } | sed -n 's/.* TYPE="\([^"]*\)".*/type \1/p'
real=$(readlink -f "$1")
while read -r source target _; do
  case $source in /*) if [ "$(readlink -f "$source")" = "$real" ]; then printf 'mount %b\n' "$target"; break; fi ;; esac
done </proc/mounts
"""
"""Tells the kind of file system on the device ``$1``, and where it is mounted."""
MEASURE = r"""
if [ -b "$1" ]; then device=$(blockdev --getsize64 "$1"); else device=$(stat -L -c %s "$1"); fi || exit
system=$(eval "$2") && [ -n "$system" ] || exit
echo "$device $system"
"""
"""Tells the size of the device ``$1`` and what the script ``$2`` says of the file system on it."""


class FileSystem(NamedTuple):
    """One kind of file system. The device is the last argument of what makes it and of what changes it."""

    title: str
    make: tuple[str, ...]
    """What makes it, even where another one is."""
    package: str
    """The package of these programs, on Debian."""
    known_as: str = ""
    """What ``blkid`` calls it, unless that is its own name."""
    measure: str = ""
    """Script that tells its size on the device ``$1``, and by how much it may grow at a time, in bytes."""
    grow: tuple[str, ...] = ()
    """What lets it grow to the size of the device; ``SIZE`` stands for that."""
    grows_mounted: bool = False
    """Whether what lets it grow is told the directory where it is mounted, not the device."""
    identify: tuple[str, ...] = ()
    """What gives it another UUID, which ``UUID`` stands for."""


def _ext(name: str) -> FileSystem:
    measure = (
        """LC_ALL=C tune2fs -l "$1" | awk '/^Block count:/ {n = $3} /^Block size:/ {s = $3}"""
        """ END {if (s) printf "%.0f %.0f", n * s, s}'"""
    )
    return FileSystem(
        name.capitalize(), (f"mkfs.{name}", "-F"), "e2fsprogs", name, measure, ("resize2fs",),
        identify=("tune2fs", "-U", "UUID"),
    )


KINDS: Mapping[str, FileSystem] = {
    **{name: _ext(name) for name in ("ext2", "ext3", "ext4", "ext4dev")},
    "bcachefs": FileSystem("Bcachefs", ("bcachefs", "format", "--force"), "bcachefs-tools"),
    "btrfs": FileSystem(
        "Btrfs", ("mkfs.btrfs", "-f"), "btrfs-progs",
        measure="""btrfs filesystem show --raw "$1" | awk '$1 == "devid" {print $4, 4096; exit}'""",
        grow=("btrfs", "filesystem", "resize", "max"), grows_mounted=True,
    ),
    "f2fs": FileSystem(
        "F2fs", ("mkfs.f2fs", "-f"), "f2fs-tools",
        measure="""
        dump.f2fs "$1" |
          awk -F= 'BEGIN {s = 512} /sector size =/ {s = $2} /total (FS )?sectors =/ {split($2, n, " ")}
            END {if (n[1]) printf "%.0f %d", n[1] * s, 2097152}'
        """,
        grow=("resize.f2fs",),
    ),
    "lvm": FileSystem(
        "LVM", ("pvcreate", "-f"), "lvm2", "LVM2_member",
        # What belongs to a group has room for whole extents behind its head.
        """
        pvs --noheadings --nosuffix --units b -o vg_extent_size,pe_start,pv_size "$1" |
          awk 'NF == 3 {printf "%.0f %.0f", $2 + $3, $1} NF == 2 {print $2, 1}'
        """,
        ("pvresize",), identify=("pvchange", "-u"),
    ),
    "ocfs2": FileSystem("Ocfs2", ("mkfs.ocfs2", "-Fx"), "ocfs2-tools"),
    "reiserfs": FileSystem("Reiserfs", ("mkfs.reiserfs", "-q"), "reiserfsprogs"),
    "swap": FileSystem("Swap", ("mkswap", "-f"), "util-linux"),
    "vfat": FileSystem(
        "VFAT", ("mkfs.vfat",), "dosfstools and fatresize",
        # The head of the file system has the bytes of a sector and, in one of two places, the number of sectors.
        measure="""
        od -An -v -tu1 -j11 -N25 "$1" | awk '{for (i = 1; i <= NF; i++) b[n++] = $i} END {
          sectors = b[8] + b[9] * 256
          if (!sectors) sectors = b[21] + 256 * (b[22] + 256 * (b[23] + 256 * b[24]))
          printf "%.0f %d", (b[0] + b[1] * 256) * sectors, 1048576}'
        """,
        grow=("fatresize", "-s", "SIZE"),
    ),
    "xfs": FileSystem(
        "XFS", ("mkfs.xfs", "-f"), "xfsprogs",
        measure="""
        xfs_info "$1" | sed -n 's/^data .*bsize=\\([0-9]*\\) *blocks=\\([0-9]*\\).*/\\1 \\2/p' |
          awk '{printf "%.0f %.0f", $1 * $2, $1}'
        """,
        grow=("xfs_growfs",), grows_mounted=True, identify=("xfs_admin", "-U", "UUID"),
    ),
}
"""Name -> the kind of file system."""
