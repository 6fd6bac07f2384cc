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
    """A check only points out a file that is not there; a plan cannot do without."""
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(PLAYBOOK, encoding="utf-8")
    if there:
        (tmp_path / "key.pub").write_text("ssh-ed25519 AAAA", encoding="utf-8")
    assert main([command, str(playbook)]) == status
    told = capsys.readouterr().err
    assert ("there is no file" in told) == (not there)
    if not there:
        severity = "error[E407]" if status else "warning[W510]"
        assert (told.count(severity), told.count("there is no file")) == (1, 1)
        assert "playbook.yml:1:15: " in told or status


@pytest.mark.parametrize(("expression", "told"), [
    ("{{ try(file('key.pub'), 'none') }}", 0),
    ("{{ 'a' if can(file('key.pub')) else 'b' }}", 0),
    ("{{ file('key.pub') ~ file('other.pub') }}", 1),
    ("{{ templatefile('motd.j2', {}) }}", 1),
])
def test_a_file_that_may_be_missing(
    expression: str, told: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an option reads is told where it stands; what has a way out is not."""
    playbook = tmp_path / "playbook.yml"
    source = f'out: {{builder: file, target: out.txt, content: "{expression}"}}'
    playbook.write_text(f"sources: {{{source}}}\nplays: [{{sources: [out]}}]\n", encoding="utf-8")
    assert main(["validate", str(playbook)]) == 0
    assert capsys.readouterr().err.count("warning[W510]") == told
