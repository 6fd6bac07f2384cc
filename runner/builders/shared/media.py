"""Floppies and CDs made of files of this computer."""

from __future__ import annotations

from runner.builders.shared.group import LocalFile, group


@group()
class Floppy:
    """A floppy disk with files for the machine."""

    floppy_files: list[LocalFile] | None = None
    """Files to put at the top of the floppy, which has room for 1.4 MB; wildcards are allowed."""
    floppy_dirs: list[LocalFile] | None = None
    """Directories to put on the floppy with all that is in them; with `/` at the end, only what is in them."""
    floppy_content: dict[str, str] | None = None
    """Path -> text of further files on the floppy."""
    floppy_label: str | None = None
    """Name of the floppy's volume, of up to 11 characters."""


@group()
class Cd:
    """A CD with files for the machine."""

    cd_files: list[LocalFile] | None = None
    """Files and directories to put on the CD, such as `[seed/user-data, seed/meta-data]` for cloud-init; wildcards are
    allowed. Of a directory with `/` at its end, only what is in it."""
    cd_content: dict[str, str] | None = None
    """Path -> text of further files on the CD. A seed for cloud-init (NoCloud) is
    `{meta-data: "", user-data: "{{ lookup('file', 'user-data.yml') }}"}` with `cd_label: cidata`."""
    cd_label: str | None = None
    """Name of the CD's volume; cloud-init looks for `cidata`."""
