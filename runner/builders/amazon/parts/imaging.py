"""Making the AMI: of the instance, and of an AMI as a copy in another region or with another key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

from runner.builders.amazon.parts.removal import snapshots_of
from runner.builders.amazon.parts.site import Site, temporary
from runner.builders.amazon.shared.client import Api, Refused
from runner.builders.amazon.shared.image import Image
from runner.builders.amazon.shared.tagging import RUN, specifications
from runner.builders.amazon.shared.waiting import Patience, until
from runner.sdk import Failed

_READY = Patience(4 * 3600, 15)
"""An AMI of a large disk takes hours."""

Images = Mapping[str, str]
"""Region -> AMI."""


class Copies(NamedTuple):
    """What becomes of the first AMI."""

    regions: Mapping[str, str | None]
    """Region of a copy -> the key to encrypt it with; an empty one is the account's own, none is as the original."""
    drops_first: bool
    """Whether the first AMI goes: then it has a name that nobody is to see."""


def copies_of(site: Site, options: Image) -> Copies:
    """Return which copies are wanted. Raises ``Failed`` when there would be none at all."""
    keys = options.region_kms_key_ids or {}
    usual = "" if options.encrypt_boot else None
    regions = {each: keys.get(each, usual) for each in options.ami_regions or () if each != site.region}
    own = options.kms_key_id or keys.get(site.region) or ""
    encrypts = bool(options.encrypt_boot)
    if encrypts and not options.skip_save_build_region:
        regions = {site.region: own, **regions}
    if options.skip_save_build_region and not regions:
        raise Failed("skip_save_build_region would leave no AMI", "name the regions to copy it to in ami_regions")
    return Copies(regions, encrypts or options.skip_save_build_region)


class Making:
    """AMIs that are being made: each goes again unless it is finished."""

    def __init__(self, site: Site, tags: Mapping[str, str], stack: AsyncExitStack) -> None:
        self._site = site
        self._tags = {**tags, **site.marks}
        self._stack = stack
        self._finished: set[str] = set()

    async def create(self, operation: str, name: str, **asked: Any) -> str:
        """Return the AMI that an operation of EC2 makes, once it can be used. Raises ``Failed``."""
        kinds = ("image", "snapshot") if operation == "create_image" else ("image",)

        async def made() -> str:
            try:
                told = await self._site.ec2(
                    operation, Name=name, TagSpecifications=specifications(self._tags, *kinds), **asked
                )
            except Refused as refused:
                if refused.code == "InvalidAMIName.Duplicate" and (lost := await self._lost(name)):
                    return lost
                raise
            return str(told["ImageId"])

        return await self._made(name, self._site.region, made)

    async def copies(self, image: str, name: str, copies: Copies, options: Image) -> dict[str, str]:
        """Return region -> AMI of all copies, which are made at the same time. Raises ``Failed``."""
        try:
            async with asyncio.TaskGroup() as group:
                making = {
                    region: group.create_task(self._copy(image, region, name, key, options))
                    for region, key in copies.regions.items()
                }
        except BaseExceptionGroup as errors:
            raise first_of(errors) from errors
        return {region: task.result() for region, task in making.items()}

    async def finish(self, images: Images, *more: str) -> None:
        """Take the marks of what goes again from these AMIs, their snapshots, and ``more``. Raises ``Failed``."""
        for region, image in images.items():
            ec2 = self._site.account("ec2", region)
            found = await available(ec2, image, self._site)
            await self.keep(ec2, [image, *snapshots_of(found), *more])

    async def keep(self, ec2: Api, things: Sequence[str]) -> None:
        """Take the marks of what goes again from something that was made. Raises ``Failed``."""
        await ec2("delete_tags", Resources=things, Tags=[{"Key": each} for each in self._site.marks])
        self._finished.update(things)

    async def entered(
        self, kind: str, name: str, make: Callable[[], Awaitable[str]], region: str | None = None
    ) -> str:
        """Return something that is made, and that goes again unless it is finished. Raises ``Failed``."""
        kept = self._finished.__contains__
        return await self._stack.enter_async_context(temporary(self._site, kind, name, make, region, kept))

    async def snapshot(self, volume: str, description: str | None, tags: Mapping[str, str]) -> str:
        """Return a snapshot of a volume, once it is complete. Raises ``Failed``."""
        ec2, site = self._site.ec2, self._site

        async def made() -> str:
            told = await ec2(
                "create_snapshot", VolumeId=volume, Description=description or f"Made of {volume} by an image build",
                TagSpecifications=specifications({**tags, **site.marks}, "snapshot"),
            )
            return str(told["SnapshotId"])

        snapshot = await self.entered("image", volume, made)

        async def complete() -> bool | None:
            found = (await ec2("describe_snapshots", SnapshotIds=[snapshot]))["Snapshots"][0]
            if found["State"] == "error":
                raise Failed(f"{snapshot} has failed: {found.get('StateMessage', 'no reason given')}")
            return True if found["State"] == "completed" else None

        site.session.say(f"Waiting for {snapshot} of {volume}")
        await until(f"{snapshot} of {volume}", complete, _READY._replace(polling=site.polling), site.session.say)
        return snapshot

    async def _copy(self, image: str, region: str, name: str, key: str | None, options: Image) -> str:
        ec2 = self._site.account("ec2", region)

        async def made() -> str:
            told = await ec2(
                "copy_image", Name=name, SourceImageId=image, SourceRegion=self._site.region,
                ClientToken=self._site.token("copy", image, region), Description=options.ami_description,
                Encrypted=True if key is not None else None, KmsKeyId=key or None,
                SnapshotCopyCompletionDurationMinutes=options.snapshot_copy_duration_minutes,
                TagSpecifications=specifications(self._tags, "image", "snapshot"),
            )
            return str(told["ImageId"])

        self._site.session.say(f"Copying {image} to {region}{'' if key is None else ', encrypted'}")
        return await self._made(name, region, made)

    async def _made(self, name: str, region: str, make: Callable[[], Awaitable[str]]) -> str:
        image = await self.entered("image", name, make, region)
        self._site.session.say(f"Waiting until {image} in {region} can be used")
        await available(self._site.account("ec2", region), image, self._site)
        return image

    async def _lost(self, name: str) -> str | None:
        """Return the AMI that an earlier attempt has made, whose answer was lost; nothing when there is none."""
        filters = [{"Name": "name", "Values": [name]}, {"Name": f"tag:{RUN}", "Values": [self._site.session.run]}]
        told = await self._site.ec2("describe_images", Owners=["self"], Filters=filters)
        return str(told["Images"][0]["ImageId"]) if told["Images"] else None


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what went wrong first of what was done at the same time."""
    error = errors.exceptions[0]
    return first_of(error) if isinstance(error, BaseExceptionGroup) else error


async def available(ec2: Api, image: str, site: Site) -> Mapping[str, Any]:
    """Return what EC2 knows of an AMI once it can be used. Raises ``Failed``."""

    async def look() -> Mapping[str, Any] | None:
        try:
            told = await ec2("describe_images", ImageIds=[image])
        except Refused as refused:
            if refused.missing:
                return None
            raise
        found: Mapping[str, Any] = told["Images"][0] if told["Images"] else {}
        if found.get("State") in ("failed", "error", "invalid"):
            raise Failed(f"{image} has failed: {found.get('StateReason', {}).get('Message', 'no reason given')}")
        return found if found.get("State") == "available" else None

    return await until(f"{image} in {ec2.region}", look, _READY._replace(polling=site.polling), site.session.say)
