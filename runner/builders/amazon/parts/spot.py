"""A cheaper instance that Amazon may take back: the best offer among types and subnets."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from runner.builders.amazon.parts.launch import Wanted, encoded, parameters
from runner.builders.amazon.parts.site import Site, temporary
from runner.builders.amazon.shared.client import Refused
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import given, specifications
from runner.sdk import Failed

_ANY_PRICE = ("auto", None)
_NO_CAPACITY = 500


def is_spot(options: Ec2Instance) -> bool:
    """Return whether a spot instance is wanted."""
    return bool(options.spot_instance_types) or options.spot_price not in (None, "", "0")


def launch_template(site: Site, wanted: Wanted, fields: Mapping[str, Any]) -> AbstractAsyncContextManager[str]:
    """Have a launch template with all that is said of the instance. Raises ``Failed``."""
    options = wanted.options
    market: dict[str, Any] = {"MarketType": "spot"}
    if options.spot_price not in _ANY_PRICE:
        market["SpotOptions"] = {"MaxPrice": options.spot_price}
    told = encoded(parameters(wanted, _fixed_subnet(wanted)))
    requests = given(options.spot_tags, options.spot_tag, fields)
    data = {
        **told, "InstanceMarketOptions": market,
        "TagSpecifications": [
            *(specifications(wanted.tags, "instance") or ()), *(specifications(wanted.volume_tags, "volume") or ()),
            *(specifications(requests, "spot-instances-request") or ()),
        ],
    }

    async def made() -> str:
        await site.ec2(
            "create_launch_template", LaunchTemplateName=site.name, LaunchTemplateData=data,
            ClientToken=site.token("template"), TagSpecifications=specifications(site.marks, "launch-template"),
        )
        return site.name

    return temporary(site, "launch_template", site.name, made)


def spot_instance(
    site: Site, wanted: Wanted, template: str, fields: Mapping[str, Any]
) -> AbstractAsyncContextManager[str]:
    """Have a spot instance of the best type in the best subnet. Raises ``Failed``."""
    types = wanted.options.spot_instance_types or [str(wanted.options.instance_type)]
    site.session.say(f"Starting a spot instance of the type {' or '.join(types)}")
    make = partial(_launched, site, wanted, template, fields)
    return temporary(site, "instance", site.session.build, make)


def _fixed_subnet(wanted: Wanted) -> str | None:
    """Return the subnet that stands in the template: where it describes a network interface, the fleet has no say."""
    described = wanted.options.associate_public_ip_address is not None
    return wanted.network.subnets[0] if described and wanted.network.subnets else None


async def _launched(site: Site, wanted: Wanted, template: str, fields: Mapping[str, Any]) -> str:
    options = wanted.options
    types = options.spot_instance_types or [str(options.instance_type)]
    subnets = () if _fixed_subnet(wanted) else wanted.network.subnets
    overrides = [
        {"InstanceType": kind, **({"SubnetId": subnet} if subnet else {})}
        for kind in types for subnet in subnets or (None,)
    ]
    strategy = options.spot_allocation_strategy
    tags = {**given(options.fleet_tags, options.fleet_tag, fields), **site.marks}
    told = await site.ec2(
        "create_fleet", Type="instant", ClientToken=site.token("fleet"),
        LaunchTemplateConfigs=[{
            "LaunchTemplateSpecification": {"LaunchTemplateName": template, "Version": "1"}, "Overrides": overrides,
        }],
        SpotOptions={"AllocationStrategy": strategy} if strategy else None,
        TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "spot"},
        TagSpecifications=specifications(tags, "fleet"),
    )
    started = [each for part in told.get("Instances") or () for each in part["InstanceIds"]]
    if not started:
        reasons = {f"{each.get('ErrorCode')}: {each.get('ErrorMessage')}" for each in told.get("Errors") or ()}
        first = next((each.get("ErrorCode", "") for each in told.get("Errors") or ()), "")
        raise Refused(
            first or "InsufficientInstanceCapacity", _NO_CAPACITY,
            f"there is no spot instance: {'; '.join(sorted(reasons))}",
            "name more spot_instance_types, or more subnets by subnet_filter",
        )
    if len(started) > 1:
        raise Failed(f"EC2 has started {len(started)} instances")
    return str(started[0])
