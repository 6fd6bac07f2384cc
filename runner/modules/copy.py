"""The ``copy`` module."""

from __future__ import annotations

from typing import Annotated, Any

from runner.modules.shared import Edited
from runner.sdk import ExactlyOne, Mode, Module, ReadsFile, options


@options(ExactlyOne("src", "content"))
class Options(Edited):
    """What ``copy`` accepts."""

    src: Annotated[str, ReadsFile("files")] | None = None
    """File or directory on this computer, or on the machine with remote_src; one that ends in / means what
    is in it.
    """
    content: Any = None
    """What the file is to hold; a mapping or list is written as JSON."""
    dest: str
    """Where it goes on the machine; a directory ends in /."""
    checksum: str | None = None
    """SHA-1 that the file must have once it is there."""
    decrypt: bool = True
    """Decrypt a source that was encrypted with Ansible Vault."""
    directory_mode: Mode | None = None
    """Permissions of directories that have to be made."""
    follow: bool = False
    """Write to what a symbolic link at the destination points to."""
    force: bool = True
    """Write over a file that is there with other content."""
    local_follow: bool = True
    """Copy what symbolic links in the source point to, not the links."""
    remote_src: bool = False
    """The source is on the machine already."""


class Copy(Module[Options]):
    """Put a file or a directory on the machine, or a text into a file there."""

    name = "copy"
