"""Devices of a Proxmox machine."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.iso import Iso
from runner.builders.shared.media import Cd
from runner.sdk import Deprecated, options


@options()
class NetworkAdapter:
    """One network card."""

    model: str = "e1000"
    """Kind of the card, such as `virtio`."""
    bridge: str | None = None
    """Bridge of the node to connect to."""
    mac_address: str | None = None
    """Hardware address; `repeatable` makes one from the machine's number."""
    vlan_tag: str | None = None
    """VLAN to join."""
    firewall: bool = False
    """Put the firewall between card and bridge."""
    mtu: int | None = None
    """Longest packet in bytes; `1` takes the bridge's."""
    packet_queues: int | None = None
    """Number of packet queues."""


@options()
class Disk:
    """One disk."""

    storage_pool: str
    """Storage pool for the disk."""
    type: str = "scsi"
    """Bus that the disk is attached to: `scsi`, `sata`, `virtio` or `ide`."""
    storage_pool_type: Annotated[str | None, Deprecated("leave it out")] = None
    """Kind of the storage pool."""
    disk_size: str = "20G"
    """Size of the disk."""
    format: str | None = None
    """Format of the disk, such as `raw` or `qcow2`."""
    cache_mode: str = "none"
    """How writes are cached."""
    asyncio: Literal["io_uring", "native", "threads"] | None = None
    """How the host reads and writes."""
    io_thread: bool = False
    """Give the disk a thread of its own."""
    discard: bool = False
    """Pass on which blocks are free."""
    ssd: bool = False
    """Present the disk as a solid-state one."""
    exclude_from_backup: bool = False
    """Leave the disk out of backups."""


@options()
class EfiConfig:
    """The disk of the UEFI variables."""

    efi_storage_pool: str | None = None
    """Storage pool for the disk."""
    efi_format: str | None = None
    """Format of the disk."""
    efi_type: Literal["2m", "4m"] | None = None
    """Size of the firmware."""
    pre_enrolled_keys: bool = False
    """Put Microsoft's and the distributions' keys in."""


@options()
class TpmConfig:
    """The machine's TPM."""

    tpm_storage_pool: str
    """Storage pool for the TPM's state."""
    tpm_version: Literal["v1.2", "v2.0"] = "v2.0"
    """Version of the TPM."""


@options()
class Rng:
    """The source of random numbers."""

    source: Literal["/dev/hwrng", "/dev/random", "/dev/urandom"]
    """Device of the node to read from."""
    max_bytes: int
    """Most bytes to read in a period; `0` is no limit."""
    period: int = 1000
    """Length of a period in milliseconds."""


@options()
class Vga:
    """The graphics card."""

    type: str | None = None
    """Kind of the card, such as `std`, `qxl` or `virtio`."""
    memory: int | None = None
    """Memory of the card in megabytes."""


@options()
class PciDevice:
    """A device of the node that is handed to the machine."""

    host: str | None = None
    """Address of the device on the node, such as `0000:01:00.0`."""
    mapping: str | None = None
    """Name of a device that the cluster maps, in place of `host`."""
    device_id: str | None = None
    """Number of the device that the machine sees."""
    vendor_id: str | None = None
    """Number of the maker that the machine sees."""
    sub_device_id: str | None = None
    """Number of the card that the machine sees."""
    sub_vendor_id: str | None = None
    """Number of the card's maker that the machine sees."""
    pcie: bool = False
    """Present the device as PCI Express."""
    mdev: str | None = None
    """Share of the device that the machine gets."""
    hide_rombar: bool = False
    """Hide the device's ROM."""
    romfile: str | None = None
    """File of the device's ROM on the node."""
    legacy_igd: bool = False
    """Take the device for the machine's first graphics card."""
    x_vga: bool = False
    """Take the device for a graphics card of old."""


@options()
class IsoFile(Iso, Cd):
    """One CD."""

    type: Literal["ide", "sata", "scsi"] = "ide"
    """Bus that the CD is attached to."""
    index: str | None = None
    """Number on the bus; the next free one when left out."""
    device: Annotated[str | None, Deprecated("write type and index")] = None
    """Bus and number in one, such as `ide3`."""
    iso_file: str | None = None
    """CD image in a storage of Proxmox, such as `local:iso/debian.iso`."""
    iso_storage_pool: str | None = None
    """Storage that receives the CD image."""
    iso_download_pve: bool = False
    """Let the node fetch `iso_url` itself."""
    unmount: bool = False
    """Take the CD out after the build."""
    keep_cdrom_device: bool = False
    """Leave the empty drive when the CD is taken out."""
