"""The ``reboot`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Alias, Duration, Module, Separated, options


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
