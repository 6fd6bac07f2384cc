"""The ``sefcontext`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtMostOne, Module, options


@options(
    AtMostOne("setype", "substitute"),
    AtMostOne("substitute", "ftype"),
    AtMostOne("substitute", "seuser"),
    AtMostOne("substitute", "selevel"),
)
class Options:
    """What ``sefcontext`` accepts."""

    target: Annotated[str, Alias("path")]
    """Regular expression of the files' paths."""
    setype: str | None = None
    """Type of the context."""
    seuser: str | None = None
    """User of the context."""
    selevel: Annotated[str | None, Alias("serange")] = None
    """Level of the context."""
    ftype: Literal["a", "b", "c", "d", "f", "l", "p", "s"] = "a"
    """Kind of files: a for all, f files, d directories, l links, b and c devices, p pipes, s sockets."""
    substitute: Annotated[str | None, Alias("equal")] = None
    """Path whose contexts the files get."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be so."""
    reload: bool = True
    """Load SELinux's policy again after a change."""
    ignore_selinux_state: bool = False
    """Work even if SELinux seems to be off, as in a chroot."""


class Sefcontext(Module[Options]):
    """Say which SELinux context files get."""

    name = "sefcontext"
