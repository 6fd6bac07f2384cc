"""Make a VirtualBox machine from an installation image."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.group import group
from runner.builders.shared.iso import Iso
from runner.builders.virtualbox.shared.machine import VirtualBox
from runner.sdk import AtLeastOne, Builder, ExactlyOne, Maximum, Minimum, options


@group()
class Hardware:
    """What the machine is made of."""

    cpus: int = 1
    """Number of processors."""
    memory: int = 512
    """Memory in megabytes."""
    chipset: Literal["ich9", "piix3"] = "piix3"
    """Chipset."""
    firmware: Literal["bios", "efi"] = "bios"
    """Firmware to boot with."""
    nested_virt: bool = False
    """Let the machine run virtual machines itself."""
    rtc_time_base: Literal["UTC", "local"] | None = None
    """Time that the machine's clock shows."""
    nic_type: Literal["82540EM", "82543GC", "82545EM", "Am79C970A", "Am79C973", "Am79C960", "virtio"] | None = None
    """Network card."""
    sound: str | None = None
    """Sound driver of this computer; no sound when left out."""
    audio_controller: Literal["ac97", "hda", "sb16"] | None = None
    """Sound card."""
    usb: bool = False
    """Give the machine a USB controller."""
    usb_controller: str | None = None
    """USB controller, such as `xhci`."""
    mouse: Literal["ps2", "usb", "usbmtscreenpluspad", "usbmultitouch", "usbtablet"] | None = None
    """Pointing device."""
    keyboard: Literal["ps2", "usb"] | None = None
    """Keyboard."""
    gfx_controller: Literal["none", "vboxsvga", "vboxvga", "vmsvga"] | None = None
    """Graphics card."""
    gfx_vram_size: Annotated[int, Minimum(1), Maximum(256)] | None = None
    """Memory of the graphics card in megabytes."""
    gfx_accelerate_3d: bool = False
    """Use this computer's graphics card for 3D."""
    gfx_efi_resolution: str | None = None
    """Resolution of the screen under EFI, such as `1024x768`."""


@group()
class Disks:
    """The disks of the machine."""

    disk_size: int = 40000
    """Size of the disk in megabytes."""
    disk_additional_size: list[int] | None = None
    """Sizes of further disks in megabytes."""
    hard_drive_interface: Literal["ide", "pcie", "sata", "scsi", "virtio"] = "ide"
    """Bus that the disk is attached to."""
    hard_drive_discard: bool = False
    """Pass on which blocks are free."""
    hard_drive_nonrotational: bool = False
    """Present the disk as a solid-state one."""
    sata_port_count: int = 1
    """Number of SATA ports."""
    nvme_port_count: int = 1
    """Number of NVMe ports."""
    iso_interface: Literal["ide", "sata", "virtio"] = "ide"
    """Bus that the installation image is attached to."""
    bundle_iso: bool = False
    """Leave the installation image attached for the export."""


@options(ExactlyOne("iso_url", "iso_urls"), AtLeastOne("iso_checksum"))
class Options(VirtualBox, Iso, Hardware, Disks):
    """The machine, what it is installed from and how it is exported."""

    guest_os_type: str = "other"
    """Operating system as `VBoxManage list ostypes` names it, such as `Debian_64`."""
    vm_name: str | None = None
    """Name of the machine; `packer-BUILD` when left out."""


class VirtualBoxIso(Builder[Options]):
    """Make a VirtualBox machine from an installation image."""

    name = "virtualbox-iso"
