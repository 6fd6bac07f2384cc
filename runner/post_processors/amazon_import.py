"""Make an AMI of a disk file."""

from __future__ import annotations

from typing import Literal

from runner.builders.amazon.shared.access import AwsAccess
from runner.sdk import PostProcessor, options


@options()
class Options(AwsAccess):
    """How the disk travels and what the AMI is called."""

    s3_bucket_name: str
    """Bucket through which the disk travels."""
    s3_key_name: str | None = None
    """Name of the disk in the bucket; made up when left out."""
    s3_encryption: Literal["AES256", "aws:kms"] | None = None
    """Encryption of the disk in the bucket."""
    s3_encryption_key: str | None = None
    """Key to encrypt the disk in the bucket with."""
    skip_clean: bool = False
    """Leave the disk in the bucket."""
    format: Literal["ova", "raw", "vhd", "vhdx", "vmdk"] = "ova"
    """Format of the disk."""
    ami_name: str | None = None
    """Name of the AMI; that of the import when left out."""
    ami_description: str | None = None
    """Description of the AMI."""
    ami_users: list[str] | None = None
    """Accounts that may start instances of the AMI."""
    ami_groups: list[str] | None = None
    """`all` lets everybody start instances of the AMI."""
    ami_org_arns: list[str] | None = None
    """Organizations whose accounts may start instances of the AMI."""
    ami_ou_arns: list[str] | None = None
    """Organizational units whose accounts may start instances of the AMI."""
    ami_encrypt: bool = False
    """Encrypt the AMI."""
    ami_kms_key: str | None = None
    """Key to encrypt the AMI with."""
    tags: dict[str, str] | None = None
    """Tags of the AMI and its snapshots: name -> value."""
    imds_support: Literal["v2.0"] | None = None
    """Let instances of the AMI answer version 2 of the metadata service only."""
    license_type: Literal["AWS", "BYOL"] | None = None
    """Where the licence of the operating system comes from."""
    role_name: str | None = None
    """Role that the import service acts in; `vmimport` when left out."""
    architecture: Literal["arm64", "i386", "x86_64"] | None = None
    """Processor architecture of the AMI."""
    boot_mode: Literal["legacy-bios", "uefi", "uefi-preferred"] | None = None
    """Firmware that instances boot with."""
    platform: Literal["linux", "windows"] | None = None
    """Operating system on the disk."""


class AmazonImport(PostProcessor[Options]):
    """Make an AMI of a disk file."""

    name = "amazon-import"
    keeps_input = False
