"""The ``converge`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Module, ReadsFile, Requires, options


@options()
class ModuleDir:
    """A directory of modules that is brought to the machine."""

    source: Annotated[str, ReadsFile("here")]
    """The directory on this computer."""
    destination: str
    """Where it goes on the machine."""
    exclude: list[str] | None = None
    """Patterns of files that are left out."""


@options(Requires("bootstrap_command", "bootstrap"))
class Options:
    """What ``converge`` accepts."""

    module: str
    """The module: a file on the machine, or an address."""
    module_dirs: list[ModuleDir] | None = None
    """Directories of modules to bring over."""
    params: dict[str, str] | None = None
    """Parameters of the module."""
    working_directory: str | None = None
    """Directory on the machine in which it runs."""
    execute_command: str | None = None
    """Command that starts it."""
    bootstrap: bool = False
    """Install Converge first."""
    bootstrap_command: str | None = None
    """Command that installs it."""
    version: str | None = None
    """Version to install."""
    prevent_bootstrap_sudo: bool = False
    """Install it without sudo."""
    prevent_sudo: bool = False
    """Run it without sudo."""


class Converge(Module[Options]):
    """Apply a Converge module to the machine."""

    name = "converge"
