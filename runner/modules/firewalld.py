"""The ``firewalld`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import AtMostOne, Module, Requires, options


@options()
class PortForward:
    """What comes in at one port, and where it goes."""

    port: str
    """Port at which it comes in."""
    proto: Literal["udp", "tcp"]
    """Its protocol."""
    toport: str
    """Port to which it goes."""
    toaddr: str | None = None
    """Address to which it goes; left out, the machine itself."""


@options(
    AtMostOne(
        "icmp_block",
        "icmp_block_inversion",
        "service",
        "protocol",
        "port",
        "port_forward",
        "rich_rule",
        "interface",
        "forward",
        "masquerade",
        "source",
        "target",
    ),
    Requires("interface", "zone"),
    Requires("target", "zone"),
    Requires("source", "permanent"),
)
class Options:
    """What ``firewalld`` accepts."""

    state: Literal["absent", "disabled", "enabled", "present"]
    """Whether it is to be on; present and absent are for zones."""
    zone: str | None = None
    """Which zone; left out, the default one."""
    service: str | None = None
    """Service to let in."""
    port: str | None = None
    """Port and protocol to let in, as in 8080/tcp."""
    protocol: str | None = None
    """Protocol to let in."""
    source: str | None = None
    """Address or network that belongs to the zone."""
    interface: str | None = None
    """Network interface that belongs to the zone."""
    port_forward: list[PortForward] | None = None
    """Where to send what comes in at a port."""
    rich_rule: str | None = None
    """Rule in firewalld's own language."""
    masquerade: bool | None = None
    """Put the machine's address in place of that of packets passed on."""
    forward: bool | None = None
    """Pass packets on within the zone."""
    icmp_block: str | None = None
    """Type of ICMP packets to keep out."""
    icmp_block_inversion: bool | None = None
    """Let only the blocked types of ICMP packets in."""
    target: Literal["default", "ACCEPT", "DROP", "%%REJECT%%"] | None = None
    """What becomes of packets that nothing matches."""
    permanent: bool = False
    """Keep it so when the machine starts."""
    immediate: bool = False
    """Do it in the running firewall as well."""
    offline: bool = False
    """Work even if firewalld does not run."""
    timeout: int = 0
    """How many seconds it lasts, if not permanent."""


class Firewalld(Module[Options]):
    """Open and close ports and services in firewalld's zones."""

    name = "firewalld"
