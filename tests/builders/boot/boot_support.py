"""What the tests of unattended installations have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.sdk import Session


def session(root: Path, say: Callable[[str], None] = print, **more: Any) -> Session:
    """Return a session of a build that asks nothing of the run."""
    async def nothing(*_: Any) -> Any:
        raise AssertionError("not asked for here")

    work = root / "work"
    work.mkdir(exist_ok=True)
    values: dict[str, Any] = {"build": "a", "source": "a", "builder": "qemu", "run": "run-1", "work": work}
    return Session(root=root, say=say, local=nothing, hold=nothing, noted=nothing, **(values | more))  # type: ignore[arg-type]  # nobody asks for them
