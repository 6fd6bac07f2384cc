"""What machines of QEMU are made of, each part by itself."""

from __future__ import annotations

import socket
import struct
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from runner.builders.qemu.disks import bytes_of, disk_of, named
from runner.builders.qemu.evidence import png
from runner.builders.qemu.gaps import gap
from runner.builders.qemu.ports import reserved
from runner.builders.qemu.reach import cards_of
from runner.sdk import Artifact, Failed


def listening(port: int) -> socket.socket:
    """Listen as QEMU does."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    found.listen()
    return found


@pytest.fixture
def port() -> int:
    """The first of two ports that are free."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            found: int = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", found + 1))
            except OSError:
                continue
        return found


def test_two_builds_have_two_ports(port: int) -> None:
    with ExitStack() as stack:
        first, second = (stack.enter_context(reserved("ports", port, port + 1)) for _ in range(2))
        assert (first, second) == (port, port + 1)
        with pytest.raises(Failed, match="is free"), reserved("ports", port, port + 1):
            pass
    with reserved("ports", port, port + 1) as again:
        assert again == port


def test_a_reserved_port_is_qemus(port: int) -> None:
    with reserved("ports", port, port) as mine, listening(mine):
        socket.create_connection(("127.0.0.1", mine)).close()
        with pytest.raises(Failed, match="is free"), reserved("ports", port, port):
            pass


def test_ports_that_others_have_are_left_out(port: int) -> None:
    with listening(port), reserved("ports", port, port + 1) as found:
        assert found == port + 1
    with reserved("ports", port, port + 1, but={port}) as found:
        assert found == port + 1


@pytest.mark.parametrize(("first", "last"), [(4444, 2222), (70000, 70001)])
def test_a_range_that_is_none(first: int, last: int) -> None:
    with pytest.raises(Failed, match="host_port_min"), reserved("host_port_min", first, last):
        pass


@pytest.mark.parametrize(("text", "size"), [
    ("1024", 1 << 30), ("10G", 10 << 30), ("10 GB", 10 << 30), ("5GiB", 5 << 30), ("512k", 512 << 10), ("1T", 1 << 40),
    ("4096b", 4096),
])  # fmt: skip
def test_sizes(text: str, size: int) -> None:
    assert bytes_of("disk_size", text) == size


@pytest.mark.parametrize("text", ["", "ten", "10X", "0", "-5G", "1.5G"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(Failed, match="disk_size"):
        bytes_of("disk_size", text)


@pytest.mark.parametrize(("name", "forms", "several", "number", "expected"), [
    ("box", ["qcow2"], False, 0, {"qcow2": "box"}),
    ("box.qcow2", ["qcow2"], False, 1, {"qcow2": "box.qcow2-1"}),
    ("box", ["qcow2", "vmdk"], True, 0, {"qcow2": "box.qcow2", "vmdk": "box.vmdk"}),
    ("box.qcow2", ["qcow2", "vhdx"], True, 2, {"qcow2": "box-2.qcow2", "vhdx": "box-2.vhdx"}),
])  # fmt: skip
def test_names_of_disks(name: str, forms: list[str], several: bool, number: int, expected: dict[str, str]) -> None:  # noqa: FBT001 - a table's column
    assert named(name, forms, several=several, number=number) == expected


def test_which_of_the_files_of_another_build_is_the_disk() -> None:
    files = tuple(map(Path, ("out/box.oci", "out/box.raw", "out/box.qcow2")))
    assert disk_of(Artifact("rootfs", "Rootfs", files)) == files[2]
    assert disk_of(Artifact("rootfs", "Rootfs", files[:2])) == files[1]
    assert disk_of(Artifact("qemu", "VM", (Path("out/box"), Path("out/efivars.fd")))) == Path("out/box")
    with pytest.raises(Failed, match="made no disk, but a tar"):
        disk_of(Artifact("rootfs", "Rootfs", files[:1], description="a tar"))


def test_a_screen_becomes_a_picture() -> None:
    pixels = bytes(range(2 * 3 * 3))
    made = png(b"P6\n3 2\n255\n" + pixels)
    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", made[16:24]) == (3, 2)
    start = made.index(b"IDAT")
    (length,) = struct.unpack(">I", made[start - 4:start])
    lines = zlib.decompress(made[start + 4:start + 4 + length])
    assert lines == b"\0" + pixels[:9] + b"\0" + pixels[9:]
    assert struct.unpack(">I", made[start + 4 + length:][:4]) == (zlib.crc32(made[start:start + 4 + length]),)


@pytest.mark.parametrize("text", [b"", b"P5\n1 1\n255\n\0", b"no picture at all"])
def test_a_screen_that_is_none(text: bytes) -> None:
    with pytest.raises(ValueError, match="no PPM"):
        png(text)


def test_which_cards_a_machine_has() -> None:
    told = (
        "virtio-net-pci.0: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:12:34:5A\r\n"
        " \\ user.0: index=0,type=user,net=10.0.2.0,restrict=off\r\n"
    )
    assert cards_of(told) == {"52:54:00:12:34:5a"}


@pytest.mark.parametrize(("options", "told"), [
    ({}, None),
    ({"communicator": "winrm"}, "communicator"),
    ({"communicator": "none", "shutdown_command": "off"}, "shutdown_command: off, which nothing can run"),
    ({"disable_shutdown": True, "shutdown_command": "off"}, "disable_shutdown beside"),
    ({"format": "raw", "disk_compression": True}, "disk_compression: a raw cannot"),
    ({"formats": ["qcow2", "vdi"], "disk_compression": True}, "disk_compression: a vdi cannot"),
    ({"formats": ["qcow2", "vmdk"], "disk_compression": True}, None),
    ({"use_backing_file": True}, "use_backing_file without disk_image"),
    ({"use_backing_file": True, "disk_image": True}, None),
    ({"use_backing_file": True, "disk_image": True, "format": "raw"}, "use_backing_file: only"),
    ({"use_backing_file": True, "disk_image": True, "disk_compression": True}, "use_backing_file: only"),
    ({"boot_command": ["a"], "boot_steps": [["a", "b"]]}, "boot_steps"),
    ({"vnc_port_min": 5000}, "vnc_port_min: 5000"),
    ({"vnc_password": "a"}, "vnc_password without"),
    ({"vnc_password": "a", "vnc_use_password": True}, None),
    ({"qmp_socket_path": "a"}, "qmp_socket_path without"),
    ({"firmware": "a", "efi_boot": True}, "firmware beside"),
    ({"ssh_keypair_name": "a"}, "ssh_keypair_name"),
    ({"net_bridge": "a", "skip_nat_mapping": True}, "skip_nat_mapping"),
    ({"iso_checksum": "sha256:beef"}, "iso_checksum"),
    ({"http_network_protocol": "unix"}, "http_network_protocol"),
])  # fmt: skip
def test_options_that_cannot_be(options: dict[str, Any], told: str | None) -> None:
    found = gap({"iso_url": "a", "iso_checksum": "none", **options})
    assert found is None if told is None else (found or "").startswith(told), found
