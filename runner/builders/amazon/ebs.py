"""Make an AMI from an instance whose disks are EBS volumes."""

from __future__ import annotations

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.image import Image
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.shared.tags import NameValue
from runner.sdk import Builder, options


@options()
class RegionLaunchTemplate:
    """A launch template for fast launch in one region."""

    region: str
    """Region of the template."""
    template_id: str | None = None
    """Identifier of the template."""
    template_name: str | None = None
    """Name of the template."""
    template_version: int | None = None
    """Version of the template."""
    enable_fast_launch: bool = True
    """Prepare instances in this region."""


@options()
class FastLaunch:
    """Instances that Amazon prepares so that Windows starts faster."""

    enable_fast_launch: bool = False
    """Prepare instances."""
    template_id: str | None = None
    """Identifier of the launch template to prepare with."""
    template_name: str | None = None
    """Name of the launch template to prepare with."""
    template_version: int | None = None
    """Version of the launch template."""
    region_launch_templates: list[RegionLaunchTemplate] | None = None
    """Launch templates of single regions."""
    max_parallel_launches: int | None = None
    """How many instances are prepared at a time."""
    target_resource_count: int | None = None
    """How many prepared snapshots to keep."""


@options()
class Options(Ec2Instance, Image, AwsAccess):
    """The instance to start and the AMI to make of it."""

    ami_block_device_mappings: list[BlockDevice] | None = None
    """Volumes of the AMI that differ from those of the instance."""
    launch_block_device_mappings: list[BlockDevice] | None = None
    """Volumes of the instance, which become part of the AMI."""
    run_volume_tags: dict[str, str] | None = None
    """Tags of the instance's volumes: name -> value."""
    run_volume_tag: list[NameValue] | None = None
    """Tags of the instance's volumes, one block each."""
    no_ephemeral: bool = False
    """Leave instance stores out of the AMI."""
    fast_launch: FastLaunch | None = None
    """Prepared instances, so that Windows starts faster."""
    skip_create_ami: bool = False
    """Do everything but make the AMI."""
    skip_ami_run_tags: bool = False
    """Keep `run_tags` off the AMI."""


class Ebs(Builder[Options]):
    """Make an AMI from an instance whose disks are EBS volumes."""

    name = "amazon-ebs"
