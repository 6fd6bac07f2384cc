"""What the probe's output means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from runner.sdk.facts import facts_of

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/facts.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].replace(" ", "-"))
def test_facts_of_a_machine(case: dict[str, Any]) -> None:
    text = "".join(f"\x1d{name}\n{content}" for name, content in case["parts"].items())
    facts = facts_of(text)
    assert {name: facts.get(name) for name in case["facts"]} == case["facts"]
    json.dumps(facts)


@pytest.mark.parametrize("text", ["", "sh: not found\n", "\x1duname\n", "\x1ddate\nno date\n", "\x1dsizes\na b c\n"])
def test_what_is_not_told_is_left_out(text: str) -> None:
    facts = facts_of(text)
    assert (facts["os_family"], facts["interfaces"], facts["mounts"]) == ("OtherLinux", [], [])
    assert not {"date_time", "python", "memtotal_mb"} & facts.keys()
