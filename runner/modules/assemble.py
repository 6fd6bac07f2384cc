"""The ``assemble`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import Edited
from runner.sdk import Module, ReadsFile, options


@options()
class Options(Edited):
    """What ``assemble`` accepts."""

    src: Annotated[str, ReadsFile("files")]
    """Directory of the parts, on the machine unless remote_src is off."""
    dest: str
    """The file on the machine."""
    remote_src: bool = True
    """The parts are on the machine, not on this computer."""
    delimiter: str | None = None
    """What is put between two parts."""
    regexp: str | None = None
    """Pattern of the names of the parts to use."""
    ignore_hidden: bool = False
    """Leave out parts whose name begins with a dot."""
    decrypt: bool = True
    """Decrypt parts that were encrypted with Ansible Vault."""


class Assemble(Module[Options]):
    """Put a file together from all the files of a directory."""

    name = "assemble"
