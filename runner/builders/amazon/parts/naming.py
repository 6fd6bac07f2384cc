"""Names of AMIs: whether one is free, and making it so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from runner.builders.amazon.parts.imaging import copies_of
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


async def possible(site: Site, options: Image) -> None:
    """See that what the end of a build needs can be done, before anything is made. Raises ``Failed``."""
    copies_of(site, options)
    if options.kms_key_id is not None and not options.encrypt_boot:
        raise Failed("kms_key_id says how to encrypt, and nothing is to be encrypted", "set encrypt_boot: true")
    if options.deprecate_at is not None and not _is_to_come(options.deprecate_at):
        raise Failed(f"deprecate_at: {options.deprecate_at!r} is no time to come", "such as 2099-01-31T00:00:00Z")
    await _known_regions(site, options)


def _is_to_come(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) > datetime.now(UTC)


async def _known_regions(site: Site, options: Image) -> None:
    wanted = {*(options.ami_regions or ()), *(options.region_kms_key_ids or ())}
    if options.skip_region_validation or not wanted:
        return
    told = await site.ec2("describe_regions")
    if missing := sorted(wanted - {each["RegionName"] for each in told["Regions"]}):
        raise Failed(f"there is no region {', '.join(missing)} for this account", "some regions have to be opted in to")
