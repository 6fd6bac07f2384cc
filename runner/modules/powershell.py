"""The ``powershell`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import RemoteScripts
from runner.sdk import ExactlyOne, Maximum, Minimum, Module, SecretStr, options


@options(ExactlyOne("inline", "script", "scripts"))
class Options(RemoteScripts):
    """What ``powershell`` accepts."""

    elevated_user: str | None = None
    """Windows account with administrator's rights that is to run the work."""
    elevated_password: SecretStr | None = None
    """Password of elevated_user; empty for service accounts such as SYSTEM."""
    execution_policy: Literal[
        "bypass", "allsigned", "default", "remotesigned", "restricted", "undefined", "unrestricted", "none"
    ] = "bypass"
    """Which scripts PowerShell lets run."""
    use_pwsh: bool = False
    """Run pwsh, the newer PowerShell."""
    debug_mode: Annotated[int, Minimum(0), Maximum(2)] = 0
    """How much PowerShell traces: 0 nothing, 1 lines, 2 variables too."""
    remote_env_var_path: str | None = None
    """Where the script's variables are put on the machine."""
    elevated_execute_command: str | None = None
    """Command that starts a script for elevated_user."""
    elevated_env_var_format: str | None = None
    """How one variable is written for elevated_user."""


class Powershell(Module[Options]):
    """Run PowerShell commands or scripts on a Windows machine."""

    name = "powershell"
    free_form = "inline"
