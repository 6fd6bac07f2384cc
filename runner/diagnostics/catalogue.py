"""What each diagnostic's code means: the pages of ``ingot doc E101`` and the rules of a SARIF log.

The entries stand in ``catalogue.toml``, one table for each code. What Ingot answers to a playbook with the mistake
stands in ``examples.json``, which the tests write from their cases.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: ``title`` in a line, why it is refused and how to mend it, and an example that is right."""

    code: str
    title: str
    explanation: str
    good: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A playbook with one mistake, and what a terminal shows for it."""

    files: Mapping[str, str]
    """Texts by the names of their files."""
    transcript: str
    """The command, the answer, and the exit status."""


EXAMPLES = Path(__file__).with_name("examples.json")


@cache
def examples() -> Mapping[str, Example]:
    """Return the example of each code that has one."""
    found = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return MappingProxyType({code: Example(**fields) for code, fields in found.items()})


def _load() -> Mapping[str, Entry]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return MappingProxyType({code: Entry(code, **fields) for code, fields in tomllib.loads(text).items()})


CATALOGUE: Mapping[str, Entry] = _load()
"""Every code by its name."""
