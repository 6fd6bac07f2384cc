"""Finding AMIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.amazon.shared.source import AmiFilter
from runner.builders.amazon.shared.tagging import tags_of, wanted
from runner.sdk import Failed

_SHOWN = 5


def question(source: AmiFilter) -> dict[str, Any]:
    """Return what EC2's DescribeImages is asked for. Raises ``Failed`` when it would not say whose AMI it is."""
    if not source.owners:
        raise Failed(
            "an AMI is looked for without an owner",
            "owners: [self], [amazon] or the number of an account: anybody can publish an AMI of any name",
        )
    return {
        "Filters": wanted(source.filters) or None, "Owners": list(source.owners),
        "IncludeDeprecated": True if source.include_deprecated else None,
    }


def chosen(images: list[Mapping[str, Any]], source: AmiFilter) -> Mapping[str, Any]:
    """Return the AMI that is meant. Raises ``Failed`` when none is, or several are."""
    if not images:
        asked = {**(source.filters or {}), "owners": ", ".join(source.owners or ())}
        shown = ", ".join(f"{name}={value}" for name, value in asked.items())
        raise Failed(f"no AMI matches {shown}", "AMIs differ from region to region, and old ones are deprecated")
    newest = sorted(images, key=lambda each: str(each.get("CreationDate", "")), reverse=True)
    if len(newest) > 1 and not source.most_recent:
        names = ", ".join(f"{each['ImageId']} ({each.get('Name', '')})" for each in newest[:_SHOWN])
        raise Failed(f"{len(newest)} AMIs match: {names}", "say more of it, or set most_recent: true")
    return newest[0]


def fields_of(image: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Return what templates and expressions see of the AMI that a build starts from, by Packer's names."""
    return {
        "BuildRegion": region, "SourceAMI": image["ImageId"], "SourceAMIName": image.get("Name", ""),
        "SourceAMICreationDate": str(image.get("CreationDate", "")), "SourceAMIOwner": image.get("OwnerId", ""),
        "SourceAMIOwnerName": image.get("ImageOwnerAlias", ""), "SourceAMITags": tags_of(image),
    }
