"""The ``shell`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import RemoteScripts
from runner.sdk import Deprecated, ExactlyOne, Module, options


@options(ExactlyOne("cmd", "inline", "script", "scripts"))
class Options(RemoteScripts):
    """What ``shell`` accepts."""

    cmd: str | None = None
    """Command line, which may be of several lines."""
    chdir: str | None = None
    """Directory in which the command line runs."""
    creates: str | None = None
    """Do nothing if this file, or one that matches this pattern, is there."""
    removes: str | None = None
    """Do nothing unless this file, or one that matches this pattern, is there."""
    executable: str | None = None
    """Shell that runs the command line, by its full path, instead of /bin/sh."""
    stdin: str | None = None
    """Text for the command line's standard input."""
    stdin_add_newline: bool = True
    """End that text with a new line."""
    warn: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch of warnings in old roles; there are no such warnings."""
    inline_shebang: str = "/bin/sh -e"
    """Interpreter of inline commands that do not begin with a #! line of their own."""
    remote_folder: str = "/tmp"  # noqa: S108 - a directory of the machine, not of this computer
    """Directory on the machine that scripts are put into."""
    remote_file: str | None = None
    """Name of the script in that directory, instead of a random one."""
    use_env_var_file: bool = False
    """Bring the variables over as a file that is read before the script, not on the command line."""
    expect_disconnect: bool = False
    """Go on if the connection breaks while the script runs, as when it restarts the machine."""


class Shell(Module[Options]):
    """Run a command line, commands or scripts with a shell on the machine.

    The options are both Ansible's (``cmd``) and Packer's (``inline``, ``script``, ``scripts``).
    """

    name = "shell"
    free_form = "cmd"
