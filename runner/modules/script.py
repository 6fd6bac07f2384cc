"""The ``script`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Module, ReadsFile, options


@options()
class Options:
    """What ``script`` accepts."""

    cmd: Annotated[str, ReadsFile("files")]
    """The script and, after blanks, its arguments."""
    chdir: str | None = None
    """Directory on the machine in which it runs."""
    creates: str | None = None
    """Do nothing if this file is there."""
    removes: str | None = None
    """Do nothing unless this file is there."""
    executable: str | None = None
    """Program that runs the script."""
    decrypt: bool = True
    """Decrypt a script that was encrypted with Ansible Vault."""


class Script(Module[Options]):
    """Bring a script from this computer to the machine and run it there."""

    name = "script"
    free_form = "cmd"
