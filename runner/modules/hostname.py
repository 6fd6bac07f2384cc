"""The ``hostname`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_LOOK = """
echo "now $(uname -n)"
if [ -e /etc/hostname ]; then echo "file $(head -n 1 /etc/hostname)"
elif [ -e /etc/conf.d/hostname ]; then
  . /etc/conf.d/hostname
  echo "file $hostname"
fi
"""
_SET = """
if hostnamectl --no-ask-password set-hostname "$1" 2>/dev/null; then exit 0; fi
if [ -e /etc/conf.d/hostname ] && [ ! -e /etc/hostname ]; then echo "hostname=\\"$1\\"" >/etc/conf.d/hostname || exit
else echo "$1" >/etc/hostname || exit
fi
hostname "$1" 2>/dev/null || true
"""
"""Writes the name into its file, and tells the kernel, which in a container does not listen."""


@options()
class Options:
    """What ``hostname`` accepts."""

    name: str
    """The host name."""
    use: (
        Literal[
            "alpine",
            "debian",
            "freebsd",
            "generic",
            "macos",
            "macosx",
            "darwin",
            "openbsd",
            "openrc",
            "redhat",
            "sles",
            "solaris",
            "systemd",
        ]
        | None
    ) = None
    """How to set it; left out, it is chosen by the operating system."""


class Hostname(Module[Options]):
    """Set the machine's host name."""

    name = "hostname"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what the machine is called, and call it otherwise if need be. Raises ``Failed``."""
        del facts
        name = self.options.name
        answer = yield Ask(("/bin/sh", "-c", _LOOK))
        told = dict(line.partition(" ")[::2] for line in answer.stdout.splitlines())
        changed = told.get("file") != name or told.get("now") != name
        if changed:
            done_ = yield Do(("/bin/sh", "-c", _SET, "sh", name))
            if done_.status:
                raise Failed(f"the name cannot be set: {done_.stderr.strip()}")
            again = yield Ask(("/bin/sh", "-c", _LOOK))
            told_now = dict(line.partition(" ")[::2] for line in again.stdout.splitlines())
            changed = told_now != told  # a container's name is not its own to change
        short, _, domain = name.partition(".")
        found = {"ansible_hostname": short, "ansible_nodename": name, "ansible_fqdn": name, "ansible_domain": domain}
        return Outcome({"name": name}, changed=changed, facts=found)
