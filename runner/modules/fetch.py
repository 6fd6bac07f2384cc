"""The ``fetch`` module."""

from __future__ import annotations

from runner.sdk import Module, options


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
    validate_checksum: bool = True
    """Check that the file has arrived as it was."""


class Fetch(Module[Options]):
    """Bring a file from the machine to this computer."""

    name = "fetch"
