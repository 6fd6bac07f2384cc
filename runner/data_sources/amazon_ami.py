"""Find an AMI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.builders.amazon.shared.access import AwsAccess
from runner.sdk import DataSource, options


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
