"""The ``include_tasks`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from runner.sdk import Include, Module, Outcome, ReadsFile, Work, options


@options()
class Options:
    """What ``include_tasks`` accepts."""

    file: Annotated[str, ReadsFile("here")]
    """File of tasks, beside the one that names it."""
    apply: dict[str, Any] | None = None
    """Keywords, such as tags or become, that each of the tasks receives."""


class IncludeTasks(Module[Options]):
    """Run the tasks of a file, chosen when the build comes to it."""

    name = "include_tasks"
    free_form = "file"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask for the tasks to be run."""
        del facts
        yield Include(self.options.file, self.options.apply or {})
        return Outcome({"include": self.options.file}, changed=False)
