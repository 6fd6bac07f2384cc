"""The instance: what EC2 is told of it, and the wait until it runs."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from runner.builders.amazon.parts.access import Key
from runner.builders.amazon.parts.devices import mappings
from runner.builders.amazon.parts.network import Network
from runner.builders.amazon.parts.site import Site, temporary
from runner.builders.amazon.shared.client import Refused
from runner.builders.amazon.shared.devices import BlockDevice
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import specifications
from runner.builders.amazon.shared.waiting import Patience, until
from runner.sdk import Failed

_START = Patience(900)
_PROFILE = Patience(120)
_NAMELESS = {"Name": "Ingot Builder"}
_MOST_USER_DATA = 16384
"""Bytes of user data that EC2 takes."""


class Wanted(NamedTuple):
    """The instance to be started."""

    options: Ec2Instance
    image: str
    key: Key
    groups: Sequence[str]
    network: Network
    profile: str | None
    devices: Sequence[BlockDevice] | None
    tags: Mapping[str, str]
    """Tags of the instance."""
    volume_tags: Mapping[str, str]
    """Tags of its volumes."""
    user_data: bytes | None = None


def run_tags(site: Site, given: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of an instance: the user's, a name if they have none, and those by which it is found again."""
    return {**_NAMELESS, **given, **site.marks}


def user_data(site: Site, options: Ec2Instance) -> bytes | None:
    """Return what the instance reads at its first start. Raises ``Failed``."""
    if options.user_data_file is not None:
        try:
            data = (site.session.root / options.user_data_file).read_bytes()
        except OSError as error:
            raise Failed(f"user_data_file cannot be read: {error}") from error
    elif options.user_data is not None:
        data = options.user_data.encode()
    else:
        return None
    if len(data) > _MOST_USER_DATA:
        raise Failed(f"the user data has {len(data)} bytes", f"EC2 takes {_MOST_USER_DATA}; let it fetch the rest")
    return data


@asynccontextmanager
async def instance(site: Site, wanted: Wanted) -> AsyncIterator[str]:
    """Have an instance in the first subnet that has room for one. Raises ``Failed``."""
    wait = Patience(_PROFILE.limit, _PROFILE.most) if wanted.profile else None

    async def made() -> str:
        *others, last = wanted.network.subnets or (None,)
        for subnet in others:
            try:
                return await _launched(site, wanted, subnet, wait)
            except Refused as refused:
                if not refused.lacks_capacity:
                    raise
                site.session.say(f"{subnet} has no room: {refused}; trying the next subnet")
        return await _launched(site, wanted, last, wait)

    site.session.say(f"Starting an instance of the type {wanted.options.instance_type}")
    async with temporary(site, "instance", site.session.build, made) as started:
        yield started


async def _launched(site: Site, wanted: Wanted, subnet: str | None, wait: Patience | None) -> str:
    asked = {
        "MinCount": 1, "MaxCount": 1, "ClientToken": site.token("instance", subnet or ""),
        "InstanceInitiatedShutdownBehavior": shutdown_behavior(wanted.options),
        "TagSpecifications": [
            *(specifications(wanted.tags, "instance") or ()), *(specifications(wanted.volume_tags, "volume") or ()),
        ],
        **parameters(wanted, subnet),
    }

    async def launched() -> str | None:
        try:
            told = await site.ec2("run_instances", **asked)
        except Refused as refused:
            if wait is not None and refused.code == "InvalidParameterValue" and "IAM" in str(refused):
                return None  # EC2 does not know the profile yet that IAM has made
            raise
        return str(told["Instances"][0]["InstanceId"])

    return await until("EC2 to know the instance profile", launched, wait or _PROFILE, site.session.say)


def shutdown_behavior(options: Ec2Instance) -> str:
    """Return what becomes of an instance that shuts itself down.

    It ends, so that one whose builder has died costs nothing; unless a task is to stop it.
    """
    return options.shutdown_behavior or ("stop" if options.disable_stop_instance else "terminate")


def parameters(wanted: Wanted, subnet: str | None) -> dict[str, Any]:
    """Return what EC2 is told of an instance, whether it is started itself or from a launch template."""
    options, metadata = wanted.options, wanted.options.metadata_options
    told: dict[str, Any] = {
        "ImageId": wanted.image, "InstanceType": options.instance_type, "KeyName": wanted.key.name,
        "EbsOptimized": options.ebs_optimized, "BlockDeviceMappings": mappings(wanted.devices),
        "IamInstanceProfile": {"Name": wanted.profile} if wanted.profile else None,
        "UserData": wanted.user_data,
        "MetadataOptions": {
            "HttpTokens": (metadata and metadata.http_tokens) or "required",
            "HttpEndpoint": metadata.http_endpoint if metadata else "enabled",
            **_some(metadata, HttpPutResponseHopLimit="http_put_response_hop_limit",
                    InstanceMetadataTags="instance_metadata_tags"),
        },
        "Placement": _placement(options),
        "CapacityReservationSpecification": _reservation(options),
        "CreditSpecification": {"CpuCredits": "unlimited"}
        if options.enable_unlimited_credits or options.enable_t2_unlimited else None,
        "EnclaveOptions": {"Enabled": True} if options.enable_nitro_enclave else None,
        "LicenseSpecifications": [
            {"LicenseConfigurationArn": each.license_configuration_request.license_configuration_arn}
            for each in options.license_specifications or () if each.license_configuration_request
        ] or None,
    }
    if options.associate_public_ip_address is not None:
        told["NetworkInterfaces"] = [{
            "DeviceIndex": 0, "AssociatePublicIpAddress": options.associate_public_ip_address,
            "DeleteOnTermination": True, "Groups": list(wanted.groups), **({"SubnetId": subnet} if subnet else {}),
        }]
    else:
        told |= {"SubnetId": subnet, "SecurityGroupIds": list(wanted.groups)}
    return {name: value for name, value in told.items() if value is not None}


def encoded(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with the user data in base64, as launch templates want it."""
    more = {"UserData": base64.b64encode(told["UserData"]).decode()} if "UserData" in told else {}
    return {**told, **more}


def _placement(options: Ec2Instance) -> dict[str, Any] | None:
    placement = options.placement
    told = {
        "AvailabilityZone": options.availability_zone,
        "Tenancy": (placement and placement.tenancy) or options.tenancy,
        **_some(placement, HostId="host_id", HostResourceGroupArn="host_resource_group_arn"),
    }
    return {name: value for name, value in told.items() if value is not None} or None


def _reservation(options: Ec2Instance) -> dict[str, Any] | None:
    target = {
        "CapacityReservationId": options.capacity_reservation_id,
        "CapacityReservationResourceGroupArn": options.capacity_reservation_group_arn,
    }
    if any(target.values()):
        return {"CapacityReservationTarget": {name: value for name, value in target.items() if value}}
    preference = options.capacity_reservation_preference
    return {"CapacityReservationPreference": preference} if preference else None


def _some(record: Any, **names: str) -> dict[str, Any]:
    """Return those values of a record that are given, under AWS's names."""
    found = {name: getattr(record, option) for name, option in names.items()} if record is not None else {}
    return {name: value for name, value in found.items() if value is not None}


async def running(site: Site, instance_id: str) -> Mapping[str, Any]:
    """Return what EC2 knows of an instance once it runs. Raises ``Failed``."""
    site.session.say(f"Waiting until {instance_id} runs")
    return await reached(site, instance_id, "running", _START)


async def reached(site: Site, instance_id: str, state: str, patience: Patience) -> Mapping[str, Any]:
    """Return what EC2 knows of an instance once it is in a state. Raises ``Failed`` when it never will be."""

    async def look() -> Mapping[str, Any] | None:
        try:
            told = await site.ec2("describe_instances", InstanceIds=[instance_id])
        except Refused as refused:
            if refused.missing:  # not every part of EC2 knows it yet
                return None
            raise
        instances = [each for part in told["Reservations"] for each in part["Instances"]]
        if not instances:
            return None
        found: Mapping[str, Any] = instances[0]
        now = found["State"]["Name"]
        if now == state:
            return found
        if now in ("terminated", "shutting-down"):
            why = found.get("StateReason", {}).get("Message") or found.get("StateTransitionReason") or "no reason given"
            raise Failed(f"{instance_id} has ended by itself: {why}")
        return None

    return await until(f"{instance_id} to be {state}", look, patience._replace(polling=site.polling), site.session.say)
