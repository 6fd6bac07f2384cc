"""Find the published schemas: the files of ``schemas/``, which are generated from the options records."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]


@cache
def directory() -> Path:
    """Return where the schemas lie: inside the installed package, or in the source tree."""
    package = Path(__file__).parent.parent
    installed = package / "_data" / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


@cache
def published(name: str) -> Schema:
    """Return the schema ``name``, such as ``playbook`` or ``modules/apt``.

    Raises ``FileNotFoundError`` when there is none of that name.
    """
    found: Schema = json.loads((directory() / f"{name}.json").read_text(encoding="utf-8"))
    return found


def definition(name: str) -> Schema:
    """Return the schema of a part of a playbook, such as ``play`` or ``task``."""
    part: Schema = published("parts")["$defs"][name]
    return part
