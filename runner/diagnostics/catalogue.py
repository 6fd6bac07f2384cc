"""What each diagnostic's code means: the pages of ``ingot doc E101`` and the rules of a SARIF log.

The entries stand in ``catalogue.toml``, one table for each code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: ``title`` in a line, why it is refused and how to mend it, and an example that is right."""

    code: str
    title: str
    explanation: str
    good: str | None = None


def _load() -> Mapping[str, Entry]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return MappingProxyType({code: Entry(code, **fields) for code, fields in tomllib.loads(text).items()})


CATALOGUE: Mapping[str, Entry] = _load()
"""Every code by its name."""
