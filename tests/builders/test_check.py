"""``ingot build --check --diff``: tasks tell what they would change, and change nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

PLAYBOOK = """
sources:
  box: {{builder: docker, image: '{image}', pull: false, commit: true}}
plays:
  - name: base
    sources: [box]
    tasks:
      - name: File
        copy: {{content: "a\\nb\\n", dest: /etc/greeting, mode: "0644"}}
      - name: Line
        lineinfile: {{path: /etc/passwd, regexp: "^root:", line: "root:x:0:0:me:/root:/bin/sh", validate: "grep me %s"}}
      - name: Command
        shell: echo hello > /etc/shell
      - name: Here all the same
        shell: echo done > /etc/done
        check_mode: false
      - name: Nothing was changed
        command: test ! -e /etc/greeting -a ! -e /etc/shell -a -e /etc/done
        check_mode: false
      - name: Mode
        assert: {{that: [ansible_check_mode, ansible_diff_mode]}}
      - name: Secret
        copy: {{content: hidden, dest: /etc/hidden}}
        no_log: true
    post_processors:
      - [shell-local: {{inline: [touch made]}}]
  - name: web
    sources: [box: {{from: base.box}}]
"""


@pytest.fixture
def playbook(engine: str, busybox: str, tmp_path: Path) -> Path:
    del engine
    path = tmp_path / "playbook.yml"
    path.write_text(PLAYBOOK.format(image=busybox))
    return path


def test_a_check_changes_nothing(playbook: Path) -> None:
    done = subprocess.run(
        ["ingot", "build", "--check", "--diff", "--json", "--no-record", "playbook.yml"], cwd=playbook.parent,
        text=True, capture_output=True, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    outcomes = {each["name"]: each["outcome"] for each in events if each["event"] == "StepFinished"}
    assert outcomes == {
        "Launch": "ok", "File": "changed", "Line": "changed", "Command": "skipped", "Here all the same": "changed",
        "Nothing was changed": "changed", "Mode": "ok", "Secret": "changed",
    }
    diffs = {each["path"]: each["diff"].splitlines() for each in events if each["event"] == "FileChanged"}
    assert diffs["/etc/greeting"] == ["--- /dev/null", "+++ /etc/greeting", "@@ -0,0 +1,2 @@", "+a", "+b"]
    assert "+root:x:0:0:me:/root:/bin/sh" in diffs["/etc/passwd"]
    assert diffs.keys() == {"/etc/greeting", "/etc/passwd"}
    assert not any(each["event"] == "ArtifactMade" for each in events)
    assert not (playbook.parent / "made").exists()
    assert "W813" in done.stderr


def test_a_diff_is_told_of_what_is_done(playbook: Path) -> None:
    done = subprocess.run(
        ["ingot", "build", "--diff", "--no-record", "--only", "base.box", "playbook.yml"], cwd=playbook.parent,
        text=True, capture_output=True, check=False,
    )
    assert "+++ /etc/greeting" in done.stdout
    assert "hidden" not in done.stdout.replace("hidden by no_log", "")
    assert done.stdout.count("+++ /etc/passwd") == 1  # and not of the file on which it is validated
