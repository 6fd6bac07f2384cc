"""Make a VMware machine from an installation image."""

from __future__ import annotations

from typing import Literal

from runner.builders.shared.group import LocalFile
from runner.builders.shared.iso import Iso
from runner.builders.vmware.shared.machine import Vmware
from runner.sdk import AtLeastOne, Builder, ExactlyOne, options


@options(ExactlyOne("iso_url", "iso_urls"), AtLeastOne("iso_checksum"))
class Options(Vmware, Iso):
    """The machine and what it is installed from."""

    disk_size: int = 40000
    """Size of the disk in megabytes."""
    cpus: int | None = None
    """Number of processors."""
    cores: int | None = None
    """Cores in each processor socket."""
    memory: int | None = None
    """Memory in megabytes."""
    firmware: Literal["bios", "efi", "efi-secure"] | None = None
    """Firmware to boot with."""
    network: str | None = None
    """Network to connect to: `nat`, `bridged`, `hostonly` or a virtual network's name."""
    network_name: str | None = None
    """Name of the virtual network."""
    network_adapter_type: str | None = None
    """Network card, such as `vmxnet3` or `e1000`."""
    sound: bool = False
    """Give the machine a sound card."""
    usb: bool = False
    """Give the machine a USB controller."""
    usb_version: str | None = None
    """Version of the USB controller."""
    serial: str | None = None
    """Serial port, such as `PIPE:path,server,app,TRUE`."""
    parallel: str | None = None
    """Parallel port, such as `FILE:path`."""
    vhv_enabled: bool = False
    """Let the machine run virtual machines itself."""
    vmx_template_path: LocalFile | None = None
    """Template of the machine's VMX file."""
    vmx_disk_template_path: LocalFile | None = None
    """Template of a disk's entries in the VMX file."""


class VmwareIso(Builder[Options]):
    """Make a VMware machine from an installation image."""

    name = "vmware-iso"
