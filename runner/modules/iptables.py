"""The ``iptables`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import AtMostOne, Module, Requires, options


@options()
class TcpFlags:
    """Flags of TCP packets."""

    flags: Texts | None = None
    """Flags to look at."""
    flags_set: Texts | None = None
    """Flags among them that have to be set."""


@options(
    AtMostOne("set_dscp_mark", "set_dscp_mark_class"),
    AtMostOne("flush", "policy"),
    Requires("set_dscp_mark", "jump"),
    Requires("set_dscp_mark_class", "jump"),
)
class Options:
    """What ``iptables`` accepts."""

    chain: str | None = None
    """Which chain; needed unless flush empties a whole table."""
    table: Literal["filter", "nat", "mangle", "raw", "security"] = "filter"
    """Which table."""
    state: Literal["absent", "present"] = "present"
    """Whether the rule is to be there."""
    action: Literal["append", "insert"] = "append"
    """Whether a new rule goes to the end or the beginning of the chain."""
    rule_num: str | None = None
    """Place in the chain for a rule that is inserted."""
    ip_version: Literal["ipv4", "ipv6", "both"] = "ipv4"
    """Version of the Internet Protocol."""
    protocol: str | None = None
    """Protocol of the packets, such as tcp."""
    source: str | None = None
    """Where the packets come from."""
    destination: str | None = None
    """Where the packets go to."""
    source_port: str | None = None
    """Port that they come from, or a range first:last."""
    destination_port: str | None = None
    """Port that they go to, or a range first:last."""
    destination_ports: Texts | None = None
    """Several ports that they go to."""
    src_range: str | None = None
    """Range of addresses that they come from."""
    dst_range: str | None = None
    """Range of addresses that they go to."""
    in_interface: str | None = None
    """Network interface that they come in by."""
    out_interface: str | None = None
    """Network interface that they go out by."""
    jump: str | None = None
    """What becomes of them: ACCEPT, DROP or another target."""
    goto: str | None = None
    """Chain that goes on with them, without coming back."""
    match: Texts | None = None
    """Extensions to match with."""
    match_set: str | None = None
    """Set of addresses, made by ipset."""
    match_set_flags: Literal["src", "dst", "src,dst", "dst,src", "dst,dst", "src,src"] | None = None
    """Which addresses of a packet the set is compared with."""
    ctstate: Texts | None = None
    """States of the connection, such as NEW."""
    syn: Literal["ignore", "match", "negate"] = "ignore"
    """Match packets that open a connection, or all others."""
    tcp_flags: TcpFlags | None = None
    """Which TCP flags to look at and which of them have to be set."""
    fragment: str | None = None
    """Match further fragments of a packet only."""
    icmp_type: str | None = None
    """Type of ICMP packets."""
    limit: str | None = None
    """How many packets are matched in a time, as in 5/minute."""
    limit_burst: str | None = None
    """How many packets are matched before the limit counts."""
    uid_owner: str | None = None
    """User whose programs send the packets."""
    gid_owner: str | None = None
    """Group whose programs send the packets."""
    to_destination: str | None = None
    """New destination of the packets, with jump DNAT."""
    to_source: str | None = None
    """New source of the packets, with jump SNAT."""
    to_ports: str | None = None
    """New port of the packets."""
    gateway: str | None = None
    """Host that gets copies of the packets, with jump TEE."""
    reject_with: str | None = None
    """What the sender of rejected packets is told."""
    log_prefix: str | None = None
    """What a line in the log begins with, with jump LOG."""
    log_level: (
        Literal[
            "0",
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            "emerg",
            "alert",
            "crit",
            "error",
            "warning",
            "notice",
            "info",
            "debug",
        ]
        | None
    ) = None
    """How grave a line in the log is."""
    set_dscp_mark: str | None = None
    """DSCP mark to give the packets."""
    set_dscp_mark_class: str | None = None
    """DSCP class to give the packets."""
    set_counters: str | None = None
    """Packets and bytes that the rule has counted at the start."""
    comment: str | None = None
    """What the rule is for."""
    policy: Literal["ACCEPT", "DROP", "QUEUE", "RETURN"] | None = None
    """What becomes of packets that no rule of the chain matches."""
    flush: bool = False
    """Remove all rules of the chain, or of the table."""
    chain_management: bool = False
    """Make the chain, or remove it, if a chain is all that is named."""
    numeric: bool = False
    """Show addresses as numbers when looking at rules."""
    wait: str | None = None
    """How many seconds to wait while another program holds the lock."""


class Iptables(Module[Options]):
    """Add and remove rules of the Linux packet filter."""

    name = "iptables"
