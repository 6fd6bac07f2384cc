"""The ``debug`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import AtMostOne, Evaluate, Module, Outcome, Work, options
from runner.sdk.results import readable


@options(AtMostOne("msg", "var"))
class Options:
    """What ``debug`` accepts."""

    msg: Any = "Hello world!"
    """What to show: a text or any other value."""
    var: str | None = None
    """Variable or expression to show, written without braces."""
    verbosity: int = 0
    """Show it only if the build was started at least this verbose."""


class Debug(Module[Options]):
    """Show a message or the value of a variable."""

    name = "debug"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Work out what to show."""
        del facts
        wanted = self.options
        if wanted.verbosity > (yield Evaluate("ansible_verbosity")):
            return Outcome(changed=False, skipped="Verbosity threshold not met.")
        if wanted.var is None:
            return Outcome({"msg": wanted.msg}, changed=False, shown=readable(wanted.msg))
        value = yield Evaluate(wanted.var, undefined="VARIABLE IS NOT DEFINED!", braced=True)
        return Outcome({wanted.var: value}, changed=False, shown=f"{wanted.var}: {readable(value)}")
