"""Which AMI, subnet, security group or VPC to use."""

from __future__ import annotations

from runner.builders.shared.tags import NameValue
from runner.sdk import options


@options()
class AmiFilter:
    """Properties that select an AMI."""

    owners: list[str] | None = None
    """Accounts that own the AMI; also `self`, `amazon` and `aws-marketplace`."""
    filters: dict[str, str] | None = None
    """Properties of EC2's DescribeImages: name -> value, wildcards allowed."""
    most_recent: bool = False
    """Take the newest when several match; otherwise several are an error."""
    include_deprecated: bool = False
    """Also look at deprecated AMIs."""


@options()
class Filter:
    """Properties that select exactly one thing."""

    filters: dict[str, str] | None = None
    """Properties of EC2's API: name -> value."""
    filter: list[NameValue] | None = None
    """Properties of EC2's API, one block each."""


@options()
class SubnetFilter(Filter):
    """Properties that select a subnet."""

    most_free: bool = False
    """Take the subnet with most free addresses when several match."""
    random: bool = False
    """Take any subnet when several match."""
