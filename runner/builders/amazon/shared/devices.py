"""Volumes of EC2 instances and of AMIs."""

from __future__ import annotations

from typing import Literal

from runner.sdk import options


@options()
class BlockDevice:
    """One volume."""

    device_name: str | None = None
    """Device by which the instance sees the volume, such as `/dev/sda1`."""
    volume_size: int | None = None
    """Size in gigabytes; the snapshot's when left out."""
    volume_type: Literal["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"] | None = None
    """Kind of the volume."""
    iops: int | None = None
    """Input and output operations a second, for `io1`, `io2` and `gp3`."""
    throughput: int | None = None
    """Throughput in megabytes a second, for `gp3`."""
    encrypted: bool | None = None
    """Encrypt the volume; as the snapshot or the account says when left out."""
    kms_key_id: str | None = None
    """Key to encrypt the volume with."""
    snapshot_id: str | None = None
    """Snapshot that the volume is made from."""
    virtual_name: str | None = None
    """Name of an instance store, such as `ephemeral0`, in place of a volume."""
    no_device: bool = False
    """Leave this device of the source image out."""
    delete_on_termination: bool = False
    """Delete the volume together with its instance."""


@options()
class RunVolume(BlockDevice):
    """One volume that can be left out of the AMI."""

    omit_from_artifact: bool = False
    """Leave the volume out of the AMI."""


@options()
class RootDevice:
    """The volume that becomes the root of the AMI."""

    source_device_name: str
    """Device of the running instance whose snapshot becomes the root."""
    device_name: str | None = None
    """Device by which instances of the AMI see their root."""
    volume_size: int | None = None
    """Size in gigabytes."""
    volume_type: Literal["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"] | None = None
    """Kind of the volume."""
    iops: int | None = None
    """Input and output operations a second, for `io1`, `io2` and `gp3`."""
    delete_on_termination: bool = False
    """Delete the volume together with its instance."""
