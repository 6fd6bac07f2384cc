"""The ``selinux`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.sdk import Alias, Ask, Do, Failed, Module, Outcome, Work, options


@options()
class Options:
    """What ``selinux`` accepts."""

    state: Literal["disabled", "enforcing", "permissive"]
    """The mode of SELinux."""
    policy: str | None = None
    """The policy, such as targeted; needed unless state is disabled."""
    configfile: Annotated[str, Alias("conf", "file")] = "/etc/selinux/config"
    """File that holds these settings."""
    update_kernel_param: bool = False
    """Set the kernel's parameter too, so that it is so when the machine starts."""


class Selinux(Module[Options]):
    """Switch SELinux on and off, and choose its policy."""

    name = "selinux"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See how SELinux is set, now and for the next start, and set it otherwise. Raises ``Failed``."""
        del facts
        wanted = self.options
        if wanted.policy is None and wanted.state != "disabled":
            raise Failed("Policy is required if state is not 'disabled'")
        found, former = yield from opened(wanted.configfile, Edited())
        if former is None:
            raise Failed(f"Unable to find file {wanted.configfile}", "the machine has no SELinux")
        answer = yield Ask(("/bin/sh", "-c", "getenforce 2>/dev/null || echo Disabled"))
        runtime = answer.stdout.strip().lower()
        lines = former.decode().splitlines()
        policy = wanted.policy or _value(lines, "SELINUXTYPE")
        after = _with(_with(lines, "SELINUX", wanted.state), "SELINUXTYPE", policy) if policy else (
            _with(lines, "SELINUX", wanted.state)
        )
        values: dict[str, Any] = {
            "configfile": wanted.configfile, "policy": policy, "state": wanted.state, "reboot_required": False,
        }
        messages: list[str] = []
        if runtime != wanted.state:
            if "disabled" in (runtime, wanted.state):
                values["reboot_required"] = True
            else:
                argv = ("setenforce", "1" if wanted.state == "enforcing" else "0")
                yield from done(Do(argv), "SELinux cannot be set")
                messages.append(f"SELinux state changed from '{runtime}' to '{wanted.state}'")
        if after != lines:
            yield from saved(found, former, "".join(f"{line}\n" for line in after).encode(), Edited(), "")
            messages.append(f"Config SELinux state changed to '{wanted.state}'")
        if wanted.update_kernel_param and messages:
            bit = "--args" if wanted.state == "disabled" else "--remove-args"
            yield from done(Do(("grubby", "--update-kernel=ALL", bit, "selinux=0")), "the kernel's arguments stay")
        return Outcome({**values, "msg": ", ".join(messages)}, changed=bool(messages))


def _value(lines: list[str], name: str) -> str | None:
    return next((line.partition("=")[2].strip() for line in lines if line.startswith(f"{name}=")), None)


def _with(lines: list[str], name: str, value: str) -> list[str]:
    """Return the lines with a value for a name, in the line that has one, or in a new one."""
    line = f"{name}={value}"
    if not any(each.startswith(f"{name}=") for each in lines):
        return [*lines, line]
    return [line if each.startswith(f"{name}=") else each for each in lines]
