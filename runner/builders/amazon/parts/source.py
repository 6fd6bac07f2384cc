"""The AMI that a build starts from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.amazon.parts.site import Site
from runner.builders.amazon.shared.finding import chosen, question
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.source import AmiFilter
from runner.sdk import Artifact, Failed


async def source_image(site: Site, options: Ec2Instance) -> Mapping[str, Any]:
    """Return what EC2 knows of the AMI to start from. Raises ``Failed``."""
    named = _made_before(site, site.session.start_from) if site.session.start_from else options.source_ami
    if named is not None:
        told = await site.ec2("describe_images", ImageIds=[named])
        images = list(told["Images"])
        if not images:
            raise Failed(f"there is no AMI {named} in {site.region}", "AMIs are known by region")
        image: Mapping[str, Any] = images[0]
    else:
        source = options.source_ami_filter or AmiFilter()
        told = await site.ec2("describe_images", **question(source))
        image = chosen(list(told["Images"]), source)
    site.session.say(f"Starting from {image['ImageId']} ({image.get('Name', 'without a name')})")
    if image.get("RootDeviceType", "ebs") != "ebs":
        raise Failed(f"the root of {image['ImageId']} is no EBS volume", "start from an AMI with root-device-type ebs")
    return image


def _made_before(site: Site, artifact: Artifact) -> str:
    """Return the AMI of another build in the region of this one. Raises ``Failed``."""
    found = images_of(artifact.id)
    if not artifact.builder.startswith("amazon-") or site.region not in found:
        raise Failed(f"{artifact.description or artifact.id} is no AMI in {site.region}", "builds start from AMIs here")
    return found[site.region]


def images_of(artifact: str) -> dict[str, str]:
    """Return region -> AMI of an artifact's identifier, such as ``us-east-1:ami-1,eu-west-1:ami-2``."""
    return dict(each.split(":", 1) for each in artifact.split(",") if ":" in each)
