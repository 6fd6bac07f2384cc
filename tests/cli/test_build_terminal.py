"""A build with somebody at the terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

PLAYBOOK = """
sources:
  here: {builder: "null", communicator: none}
plays:
  - sources: [here]
    tasks:
      - pause: {prompt: "Your name?"}
        register: name
      - pause: {prompt: "Your secret?", echo: false}
        register: secret
      - debug: {msg: "{{ name.user_input }} says {{ secret.user_input | length }} letters"}
      - breakpoint: {note: Look around}
"""


def test_what_is_typed_is_heard_and_colours_are_shown(tmp_path: Path) -> None:
    (tmp_path / "playbook.yml").write_text(PLAYBOOK)
    ours, theirs = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("ingot"), "build", "playbook.yml"], cwd=tmp_path, env=environ,
        stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT,
    )
    os.close(theirs)
    shown = b""

    def expect(text: bytes) -> None:
        nonlocal shown
        while text not in shown:
            shown += os.read(ours, 4096)

    expect(b"Your name?")
    os.write(ours, b"Ann\n")
    expect(b"Your secret?")
    os.write(ours, b"hush\n")
    expect(b"Ann says 4 letters")
    expect(b"Look around: press Enter to go on")
    os.write(ours, b"\n")
    expect(b"Builds: 1 ok")
    assert process.wait() == 0
    os.close(ours)
    assert b"hush" not in shown
    assert b"\x1b[1;32m==> here: pause: ok after " in shown
