"""The ``pip`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import AtLeastOne, AtMostOne, Module, Requires, options


@options(
    AtLeastOne("name", "requirements"),
    AtMostOne("name", "requirements"),
    AtMostOne("executable", "virtualenv"),
    Requires("version", "name"),
)
class Options:
    """What ``pip`` accepts."""

    name: Texts | None = None
    """Packages, each with its version if need be, as in django>=4,<5."""
    requirements: str | None = None
    """File on the machine that lists packages."""
    version: str | None = None
    """Version of the one package that is named."""
    state: Literal["absent", "forcereinstall", "latest", "present"] = "present"
    """Whether they are to be there; latest updates, forcereinstall installs once more."""
    virtualenv: str | None = None
    """Directory of the virtual environment to install into; it is made if there is none."""
    virtualenv_command: str = "virtualenv"
    """Command that makes virtual environments."""
    virtualenv_python: str | None = None
    """Python of a new virtual environment."""
    virtualenv_site_packages: bool = False
    """Let a new virtual environment use the system's packages."""
    executable: str | None = None
    """The pip to use, such as pip3.12."""
    chdir: str | None = None
    """Directory in which pip runs."""
    editable: bool = False
    """Install a package so that its sources can be edited in place."""
    extra_args: str | None = None
    """More arguments for pip."""
    umask: str | None = None
    """Mask for the permissions of installed files."""
    break_system_packages: bool = False
    """Let pip change a Python that the system's package manager looks after."""


class Pip(Module[Options]):
    """Install and remove Python packages."""

    name = "pip"
