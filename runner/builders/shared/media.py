"""Floppies and CDs made of files of this computer."""

from __future__ import annotations

from runner.builders.shared.group import LocalFile, group


@group()
class Floppy:
    """A floppy disk with files for the machine."""

    floppy_files: list[LocalFile] | None = None
    """Files to put at the top of the floppy; wildcards are allowed."""
    floppy_dirs: list[LocalFile] | None = None
    """Directories to put on the floppy with all that is in them."""
    floppy_content: dict[str, str] | None = None
    """Path -> text of further files on the floppy."""
    floppy_label: str | None = None
    """Name of the floppy's volume."""


@group()
class Cd:
    """A CD with files for the machine."""

    cd_files: list[LocalFile] | None = None
    """Files and directories to put on the CD; wildcards are allowed."""
    cd_content: dict[str, str] | None = None
    """Path -> text of further files on the CD."""
    cd_label: str | None = None
    """Name of the CD's volume; cloud-init looks for `cidata`."""
