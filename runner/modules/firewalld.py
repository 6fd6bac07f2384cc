"""The ``firewalld`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Literal, NamedTuple

from runner.modules.support.attributes import done
from runner.sdk import Answer, Ask, AtMostOne, Do, Failed, Module, Outcome, Requires, Verb, Work, options

_LOOK = """
if ! command -v firewall-offline-cmd >/dev/null; then echo none
elif firewall-cmd --state >/dev/null 2>&1; then echo running
else echo stopped
fi
"""
_THINGS = {
    "service": "service", "port": "port", "protocol": "protocol", "source": "source", "interface": "interface",
    "rich_rule": "rich-rule", "icmp_block": "icmp-block", "port_forward": "forward-port",
}
"""Option -> what firewall-cmd(1) calls it."""
_SWITCHES = {"masquerade": "masquerade", "icmp_block_inversion": "icmp-block-inversion", "forward": "forward"}
_SERVICE_OFFLINE = ("--remove-service=", "--remove-service-from-zone=")
"""What firewall-offline-cmd(1) calls otherwise: the first is a call of an older program there."""


class _Change(NamedTuple):
    """Something that the firewall can be asked for, and told."""

    query: str
    change: str
    what: str
    on: bool
    answer: str | None = None
    """A word that is in the answer if it is so; left out, the exit status says it."""


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask the firewall, or the tool that changes its files while it does not run. Raises ``Failed``."""
        del facts
        wanted = self.options
        changes = self._changes()
        looked = yield Ask(("/bin/sh", "-c", _LOOK))
        state = looked.stdout.strip()
        if state == "none":
            raise Failed("the machine has no firewalld", "install the package firewalld")
        running = state == "running"
        if not running and not wanted.permanent:
            raise Failed(
                "offline cannot be enabled unless permanent changes are allowed" if wanted.offline else
                "firewall is not currently running, unable to perform immediate actions without a running firewall "
                "daemon", "set permanent",
            )
        ways: list[tuple[str, ...]] = []
        if wanted.permanent:
            ways.append(("firewall-cmd", "--permanent") if running else ("firewall-offline-cmd",))
        if running and (wanted.immediate or not wanted.permanent) and not self._lasting():
            ways.append(("firewall-cmd",))
        told = ["Permanent and Non-Permanent(immediate) operation" if len(ways) > 1 else
                "Permanent operation" if wanted.permanent else "Non-permanent operation"]
        for way in ways:
            for each in changes:
                told += yield from self._changed(way, each)
        before = len(told)
        told += [] if running else ["(offline operation: only on-disk configs were altered)"]
        return Outcome({"msg": ", ".join(told)}, changed=before > 1)

    def _lasting(self) -> bool:
        """Return whether what is wanted cannot be had until the firewall reads its files again."""
        return self.options.target is not None or self.options.state in ("absent", "present")

    def _changed(self, way: tuple[str, ...], each: _Change) -> Generator[Verb, Any, list[str]]:
        """Have it so in one of the ways; return what was changed, in words. Raises ``Failed``."""
        wanted, offline = self.options, way == ("firewall-offline-cmd",)
        of_zone = self.options.zone and not each.query.startswith("--get-zones")
        call = (*way, f"--zone={wanted.zone}") if of_zone else way
        asked: Answer = yield Ask((*call, each.query))
        there = asked.status == 0 if each.answer is None else each.answer in asked.stdout.split()
        if there == each.on:
            return []
        change = each.change.replace(*_SERVICE_OFFLINE) if offline else each.change
        timeout = (f"--timeout={wanted.timeout}",) if wanted.timeout and way == ("firewall-cmd",) else ()
        yield from done(Do((*call, change, *timeout)), "the firewall cannot be changed")
        return [f"Changed {each.what} to {wanted.state}"]

    def _changes(self) -> list[_Change]:
        """Return how each thing is asked for, and how it is changed. Raises ``Failed`` for what makes no sense."""
        wanted = self.options
        on = wanted.state in ("enabled", "present")
        verb, found = "add" if on else "remove", list[_Change]()
        for option, name in _THINGS.items():
            value = getattr(wanted, option)
            for each in value if isinstance(value, list) else [] if value is None else [value]:
                text = _forward(each) if isinstance(each, PortForward) else each
                change = "change" if (verb, option) == ("add", "interface") else verb  # it leaves another zone
                found.append(_Change(f"--query-{name}={text}", f"--{change}-{name}={text}", f"{option} {text}", on))
        for option, name in _SWITCHES.items():
            value = getattr(wanted, option)
            if value is not None:
                wish = on == value
                change = f"--{'add' if wish else 'remove'}-{name}"
                found.append(_Change(f"--query-{name}", change, f"{name} {value}", wish))
        if wanted.target is not None:
            target = wanted.target if on else "default"
            found.append(_Change("--get-target", f"--set-target={target}", f"target {target}", on=True, answer=target))
        if wanted.state in ("absent", "present") and wanted.target is None:
            if found or wanted.zone is None:
                raise Failed("absent and present state can only be used in zone level operations")
            change = f"--{'new' if on else 'delete'}-zone={wanted.zone}"
            return [_Change("--get-zones", change, f"zone {wanted.zone}", on, answer=wanted.zone)]
        if not found:
            raise Failed("nothing of the firewall is named", "give a service, a port, a rule ...")
        return found


def _forward(given: PortForward) -> str:
    """Return where a port leads, as firewall-cmd(1) wants it."""
    to = f":toaddr={given.toaddr}" if given.toaddr else ""
    return f"port={given.port}:proto={given.proto}:toport={given.toport}{to}"
