"""Names of AMIs: whether one is free, and making it so."""

from __future__ import annotations

from collections.abc import Iterable

from runner.builders.amazon.parts.removal import delete_snapshot, snapshots_of
from runner.builders.amazon.parts.site import Site
from runner.builders.amazon.shared.image import Image
from runner.sdk import Failed


def replaces(site: Site, options: Image) -> bool:
    """Return whether an AMI of the same name may go."""
    return options.force_deregister or site.session.force


async def free_name(site: Site, name: str) -> None:
    """See that there is no AMI of this name yet. Raises ``Failed``."""
    told = await site.ec2("describe_images", Filters=[{"Name": "name", "Values": [name]}], Owners=["self"])
    if told["Images"]:
        raise Failed(
            f"there is an AMI {name!r} already in {site.region}: {told['Images'][0]['ImageId']}",
            "choose another ami_name, such as one with {{ timestamp() }}, or set force_deregister: true",
        )


async def make_room(site: Site, options: Image, name: str, regions: Iterable[str]) -> None:
    """Deregister AMIs of this name, and delete their snapshots if that is wanted. Raises ``Failed``."""
    for region in regions:
        ec2 = site.account("ec2", region)
        told = await ec2("describe_images", Filters=[{"Name": "name", "Values": [name]}], Owners=["self"])
        for image in told["Images"]:
            site.session.say(f"Deregistering {image['ImageId']} in {region}, which has the same name")
            await ec2("deregister_image", ImageId=image["ImageId"])
            for snapshot in snapshots_of(image) if options.force_delete_snapshot else ():
                await delete_snapshot(ec2, snapshot)


async def known_regions(site: Site, options: Image) -> None:
    """See that the regions to copy to are there, and open to this account. Raises ``Failed``."""
    wanted = {*(options.ami_regions or ()), *(options.region_kms_key_ids or ())}
    if options.skip_region_validation or not wanted:
        return
    told = await site.ec2("describe_regions")
    if missing := sorted(wanted - {each["RegionName"] for each in told["Regions"]}):
        raise Failed(f"there is no region {', '.join(missing)} for this account", "some regions have to be opted in to")
