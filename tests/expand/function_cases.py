"""The recorded cases of functions: ``tests/cases/functions/*.json``.

Each case is a ``call`` with ``args`` and either what it gives (``want``, or ``infinite`` with the sign) or the argument
that its error ``blames`` (null when no single one is to blame). ``seen`` names the programs that gave the same:
``packer`` 1.6.6, ``terraform`` 1.11.4. ``unlike`` says why another one's answer is not followed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DIRECTORY = Path(__file__).parent.parent / "cases" / "functions"


def recorded() -> list[Any]:
    """Return all cases as pytest parameters, named after their file and call."""
    return [
        pytest.param(case, id=f"{path.stem}-{number}-{case['call']}")
        for path in sorted(DIRECTORY.glob("*.json"))
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8")))
    ]


def as_hcl(case: dict[str, Any]) -> str:
    """Return the case's call in HCL; ``convert`` has its type without quotes there."""
    literals = [literal(each) for each in case["args"]]
    if case["call"] == "convert" and len(literals) > 1:
        literals[1] = case["args"][1]
    return f"{case['call']}({','.join(literals)})"


def literal(value: Any) -> str:
    """Return a value as an HCL literal."""
    if isinstance(value, str):
        quoted = "".join(_escaped(each) for each in value)
        return '"' + quoted.replace("${", "$${").replace("%{", "%%{") + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(literal, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{literal(key)}={literal(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"
