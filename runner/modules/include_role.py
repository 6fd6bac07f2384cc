"""The ``include_role`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from runner.sdk import Alias, ApplyRole, Module, Outcome, Work, options


@options()
class Options:
    """What ``include_role`` accepts."""

    name: Annotated[str, Alias("role")]
    """Which role."""
    tasks_from: str = "main"
    """File of the role's tasks to run."""
    vars_from: str = "main"
    """File of the role's variables to read."""
    defaults_from: str = "main"
    """File of the role's defaults to read."""
    handlers_from: str = "main"
    """File of the role's handlers to read."""
    apply: dict[str, Any] | None = None
    """Keywords, such as tags or become, that each of the tasks receives."""
    public: bool = False
    """Let the rest of the play see the role's variables and defaults."""
    allow_duplicates: bool = True
    """Run the role even if a task has brought it already, with the same files and vars."""
    rolespec_validate: bool = True
    """Check the role's arguments if it says which it takes."""


class IncludeRole(Module[Options]):
    """Run a role's tasks in this place, chosen when the build comes to it."""

    name = "include_role"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask for the role's tasks to be run."""
        del facts
        wanted = self.options
        yield ApplyRole(
            wanted.name, wanted.apply or {}, wanted.tasks_from, wanted.vars_from, wanted.defaults_from,
            wanted.handlers_from, public=wanted.public, validate=wanted.rolespec_validate,
            duplicates=wanted.allow_duplicates,
        )
        return Outcome({"include_role": wanted.name}, changed=False)
