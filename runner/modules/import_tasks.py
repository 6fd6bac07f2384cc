"""The ``import_tasks`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Module, ReadsFile, options


@options()
class Options:
    """What ``import_tasks`` accepts."""

    file: Annotated[str, ReadsFile("here")]
    """File of tasks, beside the one that names it."""


class ImportTasks(Module[Options]):
    """Put the tasks of a file in this place, before the build begins."""

    name = "import_tasks"
    free_form = "file"
    controller = True

    @classmethod
    def runs(cls) -> bool:
        """Return true: it is resolved before the build, which meets only the tasks it brings."""
        return True
