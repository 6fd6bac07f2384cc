"""From the options to a machine that answers, and back to one that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from runner.builders.amazon.parts.access import Key, address_of, key_pair, own_key
from runner.builders.amazon.parts.dead_man import DeadMan, dead_man
from runner.builders.amazon.parts.launch import Wanted, instance, reached, run_tags, running, user_data
from runner.builders.amazon.parts.network import given_groups, network_of, security_group
from runner.builders.amazon.parts.profile import checked_profile, instance_profile
from runner.builders.amazon.parts.site import Site, swept
from runner.builders.amazon.parts.source import source_image
from runner.builders.amazon.parts.spot import is_spot, launch_template, spot_instance
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.finding import fields_of
from runner.builders.amazon.shared.image import Network
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import given, listed
from runner.builders.amazon.shared.waiting import Patience, until
from runner.builders.shared.ssh import about, settings_of
from runner.communicators.ssh import transport as ssh
from runner.communicators.ssh.keys import clear_authorized_keys, public_key_of
from runner.frozen import frozen
from runner.sdk import Communicator, Failed, Machine
from runner.sdk.durations import seconds_of

_STOP = Patience(1800)
_ADDRESS = Patience(300)


@frozen
class Ec2Machine(Machine):
    """An instance, and what is needed to make an AMI of it."""

    site: Site | None = None
    id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What templates see of the build."""
    key: Key = Key()
    spot: bool = False
    volumes: Mapping[str, str] = field(default_factory=dict)
    """Device -> volume."""
    timer: DeadMan | None = None
    """What ends the instance when nobody is there any more to do so."""


async def launched(
    site: Site, options: Any, devices: Sequence[BlockDevice] | None, virtualization: str | None = None
) -> Ec2Machine:
    """Return an instance that runs, and the line to it. Raises ``Failed``.

    ``options`` are those of a builder that has an instance, ``virtualization`` what the AMI has to have it starts from.
    """
    session = site.session
    image = await source_image(site, options)
    if virtualization not in (None, image.get("VirtualizationType")):
        raise Failed(f"{image['ImageId']} is {image.get('VirtualizationType')} and not {virtualization}")
    fields = fields_of(image, site.region)
    network = await network_of(site, options)
    key = own_key(options)
    if key is None:
        key = await session.hold(key_pair(site, options))
    groups = await given_groups(site, options) or [await session.hold(security_group(site, options, network.vpc))]
    profile = await checked_profile(site, options)
    if options.temporary_iam_instance_profile_policy_document is not None:
        profile = await session.hold(
            instance_profile(site, options.temporary_iam_instance_profile_policy_document)
        )
    tags = given(options.run_tags, options.run_tag, fields)
    volume_tags = given(options.run_volume_tags, options.run_volume_tag, fields)
    wanted = Wanted(
        options, image["ImageId"], key, groups, network, profile, devices, run_tags(site, tags),
        {**volume_tags, **site.marks}, user_data(site, options),
    )
    spot = is_spot(options)
    await session.hold(swept(site, "volumes", session.build))
    if spot:
        template = await session.hold(launch_template(site, wanted, fields))
        started = await session.hold(spot_instance(site, wanted, template, fields))
    else:
        started = await session.hold(instance(site, wanted))
    found = await running(site, started)
    if spot:  # a fleet gives the tags of its template to what it starts, but not in every region
        await site.ec2("create_tags", Resources=[started], Tags=listed(wanted.tags))
    attached = {
        each["DeviceName"]: each["Ebs"]["VolumeId"] for each in found.get("BlockDeviceMappings", ()) if "Ebs" in each
    }
    line, told = await _line(site, options, started, key)
    timer, seconds = None, seconds_of(options.dead_man_timeout)
    if line is not None and seconds:
        timer = await session.hold(dead_man(line, site.name, seconds, session.say))
    return Ec2Machine(
        session.build, line, {"ID": started, **fields, **told}, site, started, fields, key, spot, attached, timer
    )


async def _line(
    site: Site, options: Ec2Instance, started: str, key: Key
) -> tuple[Communicator | None, Mapping[str, Any]]:
    """Connect to the instance; return the line, and what expressions see of it. Raises ``Failed``."""
    if options.communicator == "none":
        return None, {"ConnType": "none"}

    async def address() -> str | None:
        return address_of(await running_again(site, started), options)

    host = await until(f"the address of {started}", address, _ADDRESS, site.session.say)
    settings = settings_of(options, site.session, host=host, key=key.private, made=True)
    site.session.say(f"Connecting to {settings.server} with SSH")
    if options.pause_before_connecting is not None:
        async with ssh.connected(settings):
            site.session.say(f"Connected; connecting again in {options.pause_before_connecting}")
        await asyncio.sleep(seconds_of(options.pause_before_connecting))
    return await site.session.hold(ssh.connected(settings)), about(options, settings)


async def running_again(site: Site, started: str) -> Mapping[str, Any]:
    """Return what EC2 knows by now of an instance that runs."""
    return await reached(site, started, "running", _ADDRESS)


async def halted(machine: Ec2Machine, options: Any) -> None:
    """Let the instance stand still, with the network abilities that the image is to have. Raises ``Failed``."""
    site = machine.site
    assert site is not None
    await _forget_key(machine, options)
    if machine.timer is not None and not options.disable_stop_instance:
        await machine.timer.cancel()
    if not machine.spot:
        if not options.disable_stop_instance:
            site.session.say(f"Stopping {machine.id}")
            await site.ec2("stop_instances", InstanceIds=[machine.id])
        await reached(site, machine.id, "stopped", _STOP)
    await _network_abilities(site, machine.id, options)


async def _forget_key(machine: Ec2Machine, options: Ec2Instance) -> None:
    if options.ssh_clear_authorized_keys and machine.key.private and machine.communicator is not None:
        await clear_authorized_keys(machine.communicator, public_key_of(machine.key.private))


async def _network_abilities(site: Site, instance_id: str, options: Network) -> None:
    if options.sriov_support:
        await site.ec2("modify_instance_attribute", InstanceId=instance_id, SriovNetSupport={"Value": "simple"})
    if options.ena_support is not None:
        await site.ec2("modify_instance_attribute", InstanceId=instance_id, EnaSupport={"Value": options.ena_support})
