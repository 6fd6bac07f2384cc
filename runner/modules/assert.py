"""The ``assert`` module."""  # noqa: N999 - called as its task is

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from runner.sdk import Alias, Evaluate, Module, Outcome, Work, options
from runner.sdk.results import readable


@options()
class Options:
    """What ``assert`` accepts."""

    that: list[Any]
    """Conditions, written as in when; all of them have to hold."""
    fail_msg: Annotated[str | None, Alias("msg")] = None
    """What to say when a condition does not hold."""
    success_msg: str | None = None
    """What to say when all conditions hold."""
    quiet: bool = False
    """Say nothing of the conditions that hold."""


class Assert(Module[Options]):
    """Stop the build unless all conditions hold."""

    name = "assert"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at one condition after the other, up to the first that does not hold."""
        del facts
        wanted = self.options
        for condition in wanted.that:
            if not (yield Evaluate(condition)):
                why = {"assertion": condition, "evaluated_to": False}
                message = wanted.fail_msg or "Assertion failed"
                return Outcome(why, changed=False, failed=message, shown=readable(condition))
        message = wanted.success_msg or "All assertions passed"
        return Outcome({"msg": message}, changed=False, shown="" if wanted.quiet else message)
