"""Where in the region the instance runs: VPC, subnets, and who can reach it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple
from urllib.request import urlopen

from runner.builders.amazon.parts.site import Site, temporary
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import specifications, wanted
from runner.builders.amazon.shared.waiting import Patience, until
from runner.sdk import Failed
from runner.sdk.threads import held

_PUBLIC_ADDRESS = "https://checkip.amazonaws.com"
_EVERYBODY = ("0.0.0.0/0",)
_APPEARANCE = Patience(120)


class Network(NamedTuple):
    """The VPC and the subnets in which the instance may run, the best first; none leaves the choice to EC2."""

    vpc: str | None = None
    subnets: tuple[str, ...] = ()


async def network_of(site: Site, options: Ec2Instance) -> Network:
    """Return where the instance may run. Raises ``Failed``."""
    vpc = options.vpc_id
    if vpc is None and options.vpc_filter is not None and options.subnet_id is None:
        asked = wanted(options.vpc_filter.filters, options.vpc_filter.filter)
        told = await site.ec2("describe_vpcs", Filters=asked)
        vpc = str(_one("VPC", told["Vpcs"])["VpcId"])
    if options.subnet_id is not None:
        told = await site.ec2("describe_subnets", SubnetIds=[options.subnet_id])
        return Network(str(_one("subnet", told["Subnets"])["VpcId"]), (options.subnet_id,))
    if options.subnet_filter is None and vpc is None and options.associate_public_ip_address is None:
        return Network()
    chosen = options.subnet_filter
    asked = wanted(chosen.filters, chosen.filter) if chosen is not None else []
    if vpc is not None:
        asked.append({"Name": "vpc-id", "Values": [vpc]})
    elif chosen is None:
        asked.append({"Name": "default-for-az", "Values": ["true"]})
    if options.availability_zone is not None:
        asked.append({"Name": "availability-zone", "Values": [options.availability_zone]})
    told = await site.ec2("describe_subnets", Filters=asked)
    subnets = _ordered(told["Subnets"], options)
    site.session.say(f"Using {subnets[0]['SubnetId']} in {subnets[0]['VpcId']}")
    return Network(str(subnets[0]["VpcId"]), tuple(each["SubnetId"] for each in subnets))


def _ordered(subnets: Sequence[Mapping[str, Any]], options: Ec2Instance) -> list[Mapping[str, Any]]:
    """Return subnets in the order in which they are tried. Raises ``Failed`` when it is not clear which is meant."""
    chosen = options.subnet_filter
    if not subnets:
        raise Failed("no subnet matches", "look at subnet_filter, the VPC and availability_zone")
    if chosen is not None and chosen.random:
        return sorted(subnets, key=lambda _: secrets.randbits(32))
    if chosen is not None and not chosen.most_free and len(subnets) > 1:
        names = ", ".join(each["SubnetId"] for each in subnets)
        raise Failed(f"{len(subnets)} subnets match: {names}", "say more of it, or set most_free: true or random: true")
    ordered = sorted(subnets, key=lambda each: -int(each.get("AvailableIpAddressCount", 0)))
    return [each for each in ordered if each["VpcId"] == ordered[0]["VpcId"]]


def _one(what: str, found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    if len(found) != 1:
        raise Failed(f"{'no' if not found else len(found)} {what}s match", f"exactly one {what} has to be meant")
    return found[0]


async def given_groups(site: Site, options: Ec2Instance) -> list[str] | None:
    """Return the security groups that the user names; nothing when one is to be made. Raises ``Failed``."""
    if options.security_group_id is not None:
        return [options.security_group_id]
    if options.security_group_ids:
        return list(options.security_group_ids)
    if (chosen := options.security_group_filter) is None:
        return None
    told = await site.ec2("describe_security_groups", Filters=wanted(chosen.filters, chosen.filter))
    if not told["SecurityGroups"]:
        raise Failed("no security group matches security_group_filter")
    return [each["GroupId"] for each in told["SecurityGroups"]]


@asynccontextmanager
async def security_group(site: Site, options: Ec2Instance, vpc: str | None) -> AsyncIterator[str]:
    """Have a security group that lets in who connects, and nobody else. Raises ``Failed``."""
    sources: Sequence[str] = options.temporary_security_group_source_cidrs or _EVERYBODY
    if options.temporary_security_group_source_public_ip:
        sources = (await held(public_network),)
    async with temporary(site, "security_group", site.name, partial(_group, site, vpc)) as group:
        if options.communicator != "none":
            shown = ", ".join(sources)
            site.session.say(f"Letting {shown} in at port {options.ssh_port} through the security group {group}")
            await site.ec2("authorize_security_group_ingress", GroupId=group, IpPermissions=[{
                "IpProtocol": "tcp", "FromPort": options.ssh_port, "ToPort": options.ssh_port,
                "IpRanges": [{"CidrIp": each} for each in sources if ":" not in each],
                "Ipv6Ranges": [{"CidrIpv6": each} for each in sources if ":" in each],
            }])
        yield group


async def _group(site: Site, vpc: str | None) -> str:
    told = await site.ec2(
        "create_security_group", GroupName=site.name, Description="Temporary group of an image build", VpcId=vpc,
        TagSpecifications=specifications(site.marks, "security-group"),
    )
    group = str(told["GroupId"])

    async def there() -> bool | None:
        found = await site.ec2("describe_security_groups", Filters=[{"Name": "group-id", "Values": [group]}])
        return True if found["SecurityGroups"] else None

    await until(f"the security group {group}", there, _APPEARANCE, site.session.say)
    return group


def public_network(service: str = _PUBLIC_ADDRESS) -> str:
    """Return the public address of this computer, as a network of one. Raises ``Failed``."""
    try:
        with urlopen(service, timeout=10) as answer:  # noqa: S310 - the address is ours
            address = answer.read(64).decode().strip()
    except (OSError, ValueError) as error:
        raise Failed(
            f"the public address of this computer cannot be found out: {error}",
            "name it in temporary_security_group_source_cidrs",
        ) from error
    return f"{address}/{128 if ':' in address else 32}"
