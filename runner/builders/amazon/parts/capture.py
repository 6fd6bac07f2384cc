"""From an instance or a snapshot to finished AMIs, and the artifact that they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, NamedTuple

from runner.builders.amazon.parts.imaging import Images, Making, copies_of
from runner.builders.amazon.parts.naming import make_room, replaces
from runner.builders.amazon.parts.removal import remove_images
from runner.builders.amazon.parts.sharing import protect, share, tag
from runner.builders.amazon.parts.site import Site
from runner.builders.amazon.shared.client import Account
from runner.builders.amazon.shared.image import Image
from runner.sdk import Artifact


class Capture(NamedTuple):
    """How the first AMI is made."""

    first: Callable[[Making, str], Awaitable[str]]
    """Makes it, under a name."""
    tags: Mapping[str, str]
    """Tags that it has from the start."""
    fields: Mapping[str, Any]
    """What templates see of the build."""


async def captured(site: Site, options: Image, capture: Capture) -> Images:
    """Return region -> AMI, all of them finished. Raises ``Failed``; nothing is left then."""
    copies, name = copies_of(site, options), options.ami_name
    if replaces(site, options):
        await make_room(site, options, name, dict.fromkeys((site.region, *copies.regions)))
    async with AsyncExitStack() as stack:
        making = Making(site, capture.tags, stack)
        site.session.say(f"Making the AMI {name}")
        first = await capture.first(making, site.name if copies.drops_first else name)
        images = {} if copies.drops_first else {site.region: first}
        images |= await making.copies(first, name, copies, options)
        for region, image in images.items():
            await protect(site, options, site.account("ec2", region), image)
        for region, image in images.items():
            await share(options, site.account("ec2", region), image, {**capture.fields, "BuildRegion": region})
        for region, image in images.items():
            await tag(site, options, site.account("ec2", region), image, {**capture.fields, "BuildRegion": region})
        await making.finish(images)
    return images


def artifact_of(builder: str, site: Site, images: Images) -> Artifact:
    """Return AMIs as an artifact, with Packer's identifier."""
    shown = ", ".join(f"{image} in {region}" for region, image in sorted(images.items()))
    return Artifact(
        builder, ",".join(f"{region}:{image}" for region, image in sorted(images.items())), labels=dict(images),
        description=f"AMIs: {shown}" if len(images) > 1 else f"AMI: {shown}",
        remove=partial(_remove, site.account, images),
    )


async def _remove(account: Account, images: Images) -> None:
    """Remove AMIs together with their snapshots."""
    for region, image in images.items():
        await remove_images(account("ec2", region), [image], lambda _: None)
