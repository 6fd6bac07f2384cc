"""SELinux, as the modules that change its policy need it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from runner.sdk import Answer, Ask, Failed, Verb

_THERE = "[ -e /sys/fs/selinux/enforce ] || command -v selinuxenabled >/dev/null && selinuxenabled"


def enabled(*, ignored: bool) -> Generator[Verb, Any, None]:
    """See whether SELinux runs. Raises ``Failed`` where it does not, unless that is to be ``ignored``."""
    answer: Answer = yield Ask(("/bin/sh", "-c", _THERE))
    if answer.status and not ignored:
        raise Failed("SELinux is disabled on this host.", "ignore_selinux_state changes the policy all the same")
