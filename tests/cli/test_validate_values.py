"""``ingot validate`` asks for no values: a default that is null is judged by a plan, a wrong condition at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.cli.main import main

PLAYBOOK = """\
variables:
  network:
    default: {default}
    validation: [{{condition: "{condition}", error_message: "The network has a long name."}}]
sources: {{web: {{builder: "null", communicator: none}}}}
plays: [{{sources: [web]}}]
"""
LONG, WRONG = "length(network) > 3", "length(netwrk) > 3"


@pytest.mark.parametrize(("command", "default", "condition", "told"), [
    ("validate", "null", LONG, "warning[E407]"),
    ("plan", "null", LONG, "error[E407]"),
    ("validate", "{}", LONG, "warning[E307]"),
    ("validate", "null", WRONG, "error[E402]"),
    ("validate", "4", LONG, "error[E407]"),
])  # fmt: skip
def test_a_condition_on_a_default(
    command: str, default: str, condition: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(PLAYBOOK.format(default=default, condition=condition), encoding="utf-8")
    assert main([command, str(playbook)]) == (2 if told.startswith("error") else 0)
    assert told in capsys.readouterr().err
