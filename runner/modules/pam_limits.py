"""The ``pam_limits`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``pam_limits`` accepts."""

    domain: str
    """Whom the limit is for: a user, @group or *."""
    limit_type: Literal["hard", "soft", "-"]
    """Whether users may raise it: soft, hard, or - for both."""
    limit_item: Literal[
        "core",
        "data",
        "fsize",
        "memlock",
        "nofile",
        "rss",
        "stack",
        "cpu",
        "nproc",
        "as",
        "maxlogins",
        "maxsyslogins",
        "priority",
        "locks",
        "sigpending",
        "msgqueue",
        "nice",
        "rtprio",
        "chroot",
    ]
    """What is limited."""
    value: str
    """The limit, a number or unlimited."""
    dest: str = "/etc/security/limits.conf"
    """File that holds it."""
    use_max: bool = False
    """Keep the present limit if it is higher."""
    use_min: bool = False
    """Keep the present limit if it is lower."""
    comment: str = ""
    """What the limit is for."""
    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""


class PamLimits(Module[Options]):
    """Set limits of users' resources in limits.conf."""

    name = "pam_limits"
