"""Fill EBS volumes without making an AMI."""

from __future__ import annotations

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.image import Network
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.shared.tags import KeyValue
from runner.sdk import Builder, options


@options()
class VolumeDevice(BlockDevice):
    """One volume that is kept after the build."""

    tags: dict[str, str] | None = None
    """Tags of the volume: name -> value."""
    tag: list[KeyValue] | None = None
    """Tags of the volume, one block each."""
    snapshot_volume: bool = False
    """Make a snapshot of the volume."""
    snapshot_description: str | None = None
    """Description of the snapshot."""
    snapshot_tags: dict[str, str] | None = None
    """Tags of the snapshot: name -> value."""
    snapshot_tag: list[KeyValue] | None = None
    """Tags of the snapshot, one block each."""
    snapshot_users: list[str] | None = None
    """Accounts that may make volumes from the snapshot."""
    snapshot_groups: list[str] | None = None
    """`all` lets everybody make volumes from the snapshot."""


@options()
class Options(Ec2Instance, Network, AwsAccess):
    """The instance to start and the volumes to keep."""

    ebs_volumes: list[VolumeDevice] | None = None
    """Volumes of the instance that are kept."""
    run_volume_tags: dict[str, str] | None = None
    """Tags of the instance's volumes that are not kept: name -> value."""
    run_volume_tag: list[KeyValue] | None = None
    """Tags of the instance's volumes that are not kept, one block each."""


class EbsVolume(Builder[Options]):
    """Fill EBS volumes with data, without making an AMI."""

    name = "amazon-ebsvolume"
