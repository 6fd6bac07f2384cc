"""Sessions for post-processors that ask nothing of a build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.sdk import Session


def session(root: Path, say: Callable[[str], None] = print, **more: Any) -> Session:
    async def nothing(*_: Any) -> Any:
        raise AssertionError("not asked for here")

    values: dict[str, Any] = {"build": "a", "source": "a", "builder": "file", "run": "run-1", "work": root / "work"}
    return Session(root=root, say=say, local=nothing, hold=nothing, noted=nothing, **(values | more))  # type: ignore[arg-type]
