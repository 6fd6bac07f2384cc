"""Make an image on an Azure machine, without starting another one."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.azure.shared.client import AzureClient
from runner.builders.shared.chroot import ChrootDisk
from runner.sdk import AtLeastOne, Builder, Deprecated, options


@options()
class TargetRegion:
    """A region that receives copies of the image."""

    name: str
    """Name of the region."""
    replicas: int | None = None
    """Number of copies."""
    storage_account_type: str | None = None
    """Kind of storage for the copies."""


@options()
class GalleryTarget:
    """The gallery that receives the image."""

    resource_group: str
    """Resource group of the gallery."""
    gallery_name: str
    """Name of the gallery."""
    image_name: str
    """Name of the image definition."""
    image_version: str
    """Version to make, such as `1.2.0`."""
    target_regions: list[TargetRegion] | None = None
    """Regions that receive copies."""
    exclude_from_latest: bool = False
    """Do not let the version count as the newest."""
    exlude_from_latest: Annotated[bool | None, Deprecated("write exclude_from_latest")] = None
    """The misspelt name of `exclude_from_latest`."""


@options(
    AtLeastOne("source", "from_scratch"),
    AtLeastOne("image_resource_id", "shared_image_destination", "skip_create_image"),
)
class Options(ChrootDisk, AzureClient):
    """The disk to work on and the image to make of it."""

    source: str | None = None
    """Disk, marketplace image or gallery's version to start from."""
    manual_mount_command: str | None = None
    """Command that mounts the disk, in place of the usual one."""
    lvm_root_device: str | None = None
    """Logical volume that holds the root file system."""
    pre_unmount_commands: list[str] | None = None
    """Commands to run before the disk is unmounted."""
    os_disk_size_gb: int | None = None
    """Size of the disk in gigabytes; the source's when left out."""
    os_disk_storage_account_type: str | None = None
    """Kind of storage for the disk, such as `Premium_LRS`."""
    os_disk_cache_type: Literal["None", "ReadOnly", "ReadWrite"] | None = None
    """How the disk is cached."""
    data_disk_storage_account_type: str | None = None
    """Kind of storage for further disks."""
    data_disk_cache_type: Literal["None", "ReadOnly", "ReadWrite"] | None = None
    """How further disks are cached."""
    image_hyperv_generation: Literal["V1", "V2"] | None = None
    """Generation of machines that the image is for: with BIOS or UEFI."""
    image_resource_id: str | None = None
    """Identifier of the managed image to make."""
    shared_image_destination: GalleryTarget | None = None
    """Gallery that receives the image."""
    skip_create_image: bool = False
    """Do everything but make the image."""
    skip_cleanup: bool = False
    """Leave the disks after the build."""
    temporary_os_disk_id: str | None = None
    """Identifier of the disk to work on."""
    temporary_os_disk_snapshot_id: str | None = None
    """Identifier of the disk's snapshot."""
    temporary_data_disk_id_prefix: str | None = None
    """Start of the identifiers of further disks."""
    temporary_data_disk_snapshot_id: str | None = None
    """Start of the identifiers of further disks' snapshots."""


class AzureChroot(Builder[Options]):
    """Make an image on an Azure machine: a disk is attached and worked on with chroot."""

    name = "azure-chroot"
