"""What an AMI is called and who may use it."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.group import group
from runner.builders.shared.tags import KeyValue
from runner.sdk import Pattern, options


@options()
class DeregistrationProtection:
    """Protection from being deregistered."""

    enabled: bool = False
    """Protect the AMI."""
    with_cooldown: bool = False
    """Keep the protection for a day after it is switched off."""


AmiName = Annotated[
    str,
    Pattern(r"^[A-Za-z0-9()\[\] ./\-'@_]{3,128}$", "3 to 128 letters, digits, spaces and ()[]./-'@_"),
]
"""The name of an AMI."""


@group()
class SnapshotTags:
    """Names and sharing of the snapshots."""

    snapshot_tags: dict[str, str] | None = None
    """Tags of the snapshots, added to those of the AMI: name -> value."""
    snapshot_tag: list[KeyValue] | None = None
    """Tags of the snapshots, one block each."""
    snapshot_users: list[str] | None = None
    """Accounts that may make volumes from the snapshots."""
    snapshot_groups: list[str] | None = None
    """`all` lets everybody make volumes from the snapshots."""
    snapshot_copy_duration_minutes: int | None = None
    """Minutes in which a copy of a snapshot has to be done, for a price."""


@group()
class Network:
    """Network abilities noted in the AMI."""

    ena_support: bool | None = None
    """Note enhanced networking by ENA; as the source image says when left out."""
    sriov_support: bool = False
    """Note enhanced networking by SR-IOV."""


@group()
class Image(SnapshotTags, Network):
    """What the AMI is called, where it is copied to and who may use it."""

    ami_name: AmiName
    """Name of the AMI, unique in its region and account."""
    ami_description: str | None = None
    """Description of the AMI."""
    ami_virtualization_type: Literal["hvm", "paravirtual"] | None = None
    """Kind of virtualization."""
    ami_regions: list[str] | None = None
    """Further regions to copy the AMI to."""
    ami_users: list[str] | None = None
    """Accounts that may start instances of the AMI."""
    ami_groups: list[str] | None = None
    """`all` lets everybody start instances of the AMI."""
    ami_org_arns: list[str] | None = None
    """Organizations whose accounts may start instances of the AMI."""
    ami_ou_arns: list[str] | None = None
    """Organizational units whose accounts may start instances of the AMI."""
    ami_product_codes: list[str] | None = None
    """Product codes of the marketplace."""
    tags: dict[str, str] | None = None
    """Tags of the AMI and its snapshots: name -> value."""
    tag: list[KeyValue] | None = None
    """Tags of the AMI and its snapshots, one block each."""
    encrypt_boot: bool | None = None
    """Encrypt the AMI; as the account says when left out."""
    kms_key_id: str | None = None
    """Key to encrypt the AMI with in the region of the build."""
    region_kms_key_ids: dict[str, str] | None = None
    """Region -> key to encrypt the copy with; an empty key is the account's own."""
    force_deregister: bool = False
    """Deregister an AMI of the same name first."""
    force_delete_snapshot: bool = False
    """Delete the snapshots of a deregistered AMI too."""
    skip_save_build_region: bool = False
    """Keep the AMI in `ami_regions` only, not in the region of the build."""
    skip_region_validation: bool = False
    """Take names of regions as they are."""
    imds_support: Literal["v2.0"] | None = None
    """Let instances of the AMI answer version 2 of the metadata service only."""
    deprecate_at: str | None = None
    """When the AMI becomes deprecated, such as `2027-01-31T00:00:00Z`."""
    deregistration_protection: DeregistrationProtection | None = None
    """Protection of the AMI from being deregistered."""


@group()
class Platform:
    """What instances of the AMI are started with."""

    ami_architecture: Literal["arm64", "i386", "x86_64", "x86_64_mac", "arm64_mac"] = "x86_64"
    """Processor architecture of the AMI."""
    boot_mode: Literal["legacy-bios", "uefi", "uefi-preferred"] | None = None
    """Firmware that instances boot with."""
    uefi_data: str | None = None
    """UEFI variables for instances, in base64."""


@group()
class Tpm:
    """The TPM of instances."""

    tpm_support: Literal["v2.0"] | None = None
    """Give instances of the AMI a TPM."""
