"""The ``fetch`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Alias, Mode, Module, options


@options()
class Options:
    """What ``fetch`` accepts."""

    src: str
    """Which file on the machine."""
    dest: str
    """Directory on this computer, which gets the machine's name and the file's path; with flat, the file
    itself.
    """
    flat: bool = False
    """Add neither the machine's name nor the path to dest."""
    fail_on_missing: bool = True
    """Fail if the file is not there."""
    validate_checksum: Annotated[bool, Alias("validate_md5")] = True
    """Check that the file has arrived as it was."""
    mode: Mode | None = None
    """Permissions of the file on this computer."""


class Fetch(Module[Options]):
    """Bring a file from the machine to this computer."""

    name = "fetch"
