"""The module ``filesystem`` on images of disks, with the real programs; devices and mounts are played by scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Machine, played

from runner import registry

UUID = "61222762-3190-4c3d-8662-4c95943be619"
TOOLS = "e2fsprogs xfsprogs btrfs-progs dosfstools f2fs-tools util-linux"
KINDS = ["ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "swap"]
IMAGE = "/srv/disk.img"


@pytest.fixture(scope="module")
def tools(debian_machine: Machine) -> Machine:
    debian_machine.sh(f"apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq "
                      f"--no-install-recommends {TOOLS} >/dev/null 2>&1")
    return debian_machine


@pytest.fixture
def disk(tools: Machine) -> Iterator[Machine]:
    """A machine with an empty image of a disk."""
    tools.sh('truncate -s 400M "$1"', IMAGE)
    yield tools
    tools.sh('rm -f "$1"', IMAGE)


def kind_of(machine: Machine) -> str:
    return machine.sh('blkid -c /dev/null -o value -s TYPE "$1" || true', IMAGE).strip()


@pytest.mark.parametrize("kind", KINDS)
def test_made_once_and_wiped_once(disk: Machine, kind: str) -> None:
    made, gone = {"dev": IMAGE, "fstype": kind}, {"dev": IMAGE, "state": "absent"}
    assert disk.apply("filesystem", made, check=True).changed
    assert kind_of(disk) == ""
    assert disk.apply("filesystem", made).changed
    assert kind_of(disk) == kind
    assert not disk.apply("filesystem", made).changed
    other = disk.apply("filesystem", {"dev": IMAGE, "fstype": "ext4dev"})
    assert other.values["msg"] == f"'{IMAGE}' is already used as {kind}, use force=true to overwrite"
    assert disk.apply("filesystem", {**made, "force": True}).changed
    assert disk.apply("filesystem", gone, check=True).changed
    assert kind_of(disk) == kind
    assert disk.apply("filesystem", gone).changed
    assert kind_of(disk) == ""
    assert not disk.apply("filesystem", gone).changed


@pytest.mark.parametrize("kind", ["ext4", "f2fs"])
def test_it_grows_into_the_room_behind_it(disk: Machine, kind: str) -> None:
    disk.apply("filesystem", {"dev": IMAGE, "fstype": kind})
    grown = {"dev": IMAGE, "fstype": kind, "resizefs": True}
    unchanged = disk.apply("filesystem", grown)
    assert not unchanged.changed
    assert unchanged.values["msg"] == f"{kind.capitalize()} filesystem is using the whole device {IMAGE}"
    disk.sh('truncate -s 600M "$1"', IMAGE)
    assert disk.apply("filesystem", grown, check=True).changed
    done = disk.apply("filesystem", grown)
    assert done.changed, done.values
    assert not disk.apply("filesystem", grown).changed
    assert not disk.apply("filesystem", grown, check=True).changed


@pytest.mark.parametrize(("kind", "title"), [("xfs", "XFS"), ("btrfs", "Btrfs")])
def test_what_grows_only_where_it_is_mounted(disk: Machine, kind: str, title: str) -> None:
    disk.apply("filesystem", {"dev": IMAGE, "fstype": kind})
    grown = {"dev": IMAGE, "fstype": kind, "resizefs": True}
    assert not disk.apply("filesystem", grown).failed
    disk.sh('truncate -s 600M "$1"', IMAGE)
    assert disk.apply("filesystem", grown).values["msg"] == f"{IMAGE} needs to be mounted for {title} operations"


def test_the_size_of_fat_is_read_without_its_program(disk: Machine) -> None:
    disk.apply("filesystem", {"dev": IMAGE, "fstype": "vfat"})
    grown = {"dev": IMAGE, "fstype": "vfat", "resizefs": True}
    assert not disk.apply("filesystem", grown).failed
    disk.sh('truncate -s 600M "$1"', IMAGE)
    assert disk.apply("filesystem", grown).values["msg"] == 'Failed to find required executable "fatresize"'


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_a_uuid(disk: Machine, kind: str) -> None:
    wanted = {"dev": IMAGE, "fstype": kind, "uuid": UUID}
    for _ in ("made", "given to what is there"):
        assert disk.apply("filesystem", wanted).changed
        assert disk.sh('blkid -c /dev/null -o value -s UUID "$1"', IMAGE).strip() == UUID
        disk.apply("filesystem", {**wanted, "uuid": "random" if kind == "ext4" else "generate"})
        assert disk.sh('blkid -c /dev/null -o value -s UUID "$1"', IMAGE).strip() != UUID


def test_more_arguments(disk: Machine) -> None:
    options = {"dev": IMAGE, "fstype": "ext4", "opts": f"-L 'my disk' -U {UUID}", "uuid": "random"}
    assert disk.apply("filesystem", options).changed
    assert disk.sh('blkid -c /dev/null -o value -s LABEL -s UUID "$1"', IMAGE).splitlines() == ["my disk", UUID]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"dev": "/dev/nothing", "fstype": "ext4"}, "Device /dev/nothing not found."),
    ({"dev": IMAGE}, "state is present but all of the following are missing: fstype"),
    ({"dev": IMAGE, "fstype": "swap", "resizefs": True}, "module does not support resizing swap filesystem yet."),
    ({"dev": IMAGE, "fstype": "btrfs", "uuid": UUID},
     "module does not support UUID option for this filesystem (btrfs) yet."),
    ({"dev": IMAGE, "fstype": "ocfs2"}, 'Failed to find required executable "mkfs.ocfs2"'),
    ({"dev": IMAGE, "fstype": "ext4", "opts": "-b nonsense"}, "mkfs.ext4: invalid block size - nonsense"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_cannot_be(disk: Machine, options: dict[str, Any], message: str) -> None:
    done = disk.apply("filesystem", options)
    assert done.failed
    assert message in done.values["msg"]


def test_no_device_has_no_file_system(tools: Machine) -> None:
    done = tools.apply("filesystem", {"dev": "/dev/nothing", "state": "absent"})
    assert (done.changed, done.failed, done.values["msg"]) == (False, False, "Device /dev/nothing not found.")


PLAYED = {
    "blkid": """echo "$3: UUID=\\"x\\" TYPE=\\"$(cat /tmp/disk/type)\\"" """,
    "pvs": 'echo "  4194304 1048576 $(cat /tmp/disk/size)"',
    "pvresize": 'echo 100663296 >/tmp/disk/size; echo "pvresize $*" >>/tmp/disk/log',
    "pvcreate": 'echo LVM2_member >/tmp/disk/type; echo "pvcreate $*" >>/tmp/disk/log',
    "pvchange": 'echo "pvchange $*" >>/tmp/disk/log',
    "xfs_info": r"""printf 'data     =     bsize=4096   blocks=%s, imaxpct=25\n' "$(cat /tmp/disk/blocks)" """,
    "xfs_growfs": 'echo "xfs_growfs $*" >>/tmp/disk/log; echo 25088 >/tmp/disk/blocks',
}


@pytest.fixture
def volumes(busybox_machine: Machine) -> Iterator[Machine]:
    busybox_machine.sh("mkdir -p /tmp/disk; : >/tmp/disk/log; echo ext4 >/tmp/disk/type; "
                       "echo 50331648 >/tmp/disk/size; echo 20000 >/tmp/disk/blocks; "
                       "truncate -s 98M /tmp/disk/image")
    with played(busybox_machine, PLAYED):
        yield busybox_machine
    busybox_machine.sh("rm -rf /tmp/disk /proc/mounts")


def test_a_physical_volume(volumes: Machine) -> None:
    wanted = {"dev": "/tmp/disk/image", "fstype": "lvm"}
    assert volumes.apply("filesystem", {**wanted, "force": True}).changed
    assert not volumes.apply("filesystem", wanted).changed
    assert volumes.apply("filesystem", {**wanted, "resizefs": True}).changed
    assert not volumes.apply("filesystem", {**wanted, "resizefs": True}).changed
    assert volumes.apply("filesystem", {**wanted, "uuid": "any"}).changed
    log = [f"{word} /tmp/disk/image" for word in ("pvcreate -f", "pvresize", "pvchange -u")]
    assert volumes.sh("cat /tmp/disk/log").splitlines() == log


def test_what_is_mounted_grows_where_it_is_mounted(volumes: Machine) -> None:
    volumes.sh("echo xfs >/tmp/disk/type; ln -s image /tmp/disk/link")
    volumes.put("/proc/mounts", rb"""proc /proc proc rw 0 0
/tmp/disk/image /mnt/a\040b xfs rw 0 0
""")  # the root directory of this machine has no other
    grown = {"dev": "/tmp/disk/link", "fstype": "xfs", "resizefs": True}
    assert volumes.apply("filesystem", grown, check=True).changed
    assert volumes.apply("filesystem", grown).changed
    assert not volumes.apply("filesystem", grown).changed
    assert volumes.sh("cat /tmp/disk/log") == "xfs_growfs /mnt/a b\n"


def test_what_is_refused_before_anything_starts() -> None:
    entry = registry.find("modules", "filesystem")
    assert entry is not None
    plugin: Any = entry.load()
    assert plugin.gap({"fstype": "ufs"}) == "fstype: ufs"
    assert plugin.gap({"fstype": "ext4", "resizefs": True}) is None
