"""What a vSphere machine is made of."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from runner.builders.shared.group import group
from runner.sdk import options


@options()
class PciDevice:
    """A device of the host that may be handed to the machine."""

    vendor_id: str | None = None
    """Number of the maker, in hexadecimal."""
    device_id: str | None = None
    """Number of the device, in hexadecimal."""
    sub_vendor_id: str | None = None
    """Number of the card's maker, in hexadecimal."""
    sub_device_id: str | None = None
    """Number of the card, in hexadecimal."""


@options()
class Disk:
    """One disk."""

    disk_size: int
    """Size in megabytes."""
    disk_thin_provisioned: bool = False
    """Take space only as it is written to."""
    disk_eagerly_scrub: bool = False
    """Fill the disk with zeros when it is made."""
    disk_controller_index: int = 0
    """Which of `disk_controller_type` the disk is attached to, counted from 0."""


@group()
class VsphereHardware:
    """What the machine is made of."""

    cpus: int | None = field(default=None, metadata={"name": "CPUs"})
    """Number of processors."""
    cpu_cores: int | None = None
    """Cores in each processor socket."""
    cpu_reservation: int | None = field(default=None, metadata={"name": "CPU_reservation"})
    """Processor time set aside for the machine, in megahertz."""
    cpu_limit: int | None = field(default=None, metadata={"name": "CPU_limit"})
    """Most processor time the machine gets, in megahertz."""
    cpu_hot_plug: bool = field(default=False, metadata={"name": "CPU_hot_plug"})
    """Let processors be added while the machine runs."""
    ram: int | None = field(default=None, metadata={"name": "RAM"})
    """Memory in megabytes."""
    ram_reservation: int | None = field(default=None, metadata={"name": "RAM_reservation"})
    """Memory set aside for the machine, in megabytes."""
    ram_reserve_all: bool = field(default=False, metadata={"name": "RAM_reserve_all"})
    """Set all of the machine's memory aside."""
    ram_hot_plug: bool = field(default=False, metadata={"name": "RAM_hot_plug"})
    """Let memory be added while the machine runs."""
    video_ram: int | None = None
    """Memory of the graphics card in kilobytes."""
    displays: int | None = None
    """Number of screens."""
    pci_passthrough_allowed_device: list[PciDevice] | None = None
    """Devices of the host that may be handed to the machine."""
    vgpu_profile: str | None = None
    """Share of a graphics card that the machine gets."""
    nested_hv: bool = field(default=False, metadata={"name": "NestedHV"})
    """Let the machine run virtual machines itself."""
    firmware: Literal["bios", "efi", "efi-secure"] | None = None
    """Firmware to boot with."""
    force_bios_setup: bool = False
    """Show the firmware's set-up at the next start."""
    vtpm: bool = field(default=False, metadata={"name": "vTPM"})
    """Give the machine a TPM."""
    precision_clock: Literal["none", "ntp", "ptp"] | None = None
    """Clock of the host that the machine sees."""
    disk_controller_type: list[str] | None = None
    """Buses that disks are attached to, such as `pvscsi`."""
    storage: list[Disk] | None = None
    """Disks of the machine."""
    vbs_enabled: bool = False
    """Let Windows isolate parts of itself by virtualization."""
    vvtd_enabled: bool = False
    """Give the machine an IOMMU."""
    configuration_parameters: dict[str, str] | None = None
    """Further entries of the machine's configuration: name -> value."""
    tools_sync_time: bool = False
    """Set the machine's clock by VMware Tools when it starts."""
    tools_sync_time_periodically: bool = False
    """Set the machine's clock by VMware Tools again and again."""
    tools_upgrade_policy: bool = False
    """Bring VMware Tools up to date at every start."""
    cdrom_type: Literal["ide", "sata"] | None = None
    """Bus that CDs are attached to."""
