"""The ``apache2_module`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_LOOK = """
command -v a2enmod >/dev/null || exit 44
if [ -e "/etc/apache2/mods-available/$1.load" ]; then echo known; fi
if [ -e "/etc/apache2/mods-enabled/$1.load" ]; then echo on; fi
"""
_NO_PROGRAM = 44


@options()
class Options:
    """What ``apache2_module`` accepts."""

    name: str
    """Which module."""
    state: Literal["present", "absent"] = "present"
    """Whether it is to be on."""
    identifier: str | None = None
    """Its name in Apache's own list, if it is another one."""
    force: bool = False
    """Switch off modules even if others need them."""
    ignore_configcheck: bool = False
    """Go on if Apache finds its configuration wrong."""
    warn_mpm_absent: bool = True
    """Warn if no module for processes is on."""


class Apache2Module(Module[Options]):
    """Switch modules of the Apache web server on and off."""

    name = "apache2_module"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether the module is switched on, and switch it on or off. Raises ``Failed``."""
        del facts
        wanted = self.options
        looked = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.name))
        if looked.status == _NO_PROGRAM:
            raise Failed("the machine has no a2enmod", "install the package apache2 first")
        there = looked.stdout.split()
        values = {"name": wanted.name, "result": f"Module {wanted.name} {'enabled' if 'on' in there else 'disabled'}"}
        if ("on" in there) == (wanted.state == "present"):
            return Outcome(values, changed=False)
        if wanted.state == "present" and "known" not in there:
            raise Failed(f"Failed to set module {wanted.name} to enabled: there is no such module")
        force = ("-f",) if wanted.force and wanted.state == "absent" else ()
        argv = ("a2enmod" if wanted.state == "present" else "a2dismod", "-q", *force, wanted.name)
        yield from done(Do(argv), f"Failed to set module {wanted.name} to {wanted.state}")
        word = "enabled" if wanted.state == "present" else "disabled"
        return Outcome({**values, "result": f"Module {wanted.name} {word}"}, changed=True)
