"""Fill EBS volumes without making an AMI."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial

from runner.builders.amazon.parts.base import OnInstance
from runner.builders.amazon.parts.imaging import Making
from runner.builders.amazon.parts.machine import Ec2Machine, halted, launched
from runner.builders.amazon.parts.removal import delete_snapshot, if_there
from runner.builders.amazon.parts.sharing import share_snapshot
from runner.builders.amazon.parts.site import site_of
from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.client import Api
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.image import Network
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import given, listed
from runner.builders.shared.tags import KeyValue
from runner.sdk import Artifact, Failed, Machine, Session, options


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


class EbsVolume(OnInstance[Options]):
    """Fill EBS volumes with data, without making an AMI.

    It is verified against a simulator of EC2, not yet against AWS.
    """

    name = "amazon-ebsvolume"

    async def launch(self, session: Session) -> Ec2Machine:
        """Start the instance with its volumes, and connect to it."""
        site = await site_of(self.options, session)
        machine = await launched(site, self.options, self.options.ebs_volumes)
        for device in self.options.ebs_volumes or ():
            if tags := given(device.tags, device.tag, machine.fields):
                await site.ec2("create_tags", Resources=[_volume(machine, device)], Tags=listed(tags))
        return machine

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Stop the instance, make snapshots, and keep the volumes that outlive it."""
        assert isinstance(machine, Ec2Machine)
        assert machine.site is not None
        site = machine.site._replace(session=session)
        await halted(machine, self.options)
        devices = self.options.ebs_volumes or []
        volumes = [_volume(machine, each) for each in devices if not (each.no_device or each.delete_on_termination)]
        async with AsyncExitStack() as stack:
            making = Making(site, {}, stack)
            snapshots = [
                await _snapshot(making, site.ec2, machine, each) for each in devices if each.snapshot_volume
            ]
            if kept := [*volumes, *snapshots]:
                await making.keep(site.ec2, kept)
        shown = ", ".join(kept)
        return Artifact(
            self.name, ",".join(f"{site.region}:{each}" for each in kept), description=f"EBS volumes: {shown}",
            made=bool(kept), remove=partial(_remove, site.ec2, volumes, snapshots),
        )


def _volume(machine: Ec2Machine, device: VolumeDevice) -> str:
    """Return the volume of a device. Raises ``Failed``."""
    volume = machine.volumes.get(device.device_name or "")
    if volume is None:
        raise Failed(f"{machine.id} has no volume {device.device_name}", f"it has {', '.join(machine.volumes)}")
    return volume


async def _snapshot(making: Making, ec2: Api, machine: Ec2Machine, device: VolumeDevice) -> str:
    tags = given(device.snapshot_tags, device.snapshot_tag, machine.fields)
    snapshot = await making.snapshot(_volume(machine, device), device.snapshot_description, tags)
    await share_snapshot(ec2, snapshot, device.snapshot_users, device.snapshot_groups)
    return snapshot


async def _remove(ec2: Api, volumes: list[str], snapshots: list[str]) -> None:
    """Remove volumes and snapshots. Raises ``Failed``."""
    for each in snapshots:
        with if_there():
            await delete_snapshot(ec2, each)
    for each in volumes:
        with if_there():
            await ec2("delete_volume", VolumeId=each)
