"""The ``reboot`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

from runner.sdk import Alias, Answer, Ask, Do, Duration, Failed, Module, Outcome, Separated, Wait, Work, options
from runner.sdk.durations import seconds_of

_LOOK = """
if [ -d /run/systemd/system ] || [ "$(cat /proc/1/comm 2>/dev/null)" = init ]; then
  if [ -e /.dockerenv ] || [ -e /run/.containerenv ]; then echo none; else echo init; fi
else
  echo none
fi
sh -c "$1"
"""
"""Tells whether the machine can be restarted, and what changes with every start. A container ends with its init."""
_KILLED = 128
_PAUSE = 2.0


@options()
class Options:
    """What ``reboot`` accepts."""

    reboot_timeout: Annotated[Duration, Alias("reboot_timeout_sec")] = "600"
    """How long to wait until it answers; a bare number is seconds."""
    pre_reboot_delay: Annotated[Duration, Alias("pre_reboot_delay_sec")] = "0"
    """How long to wait before the restart."""
    post_reboot_delay: Annotated[Duration, Alias("post_reboot_delay_sec")] = "0"
    """How long to wait after the restart before asking whether it answers."""
    connect_timeout: Annotated[Duration | None, Alias("connect_timeout_sec")] = None
    """How long one try to connect may take."""
    msg: str = "Reboot initiated by Ansible"
    """What the machine's users are told."""
    test_command: str = "whoami"
    """Command that succeeds when the machine is ready."""
    boot_time_command: str = "cat /proc/sys/kernel/random/boot_id"
    """Command whose output is another one after a restart."""
    reboot_command: str | None = None
    """Command that restarts the machine; left out, it is chosen by the operating system."""
    search_paths: Annotated[tuple[str, ...], Separated()] = (
        "/sbin",
        "/bin",
        "/usr/sbin",
        "/usr/bin",
        "/usr/local/sbin",
    )
    """Directories on the machine in which shutdown is looked for."""


class Reboot(Module[Options]):
    """Restart the machine, and go on when it answers again."""

    name = "reboot"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Restart the machine and wait until it answers again; where no init runs there is nothing to restart."""
        del facts
        wanted = self.options
        looked = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.boot_time_command))
        kind, _, before = looked.stdout.partition("\n")
        if kind == "none":
            why = "no init runs here, so that there is nothing to restart"
            return Outcome({"rebooted": False, "elapsed": 0, "msg": why}, changed=False)
        if seconds_of(wanted.pre_reboot_delay):
            yield Wait(seconds_of(wanted.pre_reboot_delay))
        command = wanted.reboot_command or f"shutdown -r now {shlex.quote(wanted.msg)}"
        paths = ":".join(wanted.search_paths)
        with suppress(Failed):  # the connection may go before the command has ended
            told: Answer = yield Do(("/bin/sh", "-c", f"PATH=$PATH:{paths}; {command} || reboot"))
            if told.status and told.status < _KILLED:
                return Outcome({"rebooted": False}, changed=False, failed="Reboot command failed",
                               shown=told.stderr.strip() or str(told.status))
        waited = 1.0
        limit = seconds_of(wanted.reboot_timeout)
        yield Wait(waited)
        while True:
            with suppress(Failed):
                again: Answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.boot_time_command))
                if again.status == 0 and again.stdout.partition("\n")[2] not in ("", before):
                    break
            if waited >= limit:
                return Outcome({"rebooted": True, "elapsed": int(waited)}, changed=True,
                               failed=f"Timed out waiting for the machine to come back (timeout={int(limit)})")
            yield Wait(_PAUSE)
            waited += _PAUSE
        if seconds_of(wanted.post_reboot_delay):
            yield Wait(seconds_of(wanted.post_reboot_delay))
        tested: Answer = yield Ask(("/bin/sh", "-c", wanted.test_command))
        values = {"rebooted": True, "elapsed": int(waited)}
        return Outcome(values, changed=True, failed="the test command failed" if tested.status else None)
