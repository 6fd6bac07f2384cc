"""Make an AMI from a volume that is not the running instance's root."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from runner.builders.amazon.parts.base import OnInstance
from runner.builders.amazon.parts.capture import Capture, artifact_of, captured
from runner.builders.amazon.parts.devices import mappings
from runner.builders.amazon.parts.imaging import Making, first_of
from runner.builders.amazon.parts.machine import Ec2Machine, halted, launched
from runner.builders.amazon.parts.naming import free_name, possible, replaces
from runner.builders.amazon.parts.site import site_of
from runner.builders.amazon.parts.stored import parts
from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.devices import RootDevice, RunVolume
from runner.builders.amazon.shared.image import Image, Platform, Tpm
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import given
from runner.builders.shared.tags import NameValue
from runner.sdk import Artifact, Failed, Machine, Part, Session, options


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


class EbsSurrogate(OnInstance[Options]):
    """Make an AMI from a volume that is not the running instance's root, to build from scratch.

    It is verified against a simulator of EC2, not yet against AWS.
    """

    name = "amazon-ebssurrogate"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "use_create_image" if options.get("use_create_image") else super().gap(options)

    async def launch(self, session: Session) -> Ec2Machine:
        """Start the instance with its volumes, and connect to it."""
        options = self.options
        site = await site_of(options, session)
        verifies = session.start_from is not None and session.start_from.builder == self.name
        if not (replaces(site, options) or verifies):
            await free_name(site, options.ami_name)
        await possible(site, options)
        return await launched(site, options, options.launch_block_device_mappings)

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Stop the instance, make snapshots of its volumes, and register them as an AMI."""
        assert isinstance(machine, Ec2Machine)
        assert machine.site is not None
        options, site = self.options, machine.site._replace(session=session)
        await halted(machine, options)
        tags = {} if options.skip_ami_run_tags else given(options.run_tags, options.run_tag, machine.fields)
        first = partial(_registered, options, machine)
        images = await captured(site, options, Capture(first, tags, machine.fields))
        return artifact_of(self.name, site, images)

    @classmethod
    async def parts(cls, artifact: str, options: Mapping[str, Any]) -> tuple[Part, ...]:
        """Return the AMIs that are there. Raises ``Failed``."""
        return await parts(artifact, options)


async def _registered(options: Options, machine: Ec2Machine, making: Making, name: str) -> str:
    """Return an AMI that is made of snapshots of the instance's volumes. Raises ``Failed``."""
    taken = [each for each in options.launch_block_device_mappings or () if not each.omit_from_artifact]
    wanted = [str(each.device_name) for each in taken if not (each.no_device or each.virtual_name)]
    if options.ami_root_device.source_device_name not in wanted:
        raise Failed(
            f"ami_root_device: no volume {options.ami_root_device.source_device_name} becomes part of the AMI",
            "name it in launch_block_device_mappings, without omit_from_artifact",
        )
    try:
        async with asyncio.TaskGroup() as group:
            snapshots = {
                device: group.create_task(making.snapshot(machine.volumes[device], options.snapshot_description, {}))
                for device in wanted
            }
    except BaseExceptionGroup as errors:
        raise first_of(errors) from errors
    made = {device: task.result() for device, task in snapshots.items()}
    return await making.create(
        "register_image", name, Architecture=options.ami_architecture, BootMode=options.boot_mode,
        RootDeviceName=_root_name(options.ami_root_device), BlockDeviceMappings=_devices(options, taken, made),
        VirtualizationType=options.ami_virtualization_type or "hvm", UefiData=options.uefi_data,
        TpmSupport=options.tpm_support, ImdsSupport=options.imds_support, EnaSupport=options.ena_support,
        SriovNetSupport="simple" if options.sriov_support else None,
    )


def _root_name(root: RootDevice) -> str:
    return root.device_name or root.source_device_name


def _devices(options: Options, taken: list[RunVolume], snapshots: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the volumes of the AMI: its root, the others of the instance, and those that are only the AMI's."""
    root = options.ami_root_device
    told = {
        "DeleteOnTermination": root.delete_on_termination, "VolumeType": root.volume_type, "Iops": root.iops,
        "VolumeSize": root.volume_size, "SnapshotId": snapshots[root.source_device_name],
    }
    devices = [{
        "DeviceName": _root_name(root), "Ebs": {name: value for name, value in told.items() if value is not None},
    }]
    for each in mappings([each for each in taken if each.device_name != root.source_device_name]) or ():
        if each["DeviceName"] in snapshots:
            # Whether it is encrypted, and with which key, is the snapshot's matter.
            kept = {name: value for name, value in each["Ebs"].items() if name not in ("Encrypted", "KmsKeyId")}
            devices.append({**each, "Ebs": {**kept, "SnapshotId": snapshots[each["DeviceName"]]}})
        else:
            devices.append(each)
    return [*devices, *(mappings(options.ami_block_device_mappings) or ())]
