"""The result of commands, in the form that Ansible gives it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from runner.sdk.work import Answer


def command_values(
    command: str | Sequence[str], answers: Sequence[Answer], *, strip: bool = True
) -> dict[str, Any]:
    """Return what ``register`` keeps of a command; of several run one after the other, all output and the last status.

    Like Ansible's, the output is without the line ends at its end, unless ``strip`` is false.
    """
    ends = "\r\n" if strip else ""
    stdout = "".join(answer.stdout for answer in answers).rstrip(ends)
    stderr = "".join(answer.stderr for answer in answers).rstrip(ends)
    start = answers[0].start if answers else None
    end = answers[-1].end if answers else None
    return {
        "cmd": command if isinstance(command, str) else list(command),
        "rc": answers[-1].status if answers else 0,
        "stdout": stdout,
        "stdout_lines": stdout.splitlines(),
        "stderr": stderr,
        "stderr_lines": stderr.splitlines(),
        "start": str(start) if start else None,
        "end": str(end) if end else None,
        "delta": str(end - start) if start and end else None,
        "msg": "",
    }


def readable(value: Any) -> str:
    """Return a value as people read it: texts as they are, anything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
