"""What the tests of unattended installations have in common."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.sdk import Session


def session(root: Path, say: Callable[[str], None] = print, **more: Any) -> Session:
    """Return a session of a build that asks nothing of the run."""
    async def nothing(*_: Any) -> Any:
        raise AssertionError("not asked for here")

    work = root / "work"
    work.mkdir(exist_ok=True)
    values: dict[str, Any] = {"build": "a", "source": "a", "builder": "qemu", "run": "run-1", "work": work}
    return Session(root=root, say=say, local=nothing, hold=nothing, noted=nothing, **(values | more))  # type: ignore[arg-type]  # nobody asks for them


def needed(*programs: str) -> None:
    """Skip a test that needs a program which is not there."""
    missing = [each for each in programs if shutil.which(each, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    if missing:
        pytest.skip(f"there is no {' and no '.join(missing)} here")
