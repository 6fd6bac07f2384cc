"""The ``windows_shell`` module."""

from __future__ import annotations

from runner.modules.shared import RemoteScripts
from runner.sdk import ExactlyOne, Module, options


@options(ExactlyOne("inline", "script", "scripts"))
class Options(RemoteScripts):
    """What ``windows_shell`` accepts."""


class WindowsShell(Module[Options]):
    """Run commands or scripts with cmd on a Windows machine."""

    name = "windows_shell"
    aliases = ("windows-shell",)
    free_form = "inline"
