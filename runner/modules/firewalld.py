"""The ``firewalld`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import Ask, AtMostOne, Do, Failed, Module, Outcome, Requires, Work, options

_LOOK = """
if ! command -v firewall-offline-cmd >/dev/null; then echo none
elif firewall-cmd --state >/dev/null 2>&1; then echo running
else echo stopped
fi
"""
_THINGS = {
    "service": "service", "port": "port", "protocol": "protocol", "source": "source", "interface": "interface",
    "rich_rule": "rich-rule", "icmp_block": "icmp-block",
}
"""Option -> what firewall-cmd(1) calls it."""
_SWITCHES = {"masquerade": "masquerade", "icmp_block_inversion": "icmp-block-inversion"}


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

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return next((name for name in ("port_forward", "forward", "target") if options.get(name)), None)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask the firewall, or the tool that changes its files while it does not run. Raises ``Failed``."""
        del facts
        wanted = self.options
        looked = yield Ask(("/bin/sh", "-c", _LOOK))
        state = looked.stdout.strip()
        if state == "none":
            raise Failed("the machine has no firewalld", "install the package firewalld")
        running = state == "running"
        if not running and not (wanted.offline or wanted.permanent):
            raise Failed("firewall is not currently running, unable to perform immediate actions without a running "
                         "firewall daemon", "set permanent, or offline")
        ways: list[tuple[str, ...]] = []
        if wanted.permanent:
            ways.append(("firewall-cmd", "--permanent") if running else ("firewall-offline-cmd",))
        if running and (wanted.immediate or not wanted.permanent):
            ways.append(("firewall-cmd",))
        on = wanted.state in ("enabled", "present")
        changed = False
        for way in ways:
            zone = (f"--zone={wanted.zone}",) if wanted.zone else ()
            for query, change in self._words(on=on):
                asked = yield Ask((*way, *zone, query))
                if (asked.status == 0) == on:
                    continue
                timeout = (f"--timeout={wanted.timeout}",) if wanted.timeout and way == ("firewall-cmd",) else ()
                yield from done(Do((*way, *zone, change, *timeout)), "the firewall cannot be changed")
                changed = True
        where = " and ".join("Permanent" if len(way) > 1 or "offline" in way[0] else "Non-permanent" for way in ways)
        return Outcome({"msg": f"{where} operation"}, changed=changed)

    def _words(self, *, on: bool) -> list[tuple[str, str]]:
        """Return how each thing is asked for, and how it is changed. Raises ``Failed`` when there is nothing."""
        wanted = self.options
        verb, found = "add" if on else "remove", list[tuple[str, str]]()
        for option, name in _THINGS.items():
            value = getattr(wanted, option)
            if value is not None:
                found.append((f"--query-{name}={value}", f"--{verb}-{name}={value}"))
        for option, name in _SWITCHES.items():
            if getattr(wanted, option):
                found.append((f"--query-{name}", f"--{verb}-{name}"))
        if not found:
            raise Failed("nothing of the firewall is named", "give a service, a port, a rule ...")
        return found
