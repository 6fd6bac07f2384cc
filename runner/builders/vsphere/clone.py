"""Make a vSphere machine from a template."""

from __future__ import annotations

from typing import Annotated

from runner.builders.shared.group import LocalFile
from runner.builders.vsphere.shared.machine import Vsphere
from runner.sdk import AtLeastOne, AtMostOne, Builder, Deprecated, ExactlyOne, SecretStr, options


@options()
class Vapp:
    """Properties of a vApp."""

    properties: dict[str, str] | None = None
    """Properties that the machine reads at its first start: name -> value."""


@options()
class LinuxOptions:
    """What a Linux machine is set up with."""

    host_name: str
    """Host name."""
    domain: str
    """Domain of the host name."""
    time_zone: str | None = None
    """Time zone, such as `Europe/Berlin`."""
    hw_clock_utc: bool | None = None
    """Whether the hardware clock shows UTC; so when left out."""


@options()
class WindowsOptions:
    """What a Windows machine is set up with."""

    computer_name: str
    """Name of the computer."""
    admin_password: SecretStr | None = None
    """Password of the administrator."""
    workgroup: str | None = None
    """Workgroup to join."""
    full_name: str | None = None
    """Name of the owner."""
    organization_name: str | None = None
    """Organization of the owner."""
    product_key: SecretStr | None = None
    """Product key."""
    time_zone: int | None = None
    """Number of the time zone, as Microsoft counts them."""
    auto_logon: bool = False
    """Log the administrator in at the start."""
    auto_logon_count: int | None = None
    """How many times the administrator is logged in."""
    run_once_command_list: list[str] | None = None
    """Commands to run at the first login."""


@options()
class NetworkInterface:
    """How one network card is set up; by DHCP when empty."""

    ipv4_address: str | None = None
    """IPv4 address."""
    ipv4_netmask: int | None = None
    """Length of the IPv4 network's prefix."""
    ipv6_address: str | None = None
    """IPv6 address."""
    ipv6_netmask: int | None = None
    """Length of the IPv6 network's prefix."""
    dns_server_list: list[str] | None = None
    """Name servers, for Windows."""
    dns_domain: str | None = None
    """Domain for names, for Windows."""


@options(ExactlyOne("linux_options", "windows_options", "windows_sysprep_file", "windows_sysprep_text"))
class Customize:
    """What the new machine is set up with."""

    linux_options: LinuxOptions | None = None
    """Set-up of a Linux machine."""
    windows_options: WindowsOptions | None = None
    """Set-up of a Windows machine."""
    windows_sysprep_text: str | None = None
    """Answers for Sysprep, as XML."""
    windows_sysprep_file: Annotated[LocalFile | None, Deprecated("write windows_sysprep_text")] = None
    """File with answers for Sysprep."""
    network_interface: list[NetworkInterface] | None = None
    """Set-up of the network cards, in their order."""
    ipv4_gateway: str | None = None
    """IPv4 gateway."""
    ipv6_gateway: str | None = None
    """IPv6 gateway."""
    dns_server_list: list[str] | None = None
    """Name servers."""
    dns_suffix_list: list[str] | None = None
    """Domains to look up short names in."""


@options(AtLeastOne("host", "cluster"), AtMostOne("linked_clone", "disk_size"))
class Options(Vsphere):
    """The template to start from and what is changed."""

    template: str
    """Name or path of the template or machine to start from."""
    linked_clone: bool = False
    """Keep using the template's disks, and write changes only."""
    disk_size: int | None = None
    """Size of the first disk in megabytes; the template's when left out."""
    network: str | None = None
    """Network to connect to; the template's when left out."""
    mac_address: str | None = None
    """Hardware address of the network card."""
    vapp: Vapp | None = None
    """Properties of the machine's vApp."""
    customize: Customize | None = None
    """What the machine is set up with before its first start."""


class VsphereClone(Builder[Options]):
    """Make a vSphere machine from a template or another machine."""

    name = "vsphere-clone"
