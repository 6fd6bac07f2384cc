"""AMIs of earlier runs: what there is of them, what uses them, and which of their snapshots go with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.amazon.parts.removal import PLUGIN, snapshots_of
from runner.builders.amazon.parts.uncollected import account_of_note
from runner.builders.amazon.shared.client import Account, Api, Refused
from runner.sdk import Failed, Part, Resource

_ABOUT = {"profile": "profile", "shared_credentials_file": "shared_credentials_file", "custom_endpoint_ec2": "endpoint"}
"""Option -> what a note calls it."""
_NOT_OFFERED = ("InvalidAction", "UnsupportedOperation", "UnknownOperation")
_OVER = ("terminated", "shutting-down")


async def parts(artifact: str, options: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return the AMIs of an artifact that are there, each ``REGION:AMI`` of it on its own. Raises ``Failed``."""
    found = []
    for each in artifact.split(","):
        region, _, image = each.partition(":")
        if not image.startswith("ami-"):
            raise Failed(f"{each!r} is no AMI", "remove it where it is kept")
        account = await account_of_note(Resource("", "", _about(region, options)))
        told = await account("ec2")(
            "describe_images", Owners=["self"], Filters=[{"Name": "image-id", "Values": [image]}], IncludeDisabled=True,
        )
        found += [await _part(account, described) for described in told["Images"]]
    return tuple(found)


def _about(region: str, options: Mapping[str, Any]) -> dict[str, str]:
    """Return what finds the account of a build again, by the options it was planned with."""
    role = options.get("assume_role")
    told = {name: options.get(option) for option, name in _ABOUT.items()}
    told["role"] = role.get("role_arn") if isinstance(role, Mapping) else None
    return {"region": region, **{name: value for name, value in told.items() if isinstance(value, str)}}


async def _part(account: Account, image: Mapping[str, Any]) -> Part:
    ec2, name = account("ec2"), image["ImageId"]
    others = await _others(ec2, image)
    going = [each for each in snapshots_of(image) if each not in others]
    rest = (Resource(f"{PLUGIN}.snapshots", ",".join(going), account.about()),) if going else ()
    with_snapshots = f" with {', '.join(going)}" if going else ""
    return Part(
        f"{name} in {account.region} ({image.get('Name', '')}){with_snapshots}",
        Resource(f"{PLUGIN}.ami", name, account.about()), rest,
        tuple(f"{snapshot}, which {other} uses, too" for snapshot, other in others.items()),
        await _users(ec2, name),
    )


async def _others(ec2: Api, image: Mapping[str, Any]) -> dict[str, str]:
    """Return those snapshots of an AMI that another AMI uses, and which one."""
    snapshots = snapshots_of(image)
    if not snapshots:
        return {}
    told = await ec2(
        "describe_images", Owners=["self"], IncludeDisabled=True,
        Filters=[{"Name": "block-device-mapping.snapshot-id", "Values": snapshots}],
    )
    others = [each for each in told["Images"] if each["ImageId"] != image["ImageId"]]
    return {
        snapshot: other["ImageId"] for other in others for snapshot in snapshots_of(other) if snapshot in snapshots
    }


async def _users(ec2: Api, image: str) -> tuple[str, ...]:
    """Return what uses an AMI, by EC2; where it cannot tell, by instances and launch templates."""
    try:
        told = await ec2("describe_image_references", ImageIds=[image], IncludeAllResourceTypes=True)
    except Refused as refused:
        if refused.code not in _NOT_OFFERED:
            raise
        return (*await _instances(ec2, image), *await _templates(ec2, image))
    return tuple(each["Arn"].rpartition(":")[2] for each in told["ImageReferences"])


async def _instances(ec2: Api, image: str) -> tuple[str, ...]:
    told = await ec2("describe_instances", Filters=[{"Name": "image-id", "Values": [image]}])
    found = [each for part in told["Reservations"] for each in part["Instances"]]
    return tuple(f"instance/{each['InstanceId']}" for each in found if each["State"]["Name"] not in _OVER)


async def _templates(ec2: Api, image: str) -> tuple[str, ...]:
    """Return the launch templates whose newest or usual version names an AMI."""
    used, token = [], None
    while True:
        told = await ec2("describe_launch_template_versions", Versions=["$Latest", "$Default"], NextToken=token)
        versions = told["LaunchTemplateVersions"]
        used += [each["LaunchTemplateId"] for each in versions if each["LaunchTemplateData"].get("ImageId") == image]
        if not (token := told.get("NextToken")):
            return tuple(f"launch-template/{each}" for each in dict.fromkeys(used))
