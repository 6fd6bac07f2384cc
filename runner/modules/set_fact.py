"""The ``set_fact`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Evaluate, Module, Outcome, Work, options

_WORDS = {"true": True, "false": False, "yes": True, "no": False}


@options(open_ended=True)
class Options:
    """What ``set_fact`` accepts."""

    cacheable: bool = False
    """Keep the values as facts of the machine as well."""
    extra: dict[str, Any]
    """The variables, each name with its value."""


class SetFact(Module[Options]):
    """Give variables values for the rest of the play."""

    name = "set_fact"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Hand the values on."""
        del facts
        given = self.options.extra
        if (yield Evaluate("ansible_version.minor < 19", undefined="")):  # words were values then
            given = {name: _WORDS.get(str(value).lower(), value) for name, value in given.items()}
        return Outcome(changed=False, variables=given, facts=given if self.options.cacheable else {})
