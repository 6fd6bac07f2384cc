"""The ``import_role`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Alias, Module, options


@options()
class Options:
    """What ``import_role`` accepts."""

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
    public: bool = True
    """Let the rest of the play see the role's variables and defaults."""
    allow_duplicates: bool = True
    """Run the role even if a task has brought it already, with the same files and vars."""
    rolespec_validate: bool = True
    """Check the role's arguments if it says which it takes."""


class ImportRole(Module[Options]):
    """Put a role's tasks in this place, before the build begins."""

    name = "import_role"
    controller = True

    @classmethod
    def runs(cls) -> bool:
        """Return true: it is resolved before the build, which meets only the tasks it brings."""
        return True
