"""Make an AMI whose root is an instance store, kept in S3."""

from __future__ import annotations

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.image import Image, Tpm
from runner.builders.amazon.shared.run import Ec2Instance
from runner.sdk import Builder, options


@options()
class Options(Ec2Instance, Image, Tpm, AwsAccess):
    """The instance to start and how its disk is bundled."""

    account_id: str
    """Number of the account that the AMI belongs to."""
    s3_bucket: str
    """Bucket that receives the bundle, also with a path."""
    x509_cert_path: str
    """Path of the account's X.509 certificate on this computer."""
    x509_key_path: str
    """Path of the certificate's private key on this computer."""
    ami_block_device_mappings: list[BlockDevice] | None = None
    """Volumes of the AMI that differ from those of the instance."""
    x509_upload_path: str = "/tmp"  # noqa: S108 - a directory on the machine
    """Directory on the machine that receives certificate and key."""
    bundle_destination: str = "/tmp"  # noqa: S108 - a directory on the machine
    """Directory on the machine where the bundle is made."""
    bundle_prefix: str | None = None
    """Start of the names of the bundle's files."""
    bundle_vol_command: str | None = None
    """Template of the command that makes the bundle."""
    bundle_upload_command: str | None = None
    """Template of the command that uploads the bundle."""
    launch_block_device_mappings: list[BlockDevice] | None = None
    """Volumes of the instance."""


class InstanceStore(Builder[Options]):
    """Make an AMI whose root is an instance store, kept in S3."""

    name = "amazon-instance"
