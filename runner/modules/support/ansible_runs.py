"""How ``ansible-playbook`` went, whichever computer it ran on."""

from __future__ import annotations

import re

from runner.sdk import Answer, Outcome

_COUNTED = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")
"""What the recap of a play counts."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def outcome_of(command: str, answer: Answer) -> Outcome:
    """Return the outcome of a run; it has changed something if Ansible says so."""
    plain = _COLOUR.sub("", answer.stdout)
    counts = {name: sum(map(int, re.findall(rf"\b{name}=(\d+)", plain))) for name in _COUNTED}
    values = {"rc": answer.status, "stdout": answer.stdout, "stdout_lines": answer.stdout.splitlines(),
              "stderr": answer.stderr, "stderr_lines": answer.stderr.splitlines(), "stats": counts}
    failed = f"{command} ended with status {answer.status}" if answer.status else None
    return Outcome(values, changed=counts["changed"] > 0, failed=failed)
