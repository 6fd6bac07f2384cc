"""How a build gets into its instance: the key pair that EC2 puts there, and the address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from runner.builders.amazon.parts.site import Site, temporary
from runner.builders.amazon.shared.client import Refused
from runner.builders.amazon.shared.run import Ec2Instance
from runner.builders.amazon.shared.tagging import specifications
from runner.sdk import Failed

_ATTRIBUTES = {
    "ipv6": "Ipv6Address", "private_dns": "PrivateDnsName", "private_ip": "PrivateIpAddress",
    "public_dns": "PublicDnsName", "public_ip": "PublicIpAddress",
}


class Key(NamedTuple):
    """The key pair of the instance."""

    name: str | None = None
    """What EC2 calls it; without one the AMI has to know whom to let in."""
    private: str | None = None
    """The private key, if it was made for this build."""


def own_key(options: Ec2Instance) -> Key | None:
    """Return the key pair that the user brings; nothing when one is to be made."""
    brings = options.ssh_private_key_file or options.ssh_private_key or options.ssh_password or options.ssh_agent_auth
    if options.communicator == "none" or brings:
        return Key(options.ssh_keypair_name)
    return None


@asynccontextmanager
async def key_pair(site: Site, options: Ec2Instance) -> AsyncIterator[Key]:
    """Have a key pair that EC2 makes. Raises ``Failed``."""
    name = options.temporary_key_pair_name or site.name
    private = ""

    async def made() -> str:
        nonlocal private
        asked = {
            "KeyName": name, "KeyType": options.temporary_key_pair_type or "ed25519",
            "TagSpecifications": specifications(site.marks, "key-pair"),
        }
        try:
            told = await site.ec2("create_key_pair", **asked)
        except Refused as refused:
            if refused.code != "InvalidKeyPair.Duplicate" or options.temporary_key_pair_name is not None:
                raise
            # The answer to an earlier attempt was lost, and the private key with it.
            await site.ec2("delete_key_pair", KeyName=name)
            told = await site.ec2("create_key_pair", **asked)
        private = told["KeyMaterial"]
        return name

    site.session.say(f"Making the key pair {name}")
    async with temporary(site, "key_pair", name, made):
        yield Key(name, private)


def address_of(instance: Mapping[str, Any], options: Ec2Instance) -> str | None:
    """Return the address to connect to, as far as the instance has one by now. Raises ``Failed``."""
    if options.ssh_host is not None:
        return options.ssh_host
    if options.ssh_interface is None:
        public = instance.get("PublicIpAddress") or instance.get("Ipv6Address")
        return public or instance.get("PrivateIpAddress") or None
    if options.ssh_interface not in _ATTRIBUTES:
        raise Failed(f"ssh_interface: {options.ssh_interface} is not possible here")
    return instance.get(_ATTRIBUTES[options.ssh_interface]) or None
