"""The ``pamd`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import Module, options


@options()
class Options:
    """What ``pamd`` accepts."""

    name: str
    """Service whose rules they are, such as sshd."""
    type: Literal["account", "-account", "auth", "-auth", "password", "-password", "session", "-session"]
    """Type of the rule."""
    control: str
    """Control of the rule."""
    module_path: str
    """Module of the rule."""
    state: Literal["absent", "before", "after", "args_absent", "args_present", "updated"] = "updated"
    """What to do: change the rule, add one before or after it, change its arguments, or remove it."""
    new_type: Literal["account", "-account", "auth", "-auth", "password", "-password", "session", "-session"] | None = (
        None
    )
    """Type of the new rule."""
    new_control: str | None = None
    """Control of the new rule."""
    new_module_path: str | None = None
    """Module of the new rule."""
    module_arguments: Texts | None = None
    """Arguments of the module."""
    path: str = "/etc/pam.d"
    """Directory of the services' files."""
    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""


class Pamd(Module[Options]):
    """Change rules of PAM."""

    name = "pamd"
