"""The arguments of QEMU: what options come to, and what `qemuargs` make of that."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from runner.builders.qemu.arguments import Parts, merged, usual, words_of
from runner.builders.qemu.options import Options
from runner.schema.records import make
from runner.sdk import Failed

DISK = "file=/w/box,if=virtio,cache=unsafe,discard=ignore,format=qcow2"
PLAIN = {
    "-name": "box", "-machine": "type=pc,accel=tcg", "-m": "512M", "-smp": "cpus=1,sockets=1", "-boot": "c",
    "-netdev": "user,id=user.0,hostfwd=tcp:127.0.0.1:2222-:22", "-device": "virtio-net,netdev=user.0", "-drive": DISK,
    "-vnc": "127.0.0.1:2", "-display": "none",
}  # fmt: skip
"""As Packer has them, but that nobody else in the network gets to the machine's SSH server, and no write waits."""


def options_of(**given: Any) -> Options:
    found: Options = make(Options, {"iso_url": "a", "iso_checksum": "none", **given})
    return found


def parts_of(**given: Any) -> Parts:
    usual = {"disks": (Path("/w/box"),), "port": 2222, "screen": 5902, "display": "none"}
    return Parts("box", given.pop("accelerator", "tcg"), **{**usual, **given})


def of(options: dict[str, Any], parts: dict[str, Any]) -> list[str]:
    return words_of(usual(options_of(**options), parts_of(**parts)))


def values(words: list[str], name: str) -> list[str]:
    return [after for word, after in pairwise(words) if word == name]


def test_the_plainest_machine_has_the_arguments_that_packer_gives_it() -> None:
    words = of({}, {})
    assert dict(zip(words[::2], words[1::2], strict=True)) == PLAIN


@pytest.mark.parametrize(("options", "parts", "name", "expected"), [
    ({"machine_type": "q35"}, {"accelerator": "kvm"}, "-machine", ["type=q35,accel=kvm"]),
    ({}, {"accelerator": "none"}, "-machine", ["type=pc"]),
    ({"memory": 2048}, {}, "-m", ["2048M"]),
    ({"cpus": 4}, {}, "-smp", ["cpus=4,sockets=4"]),
    ({"cpus": 4, "cores": 2}, {}, "-smp", ["cpus=4,cores=2"]),
    ({"sockets": 2, "cores": 2, "threads": 2}, {}, "-smp", ["cpus=8,sockets=2,cores=2,threads=2"]),
    ({}, {"cpu": "max"}, "-cpu", ["max"]),
    ({}, {"installer": Path("/w/a,b.iso")}, "-boot", ["once=d"]),
    ({}, {"installer": Path("/w/a,b.iso")}, "-drive", [DISK, "file=/w/a,,b.iso,media=cdrom"]),
    ({"cdrom_interface": "ide"}, {"cd": Path("/w/cd.iso")}, "-drive", [DISK, "file=/w/cd.iso,if=ide,media=cdrom"]),
    ({"cdrom_interface": "virtio-scsi"}, {"cd": Path("/w/cd.iso")}, "-device",
     ["virtio-net,netdev=user.0", "virtio-scsi-pci,id=scsi0", "scsi-cd,bus=scsi0.0,drive=cdrom0"]),
    ({}, {"floppy": Path("/w/f")}, "-drive", [DISK, "file=/w/f,if=floppy,format=raw"]),
    ({"machine_type": "q35"}, {"floppy": Path("/w/f")}, "-device",
     ["virtio-net,netdev=user.0", "isa-fdc,id=fdc0", "floppy,bus=fdc0.0,drive=floppy0"]),
    ({"disk_interface": "ide", "disk_cache": "none", "disk_discard": "unmap", "disk_detect_zeroes": "unmap"}, {},
     "-drive", ["file=/w/box,if=ide,cache=none,discard=unmap,format=qcow2,detect-zeroes=unmap"]),
    ({"disk_detect_zeroes": True}, {}, "-drive", [f"{DISK},detect-zeroes=on"]),
    ({"disk_interface": "virtio-scsi"}, {}, "-device",
     ["virtio-net,netdev=user.0", "virtio-scsi-pci,id=scsi0", "scsi-hd,bus=scsi0.0,drive=drive0"]),
    ({"disk_interface": "virtio-scsi"}, {}, "-drive",
     ["file=/w/box,if=none,id=drive0,cache=unsafe,discard=ignore,format=qcow2"]),
    ({"disk_interface": "nvme"}, {"disks": (Path("/w/box"), Path("/w/box-1"))}, "-device",
     ["virtio-net,netdev=user.0", "nvme,drive=drive0,serial=drive0", "nvme,drive=drive1,serial=drive1"]),
    ({}, {"code": Path("/f/code"), "variables": Path("/w/vars")}, "-drive",
     [DISK, "file=/f/code,if=pflash,unit=0,format=raw,readonly=on", "file=/w/vars,if=pflash,unit=1,format=raw"]),
    ({"firmware": "bios.bin"}, {}, "-bios", ["bios.bin"]),
    ({"firmware": "/f/code", "use_pflash": True}, {}, "-drive",
     [DISK, "file=/f/code,if=pflash,format=raw,readonly=on"]),
    ({"tpm_device_type": "tpm-crb"}, {"tpm": 7}, "-device", ["virtio-net,netdev=user.0", "tpm-crb,tpmdev=tpm0"]),
    ({}, {"tpm": 7}, "-chardev", ["socket,id=vtpm,fd=7"]),
    ({}, {"port": None}, "-netdev", ["user,id=user.0"]),
    ({"ssh_port": 2200}, {}, "-netdev", ["user,id=user.0,hostfwd=tcp:127.0.0.1:2222-:2200"]),
    ({"net_bridge": "br0", "net_device": "e1000"}, {"port": None}, "-netdev", ["bridge,id=user.0,br=br0"]),
    ({"net_device": "e1000"}, {}, "-device", ["e1000,netdev=user.0"]),
    ({"vnc_use_password": True, "vnc_bind_address": "::1"}, {}, "-vnc", ["[::1]:2,password=on"]),
    ({}, {"screen": None}, "-vnc", []),
    ({}, {"display": None}, "-display", []),
    ({"vga": "qxl"}, {}, "-vga", ["qxl"]),
])  # fmt: skip
def test_options_become_arguments(
    options: dict[str, Any], parts: dict[str, Any], name: str, expected: list[str]
) -> None:
    assert values(of(options, parts), name) == expected


@pytest.mark.parametrize("given", [
    {"cpus": 3, "cores": 2}, {"cpus": 4, "sockets": 1, "cores": 1, "threads": 2}, {"cores": 0},
])  # fmt: skip
def test_processors_that_contradict_each_other(given: dict[str, Any]) -> None:
    with pytest.raises(Failed, match="processors are not"):
        of(given, {})


FIELDS = {"HTTPIP": "10.0.2.2", "HTTPPort": 8000, "SSHHostPort": 2222}
CARD = ("-device", "virtio-net,netdev=user.0")


@pytest.mark.parametrize(("qemuargs", "present", "lost"), [
    ([["-m", "1024M"]], [("-m", "1024M")], [("-m", "512M")]),
    ([["-m", "512M"]], [("-m", "512M")], []),
    ([["-nographic"]], [("-nographic", "")], []),
    ([["-nographic", ""]], [("-nographic", "")], []),
    ([["-device", "virtio-rng-pci"]], [("-device", "virtio-rng-pci"), CARD], []),
    ([["-device", "virtio-net,netdev=own"], ["-device", "virtio-rng-pci"]],
     [("-device", "virtio-net,netdev=own"), ("-device", "virtio-rng-pci")], [CARD]),
    ([["-drive", "file=a"], ["-drive", "file=b"]], [("-drive", "file=a"), ("-drive", "file=b")], [("-drive", DISK)]),
    ([["-append", "url=http://{{ .HTTPIP }}:{{.HTTPPort}}/"]], [("-append", "url=http://10.0.2.2:8000/")], []),
])  # fmt: skip
def test_own_arguments_take_the_place_of_all_of_that_name(
    qemuargs: list[list[str]], present: list[tuple[str, str]], lost: list[tuple[str, str]]
) -> None:
    options = options_of(qemuargs=qemuargs)
    before = usual(options, parts_of())
    found, gone = merged(options, before, FIELDS)
    names = {name for name, _ in present}
    assert sorted(each for each in found if each[0] in names) == sorted(present)
    assert [each for each in found if each[0] not in names] == [each for each in before if each[0] not in names]
    assert gone == lost


@pytest.mark.parametrize(("words", "message"), [
    (["m", "1024"], "not of the form"), (["-m", "1", "2"], "not of the form"), ([], "not of the form"),
    (["-append", "{{ .Nobody }}"], "there is no {{ .Nobody }}"),
])  # fmt: skip
def test_own_arguments_that_are_none(words: list[str], message: str) -> None:
    with pytest.raises(Failed, match=message):
        merged(options_of(qemuargs=[words]), [], FIELDS)
