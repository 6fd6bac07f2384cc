"""What is said of finished AMIs: who may use them, how they are tagged, and how long they last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.builders.amazon.parts.imaging import available
from runner.builders.amazon.parts.removal import snapshots_of
from runner.builders.amazon.parts.site import Site
from runner.builders.amazon.shared.client import Api
from runner.builders.amazon.shared.image import Image
from runner.builders.amazon.shared.tagging import filled, given, listed


async def protect(site: Site, options: Image, ec2: Api, image: str) -> None:
    """Let an AMI be deprecated in time, and keep it from being deregistered. Raises ``Failed``."""
    if options.deprecate_at is not None:
        site.session.say(f"{image} becomes deprecated at {options.deprecate_at}")
        await ec2("enable_image_deprecation", ImageId=image, DeprecateAt=options.deprecate_at)
    protection = options.deregistration_protection
    if protection is not None and protection.enabled:
        await ec2("enable_image_deregistration_protection", ImageId=image, WithCooldown=protection.with_cooldown)


async def share(options: Image, ec2: Api, image: str, fields: Mapping[str, Any]) -> None:
    """Describe an AMI and let others use it. Raises ``Failed``."""
    if options.ami_description is not None:
        await _modify(ec2, image, Description={"Value": filled(options.ami_description, fields)})
    if options.imds_support is not None:
        await _modify(ec2, image, ImdsSupport={"Value": options.imds_support})
    if options.ami_product_codes:
        await _modify(ec2, image, ProductCodes=options.ami_product_codes)
    for key, names in (
        ("UserId", options.ami_users), ("Group", options.ami_groups), ("OrganizationArn", options.ami_org_arns),
        ("OrganizationalUnitArn", options.ami_ou_arns),
    ):
        if names:
            await _modify(ec2, image, LaunchPermission={"Add": [{key: each} for each in names]})


async def _modify(ec2: Api, image: str, **asked: Any) -> None:
    await ec2("modify_image_attribute", ImageId=image, **asked)


async def tag(site: Site, options: Image, ec2: Api, image: str, fields: Mapping[str, Any]) -> None:
    """Tag an AMI and its snapshots, and let others use the snapshots. Raises ``Failed``."""
    tags = given(options.tags, options.tag, fields)
    more = given(options.snapshot_tags, options.snapshot_tag, fields)
    if not (tags or more or options.snapshot_users or options.snapshot_groups):
        return
    snapshots = snapshots_of(await available(ec2, image, site))
    for each in snapshots:
        await share_snapshot(ec2, each, options.snapshot_users, options.snapshot_groups)
    if tags:
        await ec2("create_tags", Resources=[image, *snapshots], Tags=listed(tags))
    if more and snapshots:
        await ec2("create_tags", Resources=snapshots, Tags=listed(more))


async def share_snapshot(
    ec2: Api, snapshot: str, users: Sequence[str] | None, groups: Sequence[str] | None
) -> None:
    """Let others make volumes of a snapshot. Raises ``Failed``."""
    if permissions := [*({"UserId": each} for each in users or ()), *({"Group": each} for each in groups or ())]:
        await ec2("modify_snapshot_attribute", SnapshotId=snapshot, CreateVolumePermission={"Add": permissions})
