"""The ``iptables`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Literal

from runner.modules.shared import Texts
from runner.sdk import Answer, Ask, AtMostOne, Do, Failed, Module, Outcome, Requires, Verb, Work, options

_PROGRAMS = {"ipv4": "iptables", "ipv6": "ip6tables"}
_FLAGS = {
    "protocol": "-p", "source": "-s", "destination": "-d", "match": "-m", "tcp_flags": "--tcp-flags", "jump": "-j",
    "gateway": "--gateway", "log_prefix": "--log-prefix", "log_level": "--log-level",
    "to_destination": "--to-destination", "destination_ports": "--dports", "to_source": "--to-source", "goto": "-g",
    "in_interface": "-i", "out_interface": "-o", "fragment": "-f", "set_counters": "-c",
    "source_port": "--source-port", "destination_port": "--destination-port", "to_ports": "--to-ports",
    "set_dscp_mark": "--set-dscp", "set_dscp_mark_class": "--set-dscp-class", "syn": "--syn", "ctstate": "--ctstate",
    "src_range": "--src-range", "dst_range": "--dst-range", "match_set": "--match-set", "limit": "--limit",
    "limit_burst": "--limit-burst", "uid_owner": "--uid-owner", "gid_owner": "--gid-owner",
    "reject_with": "--reject-with", "icmp_type": "--icmp-type", "comment": "--comment",
}
"""Option -> what iptables(8) calls it, in the order in which Ansible writes a rule."""
_MODULES = {
    "destination_ports": "multiport", "src_range": "iprange", "dst_range": "iprange", "ctstate": "conntrack",
    "limit": "limit", "limit_burst": "limit", "uid_owner": "owner", "gid_owner": "owner", "comment": "comment",
    "match_set": "set",
}
"""Option -> the extension that has to be loaded for it."""
_AGAIN = ("gid_owner",)
"""Options before which an extension is loaded once more: the kernel takes the two for two conditions."""
_NEGATED = ("-p", "-s", "-d", "-i", "-o", "--source-port", "--destination-port", "--uid-owner", "--gid-owner")


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
    """Match further fragments of a packet only; with ! before the value, all but them."""
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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask the kernel whether the rule is there, and add or remove it. Raises ``Failed``."""
        del facts
        wanted = self.options
        if not (wanted.flush or wanted.chain):
            raise Failed("Either chain or flush parameter must be specified.")
        if wanted.rule_num is not None and wanted.action != "insert":
            raise Failed("rule_num is for action: insert")
        values: dict[str, Any] = {
            "ip_version": wanted.ip_version, "table": wanted.table, "chain": wanted.chain, "flush": wanted.flush,
            "rule": " ".join(self._rule(wanted.ip_version)), "state": wanted.state, "wait": wanted.wait,
            "chain_management": wanted.chain_management,
        }
        changed = False
        for version in ("ipv4", "ipv6") if wanted.ip_version == "both" else (wanted.ip_version,):
            changed = (yield from self._of(_PROGRAMS[version], version)) or changed
        return Outcome(values, changed=changed)

    def _of(self, program: str, version: str) -> Generator[Verb, Any, bool]:
        """Have it so in the table of one program; return whether it had to be changed."""
        wanted, chain = self.options, self.options.chain or ""
        call = [program, "-t", wanted.table, *(("-w", wanted.wait) if wanted.wait else ())]
        listed: Answer = yield Ask((*call, "-S", *((chain,) if chain else ())))
        if listed.status in (126, 127):
            raise Failed(f"the machine has no {program}", "install the package iptables")
        there = listed.status == 0
        if wanted.flush:
            rules = [line for line in listed.stdout.splitlines() if line.startswith("-A ")]
            return (yield from self._done([(*call, "-F", *((chain,) if chain else ()))] if rules else []))
        if wanted.policy is not None:
            now = f"-P {chain} {wanted.policy}"
            same = now in listed.stdout.splitlines()
            return (yield from self._done([] if same else [(*call, "-P", chain, wanted.policy)]))
        rule = self._rule(version)
        steps: list[tuple[str, ...]] = []
        if not rule and wanted.chain_management:
            if there != (wanted.state == "present"):
                steps = [(*call, "-N" if wanted.state == "present" else "-X", chain)]
            return (yield from self._done(steps))
        found: Answer = yield Ask((*call, "-C", chain, *rule))
        if (found.status == 0) == (wanted.state == "present"):
            return False
        if wanted.state == "absent":
            steps = [(*call, "-D", chain, *rule)]
        else:
            if wanted.chain_management and not there:
                steps.append((*call, "-N", chain))
            number = (wanted.rule_num,) if wanted.rule_num else ()
            steps.append((*call, *(("-I", chain, *number) if wanted.action == "insert" else ("-A", chain)), *rule))
        return (yield from self._done(steps))

    def _done(self, steps: list[tuple[str, ...]]) -> Generator[Verb, Any, bool]:
        for argv in steps:
            answer: Answer = yield Do(argv)
            if answer.status:
                raise Failed(answer.stderr.strip() or f"{argv[0]} failed")
        return bool(steps)

    def _rule(self, version: str) -> list[str]:
        """Return the rule as the program is told it."""
        wanted, words = self.options, list[str]()
        for name, flag in _FLAGS.items():
            value = getattr(wanted, name)
            if value is None or value == "ignore":  # what syn is by itself
                continue
            module = _MODULES.get(name)
            if module and module not in (wanted.match or ()) and (module not in words or name in _AGAIN):
                words += ["-m", module]
            words += self._words(name, "--icmpv6-type" if (name, version) == ("icmp_type", "ipv6") else flag, value)
        return words

    def _words(self, name: str, flag: str, value: Any) -> list[str]:
        """Return what the program is told for one option."""
        if name == "match":
            return [word for each in value for word in (flag, each)]
        if name == "match_set":
            return [flag, value, self.options.match_set_flags or "src"]
        if name == "tcp_flags":
            return [flag, ",".join(value.flags or ()), ",".join(value.flags_set or ())]
        text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        if name in ("syn", "fragment"):  # which stand alone
            return ["!", flag] if text == "negate" or text.startswith("!") else [flag]
        if flag in _NEGATED and text.startswith("!"):
            return ["!", flag, text.removeprefix("!").strip()]
        return [flag, text]
