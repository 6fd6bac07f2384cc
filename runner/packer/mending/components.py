"""Which component a block of a template is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner import registry
from runner.formats.hcl.tree import Attribute, Block

_KINDS: Mapping[str, Any] = {
    "source": "builders", "data": "data_sources", "post-processor": "post_processors", "provisioner": "modules",
    "error-cleanup-provisioner": "modules",
}
"""Block -> the kind of its component."""
HOLDERS = ("build", "post-processors")
"""Blocks that hold components."""


def component(block: Block) -> registry.Entry | None:
    """Return what a block is about. A provisioner that runs here is a module of ours, made of other options."""
    entry = registry.find(_KINDS[block.type], block.labels[0]) if block.type in _KINDS else None
    return None if entry is not None and entry.kind == "modules" and entry.runs else entry


def name_of(item: Attribute | Block) -> str:
    """Return what an option is called."""
    return item.name if isinstance(item, Attribute) else item.type
