"""What became of each field of a template."""

from __future__ import annotations

from typing import Literal, NamedTuple

from runner.text import Span

Became = Literal["mapped", "changed", "unsupported"]


class Finding(NamedTuple):
    """One field of a template, and what became of it."""

    place: Span
    field: str
    """Its path, such as ``source.qemu.debian.iso_url``."""
    became: Became
    why: str = ""
    """Why it was changed, or is not supported."""
