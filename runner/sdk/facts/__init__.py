"""The facts of a machine: the script that asks for them, and what its output means.

The names and types are Ansible's, without ``ansible_`` before the names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.sdk.facts.hardware import hardware
from runner.sdk.facts.network import network
from runner.sdk.facts.parts import parts_of
from runner.sdk.facts.system import system
from runner.sdk.facts.virtual import virtual

PROBE = (Path(__file__).parent / "probe.sh").read_text(encoding="utf-8")
"""The script, for ``sh -c``. Its argument, if it has one, is the directory with facts of the machine's own."""

__all__ = ["PROBE", "facts_of"]


def facts_of(text: str) -> dict[str, Any]:
    """Return the facts that the output of ``PROBE`` tells of; what it does not tell of is left out."""
    parts = parts_of(text)
    return {
        **hardware(parts), **network(parts), **system(parts), **virtual(parts),
        "gather_subset": ["all"], "module_setup": True,
    }
