"""The ``unarchive`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import Permissions, Texts
from runner.sdk import AtMostOne, Deprecated, Module, ReadsFile, options


@options(AtMostOne("include", "exclude"), AtMostOne("copy", "remote_src"))
class Options(Permissions):
    """What ``unarchive`` accepts."""

    src: Annotated[str, ReadsFile("files")]
    """Archive on this computer, or on the machine or a web server with remote_src."""
    dest: str
    """Directory on the machine, which has to be there."""
    remote_src: bool = False
    """The archive is on the machine or named by a URL."""
    copy: Annotated[bool | None, Deprecated("write remote_src: true instead of copy: false")] = None
    """Whether the archive is on this computer."""
    creates: str | None = None
    """Do nothing if this file is there."""
    include: Texts | None = None
    """Only these entries of the archive."""
    exclude: Texts | None = None
    """All but these entries of the archive."""
    extra_opts: Texts | None = None
    """More options for tar or unzip, one entry each."""
    keep_newer: bool = False
    """Leave files alone that are newer than the archive's."""
    list_files: bool = False
    """Return the names of the archive's files."""
    io_buffer_size: int = 65536
    """Size in bytes of the buffer for reading the archive."""
    decrypt: bool = True
    """Decrypt a source that was encrypted with Ansible Vault."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class Unarchive(Module[Options]):
    """Unpack an archive on the machine: tar, also compressed, or zip."""

    name = "unarchive"
