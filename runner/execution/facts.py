"""Facts of a machine: gathered by one script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Ask, Communicator, Failed


async def gather(communicator: Communicator) -> Mapping[str, Any]:
    """Return a machine's facts by Ansible's names without ``ansible_``. Raises ``Failed`` when it does not tell."""
    from runner.sdk.facts import PROBE, facts_of

    answer = await communicator.run(Ask(("/bin/sh", "-c", PROBE, "sh")))
    if answer.status:
        said = answer.stderr.strip().splitlines() or [f"exit status {answer.status}"]
        raise Failed(f"the machine's facts cannot be gathered: {said[-1]}")
    return facts_of(answer.stdout)
