"""The ``acl`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``acl`` accepts."""

    path: Annotated[str, Alias("name")]
    """Which file or directory."""
    state: Literal["absent", "present", "query"] = "query"
    """Whether the entry is to be there; query only reads."""
    entry: str | None = None
    """The entry in one text, such as user:joe:rw."""
    etype: Literal["group", "mask", "other", "user"] | None = None
    """Whom the entry is for."""
    entity: str = ""
    """Name of the user or group that the entry is for."""
    permissions: str | None = None
    """What they may do: r, w, x."""
    default: bool = False
    """Make it the default for what is made in the directory later."""
    recursive: Annotated[bool, Alias("recurse")] = False
    """Do the same to everything in the directory."""
    follow: bool = True
    """Work on what a symbolic link points to."""
    recalculate_mask: Literal["default", "mask", "no_mask"] = "default"
    """Whether the mask is computed again."""
    use_nfsv4_acls: bool = False
    """Use lists of NFS version 4."""


class Acl(Module[Options]):
    """Set, remove and read access control lists of files."""

    name = "acl"
