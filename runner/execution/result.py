"""Results of tasks, in Ansible's form: what ``register`` keeps, and what conditions look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.diagnostics import Diagnostic
from runner.events.event import Outcome as Ending
from runner.expand.scope import Layer
from runner.sdk import ApplyRole, Include, Outcome
from runner.text import Node


class Result(NamedTuple):
    """How a task went, once or for one item of its loop."""

    values: dict[str, Any]
    """What ``register`` keeps."""
    failures: tuple[Diagnostic, ...] = ()
    """Why it failed, if it did."""
    shown: str = ""
    """What the user is told of it; of a failure, why it failed in a few words."""
    includes: tuple[tuple[Include | ApplyRole, Layer], ...] = ()
    """Files of tasks to run next, each with the names of the loop's item."""
    signals: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether it failed."""
        return bool(self.values.get("failed"))

    @property
    def changed(self) -> bool:
        """Whether it changed something."""
        return bool(self.values.get("changed"))

    @property
    def ending(self) -> Ending:
        """The outcome in a word."""
        if self.failed:
            return "failed"
        if self.values.get("skipped"):
            return "skipped"
        return "changed" if self.changed else "ok"

    @property
    def message(self) -> str:
        """What there is to say of it."""
        return self.shown or (self.failures[0].message if self.failures else "")

    def with_values(self, **values: Any) -> Result:
        """Return the result with more, or other, values."""
        return self._replace(values={**self.values, **values})


def of_outcome(outcome: Outcome, *, changing: bool) -> dict[str, Any]:
    """Return the values of what a module says of its work."""
    values = dict(outcome.values)
    handed = {**outcome.facts, **outcome.included, **outcome.variables}
    if handed:
        values["ansible_facts"] = {
            name: value.plain() if isinstance(value, Node) else value for name, value in handed.items()
        }
    if outcome.skipped is not None:
        return values | {"changed": False, "skipped": True, "skip_reason": outcome.skipped}
    values["changed"] = changing if outcome.changed is None else outcome.changed
    values["failed"] = outcome.failed is not None
    if outcome.failed is not None:
        values["msg"] = outcome.failed
    return values


def skipped(condition: Node | None) -> Result:
    """Return the result of a task whose condition does not hold."""
    shown = "" if condition is None else str(condition.plain())
    values = {
        "changed": False, "skipped": True, "skip_reason": "Conditional result was False",
        "false_condition": None if condition is None else condition.plain(),
    }
    return Result(values, shown=f"when: {shown}")


def broken(*failures: Diagnostic) -> Result:
    """Return the result of a task that something in the playbook keeps from being tried."""
    return Result({"changed": False, "failed": True, "msg": failures[0].message}, failures)


def of_loop(items: Sequence[Result]) -> Result:
    """Return the result of a loop: those of its items, and what they come to together."""
    if not items:
        nothing = {"changed": False, "skipped": True, "skipped_reason": "No items in the list", "results": []}
        return Result(nothing, shown="no items in the list")
    values: dict[str, Any] = {
        "results": [each.values for each in items],
        "changed": any(each.changed for each in items),
        "failed": any(each.failed for each in items),
    }
    if all(each.values.get("skipped") for each in items):
        values |= {"skipped": True, "msg": "All items skipped"}
    else:
        values["msg"] = "One or more items failed" if values["failed"] else "All items completed"
    return Result(
        values,
        tuple(failure for each in items for failure in each.failures),
        includes=tuple(include for each in items for include in each.includes),
        signals=tuple(dict.fromkeys(signal for each in items for signal in each.signals)),
    )


def as_variables(values: Mapping[str, Any], register: str | None) -> dict[str, Any]:
    """Return the names that conditions on a result may use beside those of the task."""
    return {register: dict(values)} if register else {}
