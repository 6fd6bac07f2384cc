"""Make an AMI from a volume that is not the running instance's root."""

from __future__ import annotations

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.devices import RootDevice, RunVolume
from runner.builders.amazon.shared.image import Image, Platform, Tpm
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.shared.tags import NameValue
from runner.sdk import Builder, options


@options()
class Options(Ec2Instance, Image, Platform, Tpm, AwsAccess):
    """The instance to start and the volume to make an AMI of."""

    ami_root_device: RootDevice
    """Volume that becomes the root of the AMI."""
    ami_block_device_mappings: list[RunVolume] | None = None
    """Volumes of the AMI that differ from those of the instance."""
    launch_block_device_mappings: list[RunVolume] | None = None
    """Volumes of the instance, which become part of the AMI."""
    run_volume_tags: dict[str, str] | None = None
    """Tags of the instance's volumes: name -> value."""
    run_volume_tag: list[NameValue] | None = None
    """Tags of the instance's volumes, one block each."""
    snapshot_description: str | None = None
    """Description of the snapshots."""
    use_create_image: bool = False
    """Let EC2 make the AMI of the stopped instance, as some licences ask for."""
    skip_ami_run_tags: bool = False
    """Keep `run_tags` off the AMI."""


class EbsSurrogate(Builder[Options]):
    """Make an AMI from a volume that is not the running instance's root, to build from scratch."""

    name = "amazon-ebssurrogate"
