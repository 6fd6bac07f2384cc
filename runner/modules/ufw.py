"""The ``ufw`` module."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import (
    Alias,
    Answer,
    Ask,
    AtLeastOne,
    AtMostOne,
    Do,
    Failed,
    Module,
    Outcome,
    Requires,
    Verb,
    Work,
    options,
)

_STATE = r"""
command -v ufw >/dev/null || exit 44
ufw status verbose 2>/dev/null
printf '\035\n'
cat /etc/ufw/ufw.conf /etc/default/ufw /etc/ufw/user.rules /etc/ufw/user6.rules /lib/ufw/user.rules 2>/dev/null
exit 0
"""
_NO_PROGRAM = 44
_ALWAYS = ("--force", "reload", "logging", "default")
"""Calls that have no dry run: it would tell nothing, or change the firewall."""
_MADE = re.compile("Rules? (?:added|updated|inserted|deleted)")
_NUMBERED = re.compile(r"^\[ *(\d+)\].*?(\(v6\))?$", re.MULTILINE)
_CHAINS = {"incoming": "INPUT", "outgoing": "OUTPUT", "routed": "FORWARD"}
_POLICIES = {"allow": "ACCEPT", "deny": "DROP", "reject": "REJECT"}
"""What the files of ufw call what its options name."""


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See how the firewall is set, and set it otherwise: its files tell what was changed. Raises ``Failed``."""
        del facts
        wanted = self.options
        before = yield from self._state()
        commands: list[str] = []
        changed = False
        place = yield from self._place()
        for words in self._calls(before, place):
            if words[0] not in _ALWAYS:
                dry = yield Ask(("ufw", "--dry-run", *words))
                if dry.status:
                    raise Failed(f"ufw refuses {shlex.join(words)}: {dry.stderr.strip() or dry.stdout.strip()}")
                if "Skipping" in dry.stdout and not _MADE.search(dry.stdout):
                    continue
            commands.append(f"ufw {shlex.join(words)}")
            yield from done(Do(("ufw", *words)), f"ufw {words[0]} failed")
            changed = changed or words != ("--force", "reload")
        after = (yield from self._state()) if commands else before
        if commands and wanted.state not in ("reloaded", "reset"):
            changed = after != before
        return Outcome({"commands": commands, "msg": after.partition("\x1d")[0].strip()}, changed=changed)

    def _state(self) -> Generator[Verb, Any, str]:
        """Return what the firewall says of itself, and its files. Raises ``Failed`` where there is none."""
        answer: Answer = yield Ask(("/bin/sh", "-c", _STATE))
        if answer.status == _NO_PROGRAM:
            raise Failed("the machine has no ufw", "install the package ufw")
        return answer.stdout

    def _place(self) -> Generator[Verb, Any, int | None]:
        """Return the place for a new rule; nothing for the end, which ufw wants no number for."""
        wanted = self.options
        if wanted.insert is None or wanted.insert_relative_to == "zero":
            return wanted.insert
        answer: Answer = yield Ask(("ufw", "status", "numbered"))
        rules = [(int(number), bool(v6)) for number, v6 in _NUMBERED.findall(answer.stdout)]
        last = max((number for number, _ in rules), default=0)
        last_v4 = max((number for number, v6 in rules if not v6), default=0)
        start = {
            "first-ipv4": 1, "last-ipv4": last_v4 or 1, "first-ipv6": last_v4 + 1,
            "last-ipv6": last if any(v6 for _, v6 in rules) else last + 1,
        }[wanted.insert_relative_to]
        place = start + wanted.insert
        return place if place <= last else None

    def _calls(self, now: str, place: int | None) -> list[tuple[str, ...]]:
        """Return the calls of the program, in the order of Ansible's. Raises ``Failed``."""
        wanted, calls = self.options, list[tuple[str, ...]]()
        active = "Status: active" in now
        if wanted.state == "reset":
            calls.append(("--force", "reset"))
        elif wanted.state == "reloaded":
            calls.append(("reload",))
        elif wanted.state == "enabled" and not active:
            calls.append(("--force", "enable"))
        elif wanted.state == "disabled" and (active or "ENABLED=yes" in now):
            calls.append(("--force", "disable"))
        if wanted.logging is not None:
            level = {"True": "on", "False": "off"}.get(str(wanted.logging), str(wanted.logging))
            found = re.search(r"^LOGLEVEL=(\w+)", now, re.MULTILINE)
            current = found[1] if found else "off"
            if level != current and not (level == "on" and current != "off"):
                calls.append(("logging", level))
        if wanted.default is not None:
            direction = {"in": "incoming", "out": "outgoing"}.get(wanted.direction or "", wanted.direction)
            line = f'DEFAULT_{_CHAINS[direction or "incoming"]}_POLICY="{_POLICIES[wanted.default]}"'
            if line not in now:
                calls.append(("default", wanted.default, direction or "incoming"))
        if wanted.rule is not None:
            calls.append(self._rule(place))
        return calls

    def _rule(self, place: int | None) -> tuple[str, ...]:
        """Return the call for a rule, as ufw(8) wants it."""
        wanted = self.options
        words = ["route"] if wanted.route else []
        words += ["delete"] if wanted.delete else []
        words += ["insert", str(place)] if place is not None else []
        words.append(wanted.rule or "")
        direction = {"incoming": "in", "outgoing": "out"}.get(wanted.direction or "", wanted.direction)
        words += [direction] if direction else []
        words += ["on", wanted.interface] if wanted.interface else []
        words += ["in", "on", wanted.interface_in] if wanted.interface_in else []
        words += ["out", "on", wanted.interface_out] if wanted.interface_out else []
        words += ["log"] if wanted.log else []
        for word, address, port in (("from", wanted.from_ip, wanted.from_port), ("to", wanted.to_ip, wanted.to_port)):
            words += [word, address, *(("port", str(port)) if port else ())]
        words += ["proto", wanted.proto] if wanted.proto else []
        words += ["app", wanted.name] if wanted.name else []
        words += ["comment", wanted.comment] if wanted.comment and not wanted.delete else []
        return tuple(words)
