"""Make an image on an Azure machine."""

from __future__ import annotations

from typing import Literal

from runner.builders.azure.shared.client import AzureClient
from runner.builders.azure.shared.source import AzureMachine, AzureSource, AzureTarget
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import LocalFile, group
from runner.builders.shared.tags import NameValue
from runner.sdk import AtLeastOne, AtMostOne, Builder, Duration, ExactlyOne, Requires, options


@options()
class GallerySource:
    """The image of a gallery to start from."""

    id: str | None = None
    """Full identifier of the image, in place of its parts."""
    subscription: str | None = None
    """Subscription of the gallery."""
    resource_group: str | None = None
    """Resource group of the gallery."""
    gallery_name: str | None = None
    """Name of the gallery."""
    image_name: str | None = None
    """Name of the image definition."""
    image_version: str | None = None
    """Version of the image; the newest when left out."""
    community_gallery_image_id: str | None = None
    """Identifier of an image of a community gallery."""
    direct_shared_gallery_image_id: str | None = None
    """Identifier of an image of a gallery that is shared directly."""


@options()
class TargetRegion:
    """A region that receives copies of the image."""

    name: str
    """Name of the region."""
    replicas: int | None = None
    """Number of copies."""
    disk_encryption_set_id: str | None = None
    """Encryption of the copies."""


@options(AtMostOne("replication_regions", "target_region"))
class GalleryTarget:
    """The gallery that receives the image."""

    resource_group: str
    """Resource group of the gallery."""
    gallery_name: str
    """Name of the gallery."""
    image_name: str
    """Name of the image definition."""
    subscription: str | None = None
    """Subscription of the gallery; that of the build when left out."""
    image_version: str | None = None
    """Version to make, such as `1.2.0`."""
    replication_regions: list[str] | None = None
    """Regions that receive copies."""
    target_region: list[TargetRegion] | None = None
    """Regions that receive copies, one block each."""
    storage_account_type: str | None = None
    """Kind of storage for the copies, such as `Standard_ZRS`."""
    specialized: bool = False
    """Keep the machine's users and name in the image."""
    use_shallow_replication: bool = False
    """Copy quickly and to one place only, for trials."""
    confidential_vm_image_encryption_type: str | None = None
    """How the image of a confidential machine is encrypted."""


@options()
class Plan:
    """The marketplace plan that the image is bought under."""

    plan_name: str
    """Name of the plan."""
    plan_product: str
    """Product of the plan."""
    plan_publisher: str
    """Publisher of the plan."""
    plan_promotion_code: str | None = None
    """Promotion code."""


@options()
class Spot:
    """A cheaper machine that Azure may take back."""

    eviction_policy: Literal["Deallocate", "Delete"] | None = None
    """What becomes of the machine when it is taken back."""
    max_price: float | None = None
    """Highest price an hour in dollars; that of an ordinary machine when left out."""


@group(Requires("managed_image_name", "managed_image_resource_group_name"))
class ArmTarget(AzureTarget):
    """What becomes of the machine's disks."""

    managed_image_os_disk_snapshot_name: str | None = None
    """Name of a snapshot to make of the system disk."""
    managed_image_data_disk_snapshot_prefix: str | None = None
    """Start of the names of snapshots to make of the other disks."""
    managed_image_zone_resilient: bool = False
    """Keep the managed image in several zones."""
    keep_os_disk: bool = False
    """Keep the machine's system disk."""
    resource_group_name: str | None = None
    """Resource group of the storage account that receives the VHD file."""
    storage_account: str | None = None
    """Storage account that receives the VHD file."""
    shared_image_gallery_destination: GalleryTarget | None = None
    """Gallery that receives the image."""
    shared_gallery_image_version_end_of_life_date: str | None = None
    """When the version is too old to use, such as `2027-01-31T00:00:00Z`."""
    shared_gallery_image_version_exclude_from_latest: bool = False
    """Do not let the version count as the newest."""
    shared_image_gallery_replica_count: int | None = None
    """Number of copies in each region."""


@group(AtMostOne("custom_data", "custom_data_file"), AtMostOne("user_data", "user_data_file"))
class ArmMachine(AzureMachine):
    """The machine that the image is made on."""

    spot: Spot | None = None
    """Take a cheaper machine that Azure may take back."""
    plan_info: Plan | None = None
    """Marketplace plan of the image to start from."""
    license_type: str | None = None
    """Licence that is brought along, such as `Windows_Server` or `RHEL_BYOS`."""
    azure_tag: list[NameValue] | None = None
    """Tags of everything that is made, one block each."""
    user_assigned_managed_identities: list[str] | None = None
    """Identities that give the machine its rights."""
    custom_data: str | None = None
    """Text that the machine reads at its first start, such as cloud-init's."""
    custom_data_file: LocalFile | None = None
    """File with the text that the machine reads at its first start."""
    user_data: str | None = None
    """Text that the machine can read at any time."""
    user_data_file: LocalFile | None = None
    """File with the text that the machine can read at any time."""
    custom_script: str | None = None
    """Command that Azure's script extension runs on a Windows machine at its first start."""
    disk_additional_luns: list[int] | None = None
    """Numbers of further disks of the image to start from."""
    disk_controller_type: str | None = None
    """Bus that disks are attached to: `SCSI` or `NVMe`."""
    disk_encryption_set_id: str | None = None
    """Encryption of the disks."""
    encryption_at_host: bool | None = None
    """Encrypt the disks on the host too."""
    accelerated_networking: bool = False
    """Let the network card be used without the host's detour."""
    boot_diag_storage_account: str | None = None
    """Storage account for diagnostics of the start."""
    secure_boot_enabled: bool = False
    """Boot signed loaders only."""
    vtpm_enabled: bool = False
    """Give the machine a TPM."""
    security_type: str | None = None
    """Kind of protection: `TrustedLaunch` or `ConfidentialVM`."""
    security_encryption_type: str | None = None
    """What of a confidential machine is encrypted, such as `VMGuestStateOnly`."""


@group()
class ArmNetwork:
    """How the machine is reached."""

    virtual_network_name: str | None = None
    """Virtual network to run in; one is made when left out."""
    virtual_network_subnet_name: str | None = None
    """Subnet of the virtual network."""
    virtual_network_resource_group_name: str | None = None
    """Resource group of the virtual network."""
    private_virtual_network_with_public_ip: bool = False
    """Connect to a public address although the network is given."""
    public_ip_sku: Literal["Basic", "Standard"] | None = None
    """Kind of public address."""
    allowed_inbound_ip_addresses: list[str] | None = None
    """Addresses and networks that may reach the machine."""


@group()
class ArmBuild:
    """What is made for the build and removed afterwards."""

    build_resource_group_name: str | None = None
    """Resource group to build in; a temporary one is made when left out."""
    temp_resource_group_name: str | None = None
    """Name of the temporary resource group."""
    temp_compute_name: str | None = None
    """Name of the machine."""
    temp_nic_name: str | None = None
    """Name of the network card."""
    temp_os_disk_name: str | None = None
    """Name of the system disk."""
    custom_resource_build_prefix: str | None = None
    """Start of the names of everything that is made."""
    build_key_vault_name: str | None = None
    """Key vault to keep the certificate for WinRM in; a temporary one is made when left out."""
    build_key_vault_secret_name: str | None = None
    """Secret of the key vault that holds the certificate."""
    build_key_vault_sku: str | None = None
    """Kind of the temporary key vault."""
    skip_create_build_key_vault: bool = False
    """Make no key vault, for a Windows machine that needs no certificate."""
    winrm_expiration_time: Duration | None = None
    """How long the certificate for WinRM holds."""
    sas_token_duration: Duration | None = None
    """How long access to the copied VHD file holds."""
    async_resourcegroup_delete: bool = False
    """Do not wait until the temporary resource group is gone."""


@options(
    ExactlyOne("image_publisher", "image_url", "custom_managed_image_name", "shared_image_gallery"),
    ExactlyOne("location", "build_resource_group_name"),
    AtLeastOne("capture_name_prefix", "managed_image_name", "shared_image_gallery_destination", "skip_create_image"),
)
class Options(AzureSource, ArmTarget, ArmMachine, ArmNetwork, ArmBuild, AzureClient, Connection):
    """The image to start from, the machine and the image to make."""

    shared_image_gallery: GallerySource | None = None
    """Image of a gallery to start from."""


class AzureArm(Builder[Options]):
    """Make an image on an Azure machine: a managed image, a gallery's version or a VHD file."""

    name = "azure-arm"
