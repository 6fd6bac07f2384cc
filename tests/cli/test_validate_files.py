"""``ingot validate`` leaves what a file says to the plan, for the file may be made until then; a plan needs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.cli.main import main

PLAYBOOK = """\
locals: {key: "{{ file('key.pub') }}"}
sources: {out: {builder: file, target: out.txt, content: "{{ key }}"}}
plays: [{sources: [out]}]
"""


@pytest.mark.parametrize(("command", "there", "status"), [
    ("validate", False, 0), ("validate", True, 0), ("plan", False, 2), ("plan", True, 0),
])
def test_a_file_that_an_expression_reads(
    command: str, there: bool, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]  # noqa: FBT001 - a case
) -> None:
    """A check does without a file that is not there; a plan says what is missing."""
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(PLAYBOOK, encoding="utf-8")
    if there:
        (tmp_path / "key.pub").write_text("ssh-ed25519 AAAA", encoding="utf-8")
    assert main([command, str(playbook)]) == status
    assert ("there is no file" in capsys.readouterr().err) == (status != 0)
