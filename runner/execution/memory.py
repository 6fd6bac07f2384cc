"""What a build learns while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Outcome


class Memory:
    """The variables that come up during a build, in three layers: each is read live by every scope made of it."""

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        """What was found out about the machine: weaker than the variables of the play."""
        self.included: dict[str, Any] = {}
        """What ``include_vars`` read: stronger than the variables of roles, blocks and tasks."""
        self.variables: dict[str, Any] = {}
        """What ``set_fact`` and ``register`` keep: stronger still."""

    def learn(self, outcome: Outcome) -> None:
        """Take in what a module hands on."""
        self.facts.update(outcome.facts)
        self.included.update(outcome.included)
        self.variables.update(outcome.variables)

    def keep(self, name: str, value: Any) -> None:
        """Keep the result of a task."""
        self.variables[name] = value

    @property
    def ansible_facts(self) -> Mapping[str, Any]:
        """The facts under the names that ``ansible_facts`` has for them."""
        return {name.removeprefix("ansible_"): value for name, value in self.facts.items()} | self.facts
