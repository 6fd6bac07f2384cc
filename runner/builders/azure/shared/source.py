"""What an Azure machine is started from and what it is made of."""

from __future__ import annotations

from typing import Literal

from runner.builders.shared.group import group
from runner.sdk import Duration, Requires


@group(Requires("image_publisher", "image_offer", "image_sku"))
class AzureSource:
    """The image to start from."""

    image_publisher: str | None = None
    """Publisher of the marketplace image to start from."""
    image_offer: str | None = None
    """Offer of the marketplace image."""
    image_sku: str | None = None
    """Variant of the marketplace image."""
    image_version: str = "latest"
    """Version of the marketplace image."""
    image_url: str | None = None
    """Address of a VHD file to start from."""
    custom_managed_image_name: str | None = None
    """Managed image to start from."""
    custom_managed_image_resource_group_name: str | None = None
    """Resource group of the managed image to start from."""


@group()
class AzureMachine:
    """The machine that the image is made on."""

    os_type: Literal["Linux", "Windows", "linux", "windows"]
    """Operating system of the machine."""
    location: str | None = None
    """Region to work in, such as `westeurope`."""
    vm_size: str = "Standard_A1"
    """Size of the machine, such as `Standard_D2s_v5`."""
    os_disk_size_gb: int | None = None
    """Size of the system disk in gigabytes; the image's when left out."""
    disk_additional_size: list[int] | None = None
    """Sizes of further disks in gigabytes."""
    disk_caching_type: Literal["None", "ReadOnly", "ReadWrite"] = "ReadWrite"
    """How the disks are cached."""
    azure_tags: dict[str, str] | None = None
    """Tags of everything that is made: name -> value."""
    polling_duration_timeout: Duration | None = None
    """How long to wait for anything that Azure does."""


@group()
class AzureTarget:
    """What becomes of the machine's disk."""

    managed_image_name: str | None = None
    """Name of the managed image to make."""
    managed_image_resource_group_name: str | None = None
    """Resource group of the managed image to make."""
    managed_image_storage_account_type: str | None = None
    """Kind of storage for the managed image, such as `Premium_LRS`."""
    capture_name_prefix: str | None = None
    """Start of the name of the VHD file to make."""
    capture_container_name: str | None = None
    """Storage container that receives the VHD file."""
    shared_image_gallery_timeout: Duration = "1h"
    """How long to wait until a gallery has its copies."""
    skip_create_image: bool = False
    """Do everything but make the image."""
