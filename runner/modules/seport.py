"""The ``seport`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.attributes import done
from runner.modules.support.selinux import enabled
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options


@options()
class Options:
    """What ``seport`` accepts."""

    ports: Texts
    """Ports or ranges of ports."""
    proto: Literal["tcp", "udp"]
    """Their protocol."""
    setype: str
    """Their SELinux type."""
    state: Literal["absent", "present"] = "present"
    """Whether the ports are to have it."""
    local: bool = False
    """Look at the machine's own changes only."""
    reload: bool = True
    """Load SELinux's policy again after a change."""
    ignore_selinux_state: bool = False
    """Work even if SELinux seems to be off, as in a chroot."""


class Seport(Module[Options]):
    """Set the SELinux types of network ports."""

    name = "seport"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what the policy says of the ports, and have it say otherwise. Raises ``Failed``."""
        del facts
        wanted = self.options
        yield from enabled(ignored=wanted.ignore_selinux_state)
        answer = yield Ask(("semanage", "port", "-l", "-n", *(("-C",) if wanted.local else ())))
        if answer.status in (126, 127):
            raise Failed("the machine has no semanage", "install policycoreutils-python-utils")
        own, others = set[str](), set[str]()
        for line in answer.stdout.splitlines():
            words = line.replace(",", " ").split()
            if len(words) > 2 and words[1] == wanted.proto:  # noqa: PLR2004 - type, protocol, ports
                (own if words[0] == wanted.setype else others).update(words[2:])
        changed = False
        for port in (each.strip() for each in wanted.ports):
            there = port in own
            if there == (wanted.state == "present"):
                continue
            changed = True
            verb = "-d" if wanted.state == "absent" else "-m" if port in others else "-a"
            noreload = () if wanted.reload else ("-N",)
            argv = ("semanage", "port", *noreload, verb, "-t", wanted.setype, "-p", wanted.proto, port)
            yield from done(Do(argv), f"the port {port} cannot be given that type")
        values = {"ports": wanted.ports, "proto": wanted.proto, "setype": wanted.setype, "state": wanted.state}
        return Outcome(values, changed=changed)
