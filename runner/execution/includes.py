"""Files of tasks that are named while the build runs."""

from __future__ import annotations

from pathlib import Path

from runner.diagnostics import Report
from runner.execution.stop import Stopped
from runner.model.playbook import Item, RoleContext, Task
from runner.reading.context import Context, Files
from runner.reading.tasks import read_tasks
from runner.text import Node

DEEPEST = 100
"""How deep files of tasks may include each other: a file that includes itself for ever is a slip."""


class Includes:
    """Reads files of tasks, each once."""

    def __init__(self, root: Path, roles_path: tuple[Path, ...], sources: tuple[str, ...]) -> None:
        self._root = root
        self._roles_path = roles_path
        self._sources = sources
        self._known: dict[tuple[str, str, int, str], tuple[Item, ...]] = {}

    def tasks(self, name: str, task: Task, section: str) -> tuple[Item, ...]:
        """Return the tasks of the file that ``task`` includes. Raises ``Stopped`` when they cannot be read."""
        part = "handler" if section == "handlers" else "task"
        key = (name, task.file.path, id(task.role), part)
        if key not in self._known:
            self._known[key] = self._read(name, task, task.role, part)
        return self._known[key]

    def _read(self, name: str, task: Task, role: RoleContext | None, part: str) -> tuple[Item, ...]:
        report = Report()
        beside = Path(task.file.path).parent
        context = Context(
            Files(report), self._root, self._roles_path, beside, task.file, sources=self._sources, role=role
        )
        file = task.args.get("file")
        place = (file or task.args).span
        call = Node({"include_tasks": Node({"file": Node(name, place, place)}, place, place)}, place, place)
        items = read_tasks(Node((call,), place), context, part=part)
        if report.failed:
            raise Stopped(*(each for each in report.diagnostics if each.severity == "error"))
        return tuple(inner for item in items if isinstance(item, Task) for inner in item.included)
