"""Where temporary files go."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.execution.scratch import usual_place


@pytest.mark.parametrize(("environ", "expected"), [
    ({"TMPDIR": "HERE"}, "HERE"), ({"TMPDIR": "HERE/none", "TEMP": "HERE"}, "HERE"), ({"TMPDIR": "HERE/file"}, "/tmp"),
    ({}, "/tmp"),
])
def test_the_usual_place(tmp_path: Path, environ: dict[str, str], expected: str) -> None:
    (tmp_path / "file").touch()
    here = {name: value.replace("HERE", str(tmp_path)) for name, value in environ.items()}
    before = sorted(tmp_path.iterdir())
    assert usual_place(here) == expected.replace("HERE", str(tmp_path))
    assert sorted(tmp_path.iterdir()) == before
