"""The language of playbooks: an options record for each of its parts, whose fields are the keywords.

Schemas, editors and the reference are made from these records; reading checks by the schemas, and imports none of them.
"""

from __future__ import annotations

from typing import Any

from runner.reading.keywords.play import Matrix, Play, PostProcessor, SourceUse
from runner.reading.keywords.playbook import (
    Data,
    PackerPlugin,
    Playbook,
    RequiredRole,
    Requires,
    RequiresPacker,
    Source,
    Validation,
    Variable,
)
from runner.reading.keywords.role import RoleMeta, RoleUse
from runner.reading.keywords.task import Block, Handler, LoopControl, Task

PARTS: dict[str, type[Any]] = {
    "required_role": RequiredRole,
    "requires": Requires,
    "requires_packer": RequiresPacker,
    "packer_plugin": PackerPlugin,
    "validation": Validation,
    "variable": Variable,
    "data": Data,
    "source": Source,
    "source_use": SourceUse,
    "matrix": Matrix,
    "play": Play,
    "loop_control": LoopControl,
    "task": Task,
    "handler": Handler,
    "block": Block,
    "role_use": RoleUse,
    "post_processor": PostProcessor,
    "role_meta": RoleMeta,
}
"""The parts of documents by the names that ``Part`` uses."""

__all__ = ["PARTS", "Playbook"]
