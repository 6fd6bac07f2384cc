"""How a Hyper-V machine is built, run and exported."""

from __future__ import annotations

from typing import Annotated

from runner.builders.shared.boot import BootCommand
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import group
from runner.builders.shared.http import HttpServer
from runner.builders.shared.iso import Iso
from runner.builders.shared.media import Cd, Floppy
from runner.builders.shared.shutdown import Shutdown
from runner.sdk import Maximum, Minimum


@group()
class HypervHardware:
    """What the machine is made of."""

    cpus: int = 1
    """Number of processors."""
    memory: int = 1024
    """Memory in megabytes."""
    enable_dynamic_memory: bool = False
    """Let Hyper-V change the memory while the machine runs."""
    generation: Annotated[int, Minimum(1), Maximum(2)] = 1
    """Generation of the machine: 1 has a BIOS, 2 has UEFI."""
    enable_secure_boot: bool = False
    """Boot signed loaders only, with generation 2."""
    secure_boot_template: str | None = None
    """Keys that loaders are checked against, such as `MicrosoftWindows`."""
    enable_tpm: bool = False
    """Give the machine a TPM, with generation 2."""
    enable_virtualization_extensions: bool = False
    """Let the machine run virtual machines itself."""
    enable_mac_spoofing: bool = False
    """Let the machine send from other hardware addresses."""
    mac_address: str | None = None
    """Hardware address of the network card, twelve hexadecimal digits."""
    switch_name: str | None = None
    """Virtual switch to connect to; one is made when left out."""
    switch_vlan_id: str | None = None
    """VLAN of the virtual switch."""
    vlan_id: str | None = None
    """VLAN of the machine."""
    configuration_version: str | None = None
    """Version of the machine's configuration."""
    disk_size: int = 40960
    """Size of the disk in megabytes."""
    disk_block_size: int = 32
    """Block size of the disk in megabytes."""
    disk_additional_size: list[int] | None = None
    """Sizes of further disks in megabytes."""
    differencing_disk: bool = False
    """Write changes only, on top of the disk started from."""


@group()
class Hyperv(HypervHardware, Connection, HttpServer, Iso, Floppy, Cd, BootCommand, Shutdown):
    """How the machine is run and kept."""

    vm_name: str | None = None
    """Name of the machine; `packer-BUILD` when left out."""
    boot_order: list[str] | None = None
    """Devices to boot from, in order, such as `SCSI:0:0` or `DVD`."""
    first_boot_device: str | None = None
    """Device to boot from first, such as `DVD` or `SCSI:0:0`."""
    secondary_iso_images: list[str] | None = None
    """Further CD images to attach."""
    guest_additions_mode: str | None = None
    """Whether the integration services are attached as a CD: `attach` or `disable`."""
    guest_additions_path: str | None = None
    """Path of the CD image of the integration services."""
    headless: bool = False
    """Open no window."""
    disable_shutdown: bool = False
    """Leave shutting the machine down to a task."""
    temp_path: str | None = None
    """Directory of this computer for files of the build."""
    output_directory: str | None = None
    """Directory that receives the machine; `output-BUILD` when left out."""
    skip_compaction: bool = False
    """Do not shrink the disks after the build."""
    skip_export: bool = False
    """Do not export the machine."""
    keep_registered: bool = False
    """Leave the machine in Hyper-V after the build."""
