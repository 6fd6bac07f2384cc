"""Make an AMI from an instance whose disks are EBS volumes."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from runner.builders.amazon.parts.base import OnInstance
from runner.builders.amazon.parts.capture import Capture, artifact_of, captured
from runner.builders.amazon.parts.devices import mappings
from runner.builders.amazon.parts.imaging import Making
from runner.builders.amazon.parts.machine import Ec2Machine, halted, launched
from runner.builders.amazon.parts.naming import free_name, possible, replaces
from runner.builders.amazon.parts.site import site_of
from runner.builders.amazon.parts.stored import parts
from runner.builders.amazon.parts.uncollected import collect
from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.image import Image
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import given
from runner.builders.shared.tags import NameValue
from runner.sdk import Artifact, Machine, Part, Resource, Session, options


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


class Ebs(OnInstance[Options]):
    """Make an AMI from an instance whose disks are EBS volumes.

    It is verified against a simulator of EC2, not yet against AWS.
    """

    name = "amazon-ebs"

    async def launch(self, session: Session) -> Ec2Machine:
        """Start the instance and connect to it."""
        options = self.options
        site = await site_of(options, session)
        verifies = session.start_from is not None and session.start_from.builder == self.name
        if not (options.skip_create_ami or replaces(site, options) or verifies):
            await free_name(site, options.ami_name)
        await possible(site, options)
        return await launched(site, options, options.launch_block_device_mappings, options.ami_virtualization_type)

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Stop the instance and make the AMI of it."""
        assert isinstance(machine, Ec2Machine)
        assert machine.site is not None
        options, site = self.options, machine.site._replace(session=session)
        await halted(machine, options)
        if options.skip_create_ami:
            return Artifact(self.name, "", description="No AMI was made, as skip_create_ami says", made=False)
        devices = mappings(options.ami_block_device_mappings)

        def first(making: Making, name: str) -> Awaitable[str]:
            return making.create("create_image", name, InstanceId=machine.id, BlockDeviceMappings=devices)

        tags = {} if options.skip_ami_run_tags else given(options.run_tags, options.run_tag, machine.fields)
        images = await captured(site, options, Capture(first, tags, machine.fields))
        return artifact_of(self.name, site, images)

    @classmethod
    async def collect(cls, resource: Resource) -> None:
        """Remove what a build on AWS left. Raises ``Failed``."""
        await collect(resource)

    @classmethod
    async def parts(cls, artifact: str, options: Mapping[str, Any]) -> tuple[Part, ...]:
        """Return the AMIs that are there. Raises ``Failed``."""
        return await parts(artifact, options)
