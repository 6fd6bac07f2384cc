"""The ``ufw`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtLeastOne, AtMostOne, Module, Requires, options


@options(
    AtLeastOne("default", "rule", "state", "logging"),
    AtMostOne("name", "proto", "logging"),
    AtMostOne("direction", "interface_in"),
    AtMostOne("direction", "interface_out"),
    Requires("interface", "direction"),
)
class Options:
    """What ``ufw`` accepts."""

    state: Literal["disabled", "enabled", "reloaded", "reset"] | None = None
    """Whether the firewall is on; reset removes all rules."""
    default: Annotated[Literal["allow", "deny", "reject"] | None, Alias("policy")] = None
    """What becomes of packets that no rule matches."""
    logging: Literal["on", "off", "low", "medium", "high", "full", True, False] | None = None
    """How much is logged."""
    rule: Literal["allow", "deny", "limit", "reject"] | None = None
    """What the rule does."""
    direction: Literal["in", "incoming", "out", "outgoing", "routed"] | None = None
    """Way of the packets."""
    name: Annotated[str | None, Alias("app")] = None
    """Profile of an application, such as OpenSSH."""
    proto: Annotated[
        Literal["any", "tcp", "udp", "ipv6", "esp", "ah", "gre", "igmp", "vrrp"] | None, Alias("protocol")
    ] = None
    """Protocol of the packets."""
    from_ip: Annotated[str, Alias("from", "src")] = "any"
    """Address or network that they come from."""
    from_port: str | None = None
    """Port that they come from."""
    to_ip: Annotated[str, Alias("dest", "to")] = "any"
    """Address or network that they go to."""
    to_port: Annotated[str | None, Alias("port")] = None
    """Port that they go to, or a range first:last."""
    interface: Annotated[str | None, Alias("if")] = None
    """Network interface, for the direction that is named."""
    interface_in: Annotated[str | None, Alias("if_in")] = None
    """Network interface that they come in by."""
    interface_out: Annotated[str | None, Alias("if_out")] = None
    """Network interface that they go out by."""
    route: bool = False
    """The rule is for packets that the machine passes on."""
    insert: int | None = None
    """Place in the list for a new rule."""
    insert_relative_to: Literal["first-ipv4", "first-ipv6", "last-ipv4", "last-ipv6", "zero"] = "zero"
    """What that place is counted from."""
    delete: bool = False
    """Remove the rule."""
    log: bool = False
    """Log connections that the rule matches."""
    comment: str | None = None
    """What the rule is for."""


class Ufw(Module[Options]):
    """Set up Ubuntu's simple firewall: its rules and its state."""

    name = "ufw"
