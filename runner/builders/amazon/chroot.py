"""Make an AMI on an EC2 instance, without starting another one."""

from __future__ import annotations

from typing import Literal

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.image import Image, Platform, Tpm
from runner.builders.amazon.shared.source import AmiFilter
from runner.builders.shared.chroot import ChrootDisk
from runner.builders.shared.tags import KeyValue
from runner.sdk import AtLeastOne, Builder, options


@options(AtLeastOne("source_ami", "source_ami_filter", "from_scratch"))
class Options(ChrootDisk, Image, Platform, Tpm, AwsAccess):
    """The volume to work on and the AMI to make of it."""

    ami_block_device_mappings: list[BlockDevice] | None = None
    """Volumes of the AMI that differ from those of the instance."""
    source_ami: str | None = None
    """AMI to start from."""
    source_ami_filter: AmiFilter | None = None
    """Properties that select the AMI to start from."""
    device_path: str | None = None
    """Device to attach the volume as; a free one is found when left out."""
    nvme_device_path: str | None = None
    """Device by which the host sees the volume, where volumes are NVMe devices."""
    root_device_name: str | None = None
    """Device by which instances of the AMI see their root."""
    root_volume_size: int | None = None
    """Size of the root volume in gigabytes; the source's when left out."""
    root_volume_type: Literal["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"] | None = None
    """Kind of the root volume; the source's when left out."""
    root_volume_encrypt_boot: bool | None = None
    """Encrypt the root volume; as the source says when left out."""
    root_volume_kms_key_id: str | None = None
    """Key to encrypt the root volume with."""
    root_volume_tags: dict[str, str] | None = None
    """Tags of the root volume while the build runs: name -> value."""
    root_volume_tag: list[KeyValue] | None = None
    """Tags of the root volume while the build runs, one block each."""


class Chroot(Builder[Options]):
    """Make an AMI on an EC2 instance: a volume is attached and worked on with chroot."""

    name = "amazon-chroot"
