"""Find an AMI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.finding import chosen, question
from runner.builders.amazon.shared.reading import looked_up
from runner.builders.amazon.shared.source import AmiFilter
from runner.builders.amazon.shared.tagging import tags_of
from runner.sdk import DataSource, Failed, options


@options()
class Options(AwsAccess):
    """Which AMI."""

    owners: list[str]
    """Accounts that own the AMI; also `self`, `amazon` and `aws-marketplace`."""
    filters: dict[str, str] | None = None
    """Properties of EC2's DescribeImages: name -> value, wildcards allowed."""
    most_recent: bool = False
    """Take the newest when several match; otherwise several are an error."""
    include_deprecated: bool = False
    """Also look at deprecated AMIs."""


class AmazonAmi(DataSource[Options]):
    """Find an AMI by its owner and properties."""

    name = "amazon-ami"
    attributes: ClassVar[Mapping[str, str]] = {
        "id": "string: the AMI's identifier",
        "name": "string: the AMI's name",
        "creation_date": "string: when the AMI was made",
        "owner": "string: the account that owns the AMI",
        "owner_name": "string: the name of the account, if it has one",
        "tags": "map of strings: the AMI's tags",
    }

    def read(self) -> Mapping[str, Any]:
        """Look the AMI up. Raises ``OSError`` when AWS cannot be asked, and ``ValueError`` when no one AMI matches."""
        wanted = self.options
        source = AmiFilter(
            owners=wanted.owners, filters=wanted.filters, most_recent=wanted.most_recent,
            include_deprecated=wanted.include_deprecated,
        )
        try:
            asked = question(source)
            image = chosen(list(looked_up(wanted, "ec2", "describe_images", **asked)["Images"]), source)
        except Failed as failed:
            raise ValueError(f"{failed}; {failed.hint}") from failed
        return {
            "id": image["ImageId"], "name": image.get("Name", ""), "creation_date": str(image.get("CreationDate", "")),
            "owner": image.get("OwnerId", ""), "owner_name": image.get("ImageOwnerAlias", ""), "tags": tags_of(image),
        }
