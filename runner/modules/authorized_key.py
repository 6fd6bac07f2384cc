"""The ``authorized_key`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import Module, options


@options()
class Options:
    """What ``authorized_key`` accepts."""

    user: str
    """Which user."""
    key: str
    """Public keys, one a line, or the URL of such a file."""
    state: Literal["absent", "present"] = "present"
    """Whether the keys are to be there."""
    exclusive: bool = False
    """Remove all other keys."""
    key_options: str | None = None
    """Options to put before the keys."""
    comment: str | None = None
    """Comment to put after the keys instead of theirs."""
    path: str | None = None
    """File of the keys, instead of .ssh/authorized_keys in the user's home directory."""
    manage_dir: bool = True
    """Make the file's directory, and set its owner and permissions."""
    follow: bool = False
    """Write to what a symbolic link points to."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class AuthorizedKey(Module[Options]):
    """Let SSH keys log in as a user, or do so no longer."""

    name = "authorized_key"
