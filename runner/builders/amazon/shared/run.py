"""The EC2 instance on which an image is made."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from runner.builders.amazon.shared.source import AmiFilter, Filter, SubnetFilter
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import LocalFile, group
from runner.builders.shared.tags import KeyValue
from runner.sdk import AtLeastOne, AtMostOne, Deprecated, Duration, ExactlyOne, Maximum, Minimum, options


@options()
class Statement:
    """One statement of a policy, with the names that AWS gives them."""

    effect: Literal["Allow", "Deny"] = field(default="Allow", metadata={"name": "Effect"})
    """Whether the actions are allowed."""
    action: list[str] | None = field(default=None, metadata={"name": "Action"})
    """Actions, such as `logs:*`."""
    resource: list[str] | None = field(default=None, metadata={"name": "Resource"})
    """ARNs of what the actions are done to."""


@options()
class PolicyDocument:
    """A policy, with the names that AWS gives its parts."""

    version: str = field(default="2012-10-17", metadata={"name": "Version"})
    """Version of the policy language."""
    statement: list[Statement] | None = field(default=None, metadata={"name": "Statement"})
    """What is allowed and what is not."""


@options()
class MetadataOptions:
    """The metadata service of the instance."""

    http_endpoint: Literal["disabled", "enabled"] = "enabled"
    """Whether the service answers at all."""
    http_tokens: Literal["optional", "required"] | None = None
    """Whether version 2 of the service is a must, as it is when left out."""
    http_put_response_hop_limit: Annotated[int, Minimum(1), Maximum(64)] | None = None
    """How many network hops an answer may travel."""
    instance_metadata_tags: Literal["disabled", "enabled"] | None = None
    """Whether the service gives the instance's tags."""


@options()
class Placement:
    """The host that the instance runs on."""

    tenancy: Literal["dedicated", "default", "host"] | None = None
    """Whether the hardware is shared with other customers."""
    host_id: str | None = None
    """Dedicated host to run on."""
    host_resource_group_arn: str | None = None
    """Group of dedicated hosts to run on."""


@options()
class LicenseConfiguration:
    """One licence configuration."""

    license_configuration_arn: str | None = None
    """ARN of the licence configuration."""


@options()
class LicenseSpecification:
    """A licence that the instance uses."""

    license_configuration_request: LicenseConfiguration | None = None
    """The licence configuration."""


@group()
class Spot:
    """How a cheaper instance is bought that Amazon may take back."""

    spot_price: str | None = None
    """Highest price an hour in dollars, or `auto` for the price of an ordinary instance."""
    spot_instance_types: list[str] | None = None
    """Instance types of which the best offer is taken, in place of `instance_type`."""
    spot_allocation_strategy: (
        Literal[
            "capacity-optimized",
            "capacity-optimized-prioritized",
            "diversified",
            "lowest-price",
            "price-capacity-optimized",
        ]
        | None
    ) = None
    """How an offer is chosen."""
    spot_tags: dict[str, str] | None = None
    """Tags of the spot request: name -> value."""
    spot_tag: list[KeyValue] | None = None
    """Tags of the spot request, one block each."""
    fleet_tags: dict[str, str] | None = None
    """Tags of the fleet that the spot instance comes from: name -> value."""
    fleet_tag: list[KeyValue] | None = None
    """Tags of the fleet that the spot instance comes from, one block each."""
    spot_price_auto_product: Annotated[str | None, Deprecated("write spot_price")] = None
    """Product whose price `auto` was worked out for."""
    block_duration_minutes: Annotated[int | None, Deprecated("leave it out")] = None
    """Minutes a spot instance ran undisturbed; Amazon no longer offers it."""


@group(AtMostOne("security_group_id", "security_group_ids"))
class Placing:
    """Where the instance runs and who can reach it."""

    availability_zone: str | None = None
    """Zone of the region to run in."""
    vpc_id: str | None = None
    """VPC to run in, if the subnet is not given."""
    vpc_filter: Filter | None = None
    """Properties that select the VPC."""
    subnet_id: str | None = None
    """Subnet to run in."""
    subnet_filter: SubnetFilter | None = None
    """Properties that select the subnet."""
    associate_public_ip_address: bool | None = None
    """Give the instance a public address; as the subnet says when left out."""
    security_group_id: str | None = None
    """Security group of the instance."""
    security_group_ids: list[str] | None = None
    """Security groups of the instance; a temporary one is made when none is given."""
    security_group_filter: Filter | None = None
    """Properties that select the security groups."""
    temporary_security_group_source_cidrs: list[str] | None = None
    """Networks that may reach the instance through the temporary security group; all when left out."""
    temporary_security_group_source_public_ip: bool = False
    """Let only this computer's public address through the temporary security group."""
    placement: Placement | None = None
    """Host that the instance runs on."""
    tenancy: Annotated[Literal["dedicated", "default", "host"] | None, Deprecated("write placement.tenancy")] = None
    """Whether the hardware is shared with other customers."""
    capacity_reservation_preference: Literal["none", "open"] | None = None
    """Whether any open capacity reservation is used."""
    capacity_reservation_id: str | None = None
    """Capacity reservation to use."""
    capacity_reservation_group_arn: str | None = None
    """Group of capacity reservations to use."""


@group(
    ExactlyOne("instance_type", "spot_instance_types"),
    AtLeastOne("source_ami", "source_ami_filter"),
    AtMostOne("user_data", "user_data_file"),
)
class Ec2Instance(Spot, Placing, Connection):
    """The instance on which the image is made."""

    source_ami: str | None = None
    """AMI to start from."""
    source_ami_filter: AmiFilter | None = None
    """Properties that select the AMI to start from."""
    instance_type: str | None = None
    """Instance type, such as `t3.micro`."""
    ssh_interface: Literal["ipv6", "private_dns", "private_ip", "public_dns", "public_ip", "session_manager"] | None = (
        None
    )
    """Which address to connect to; `session_manager` needs no open port."""
    session_manager_port: int | None = None
    """Port of this computer that leads through Session Manager."""
    pause_before_ssm: Duration | None = None
    """How long to wait before connecting through Session Manager."""
    user_data: str | None = None
    """Text that the instance reads at its first start, such as cloud-init's."""
    user_data_file: LocalFile | None = None
    """File with the text that the instance reads at its first start."""
    iam_instance_profile: str | None = None
    """Instance profile that gives the instance its rights."""
    temporary_iam_instance_profile_policy_document: PolicyDocument | None = None
    """Rights of a temporary instance profile."""
    skip_profile_validation: bool = False
    """Do not check that the instance profile is there."""
    run_tags: dict[str, str] | None = None
    """Tags of the instance and its volumes while the build runs: name -> value."""
    run_tag: list[KeyValue] | None = None
    """Tags of the instance while the build runs, one block each."""
    ebs_optimized: bool = False
    """Reserve network capacity for the volumes."""
    enable_unlimited_credits: bool = False
    """Let a burstable instance use more than its credits, for a price."""
    enable_t2_unlimited: Annotated[bool, Deprecated("write enable_unlimited_credits")] = False
    """The older name of `enable_unlimited_credits`."""
    enable_nitro_enclave: bool = False
    """Let the instance run Nitro enclaves."""
    metadata_options: MetadataOptions | None = None
    """How the instance's metadata service answers."""
    license_specifications: list[LicenseSpecification] | None = None
    """Licences that the instance uses."""
    shutdown_behavior: Literal["stop", "terminate"] | None = None
    """What happens when the instance shuts itself down; it ends when left out, so that one that was forgotten costs
    nothing, but only stops where `disable_stop_instance` lets a task stop it."""
    dead_man_timeout: Duration = "1h"
    """How long the instance stays when the build has died without removing it: a timer on it, which the build puts off
    for as long as it lives, shuts it down. `0s` is for no timer. It is no option of Packer's."""
    disable_stop_instance: bool = False
    """Leave stopping the instance to a task."""
    windows_password_timeout: Duration = "20m"  # noqa: S105 - not a password
    """How long to wait for the password of a Windows instance."""
