"""Orders to the program that works on a machine's files."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from runner.communicators.chroot import Namespaces
from runner.sdk import Failed


async def ordered(inside: Namespaces, order: str, **details: Any) -> dict[str, Any]:
    """Have an order carried out by ``worker`` inside the namespaces; return its answer. Raises ``Failed``."""
    argv = (sys.executable, "-P", "-m", "runner.builders.rootfs.worker", order)
    answer = await inside.run(argv, json.dumps(details).encode(), dict(os.environ))
    lines = answer.stdout.strip().splitlines()
    try:
        found: dict[str, Any] = json.loads(lines[-1])
    except (IndexError, ValueError) as error:
        said = answer.stderr.strip().splitlines()
        raise Failed(f"the work on the files ended with status {answer.status}: {said[-1:] or 'no word'}") from error
    if "failed" in found:
        raise Failed(found["failed"], found["hint"])
    return found


async def program(inside: Namespaces, what: str, *argv: str, **environment: str) -> None:
    """Run a program inside the namespaces; ``what`` it is for is told when it fails. Raises ``Failed``."""
    answer = await inside.run(argv, environment={**os.environ, **environment})
    if answer.status:
        lines = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
        said = [line for line in lines if not line[0:1].isspace()]  # mount goes on indented, with no news
        raise Failed(f"{what}: {said[-1] if said else f'exit status {answer.status}'}")
