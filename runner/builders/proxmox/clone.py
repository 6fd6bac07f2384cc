"""Make a Proxmox template from another one."""

from __future__ import annotations

from runner.builders.proxmox.shared.machine import Proxmox
from runner.sdk import Builder, ExactlyOne, options


@options()
class IpConfig:
    """The addresses of one network card."""

    ip: str | None = None
    """IPv4 address with its prefix's length, or `dhcp`."""
    gateway: str | None = None
    """IPv4 gateway."""
    ip6: str | None = None
    """IPv6 address with its prefix's length, or `dhcp` or `auto`."""
    gateway6: str | None = None
    """IPv6 gateway."""


@options(ExactlyOne("clone_vm", "clone_vm_id"))
class Options(Proxmox):
    """The machine to start from."""

    clone_vm: str | None = None
    """Name of the machine or template to start from."""
    clone_vm_id: int | None = None
    """Number of the machine or template to start from."""
    full_clone: bool | None = None
    """Copy the disks in place of writing changes only; so when left out."""
    ipconfig: list[IpConfig] | None = None
    """Addresses that cloud-init gives the network cards, in their order."""
    nameserver: str | None = None
    """Name server that cloud-init sets."""
    searchdomain: str | None = None
    """Domain that cloud-init sets for short names."""


class ProxmoxClone(Builder[Options]):
    """Make a Proxmox template from another template or machine."""

    name = "proxmox-clone"
