"""The modules for files, on real machines: what each does, that it does it once, and that check mode foretells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import Done, Machine

SCENARIOS = yaml.safe_load((Path(__file__).parents[1] / "cases/modules/files.yml").read_text(encoding="utf-8"))
STATE = """
cd "$1" && find . | sort | while IFS= read -r each; do
  stat -c '%n %f %u %g %s %Y' "$each"
  if [ -f "$each" ]; then md5sum <"$each"; fi
done
"""


def placed(value: Any, place: str) -> Any:
    """Return a value with the scenario's directory in its texts."""
    if isinstance(value, str):
        return value.replace("{place}", place)
    if isinstance(value, dict):
        return {placed(key, place): placed(each, place) for key, each in value.items()}
    if isinstance(value, list):
        return [placed(each, place) for each in value]
    return value


def laid_out(here: Path, files: dict[str, str]) -> None:
    """Make files; a name that ends in / is a directory, one with -> a link."""
    for written, text in files.items():
        name, _, target = written.partition(" -> ")
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if target:
            path.symlink_to(target)
        elif name.endswith("/"):
            path.mkdir()
        else:
            path.write_text(text, encoding="utf-8", newline="")


def held(expected: Any, value: Any, root: str) -> bool:
    """Return whether a value is as expected, or holds the expected part."""
    if isinstance(expected, dict):
        return all(held(each, value.get(key), root) for key, each in expected.items())
    if isinstance(value, list) and value and isinstance(value[0], dict) and "path" in value[0]:
        return bool(expected == [each["path"].removeprefix(f"{root}/d/") for each in value])
    return bool(expected == value)


class Step:
    """A step of a scenario: a task, and what is expected of it."""

    def __init__(self, step: dict[str, Any], place: str, variables: dict[str, Any]) -> None:
        expected = placed(step, place)
        self.module, self.options = next(iter(expected.items()))
        self.changed: bool = expected.get("changed", "fails" not in expected)
        self.fails: str | None = expected.get("fails")
        self.gives: dict[str, Any] = expected.get("gives", {})
        self.asks: list[str] | None = expected.get("asks")
        self.again: bool = expected.get("again", False)
        self.place = place
        self.variables = variables

    def run(self, machine: Machine, *, check: bool = False) -> Done:
        return machine.apply(self.module, self.options, variables=self.variables, check=check)

    def test(self, machine: Machine) -> None:
        self.foretold(machine)
        done = self.run(machine)
        assert done.failed == (self.fails is not None), (self.options, done.values)
        assert self.fails is None or self.fails in done.values["msg"]
        assert done.changed == self.changed, (self.options, done.values)
        assert held(self.gives, done.values, self.place), (self.options, done.values)
        if self.asks is not None:
            assert [type(verb).__name__ for verb in done.verbs] == self.asks
        if not done.failed:
            repeated = self.run(machine)
            assert repeated.changed == self.again, (self.options, repeated.values, repeated.verbs)

    def foretold(self, machine: Machine) -> None:
        """Check mode changes nothing, and says whether something would be changed."""
        before = machine.sh(STATE, self.place)
        foretold = self.run(machine, check=True)
        assert machine.sh(STATE, self.place) == before
        if self.fails is None:
            assert foretold.changed == self.changed, self.options


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"].replace(" ", "-"))
def test_files(scenario: dict[str, Any], machine: Machine, place: str) -> None:
    laid_out(machine.here, scenario.get("here", {}))
    if "before" in scenario:
        machine.sh(placed(scenario["before"], place))
    for step in scenario["steps"]:
        Step(step, place, scenario.get("variables", {})).test(machine)
    if "after" in scenario:
        assert machine.sh(placed(scenario["after"], place)) == scenario["shows"]
    for name in placed(scenario.get("brings", []), place):
        path = machine.here / name
        assert path.is_file() or path.is_symlink()
