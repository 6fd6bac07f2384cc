from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of files are told as they are seen from the working directory."""
    monkeypatch.chdir(tmp_path)
