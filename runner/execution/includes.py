"""Files of tasks and roles that are named while the build runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.diagnostics import Report
from runner.execution.stop import Stopped
from runner.expand.world import World
from runner.model.playbook import Block, Task
from runner.reading.context import Context, Files
from runner.reading.roles import read_included_role
from runner.reading.tasks import read_tasks
from runner.sdk import ApplyRole, Include
from runner.text import Key, Node

DEEPEST = 100
"""How deep files of tasks may include each other: a file that includes itself for ever is a slip."""


class Includes:
    """Reads files of tasks and roles, each once."""

    def __init__(self, world: World, roles_path: tuple[Path, ...], sources: tuple[str, ...]) -> None:
        self._world = world
        self._roles_path = roles_path
        self._sources = sources
        self._known: dict[tuple[Any, ...], Block] = {}

    def block(self, include: Include | ApplyRole, task: Task, section: str) -> Block:
        """Return what ``task`` includes. Raises ``Stopped`` when it cannot be read."""
        part = "handler" if section == "handlers" else "task"
        wanted: Any = include.file if isinstance(include, Include) else (
            include.name, include.validate, include.duplicates, *_parts(include).items(),
            repr(task.keywords["vars"].plain()) if "vars" in task.keywords else "",
        )
        key = (wanted, task.file.path, id(task.role), part)
        if key not in self._known:
            self._known[key] = self._read(include, task, part)
        return self._known[key]

    def _read(self, include: Include | ApplyRole, task: Task, part: str) -> Block:
        report = Report()
        beside = Path(task.file.path).parent
        files = Files(report, self._world.vaults)
        context = Context(
            files, self._world.root, self._roles_path, beside, task.file, self._world.plugins,
            sources=self._sources, role=task.role,
        )
        block = self._role(include, task, context) if isinstance(include, ApplyRole) else (
            self._tasks(include, task, context, part)
        )
        if report.failed:
            raise Stopped(*(each for each in report.diagnostics if each.severity == "error"))
        if block is None:  # a mistake that a role may have where nobody comes along; here somebody does
            raise Stopped(*(each._replace(mild=False) for each in report.diagnostics))
        return block

    def _tasks(self, include: Include, task: Task, context: Context, part: str) -> Block:
        place = (task.args.get("file") or task.args).span
        call = Node({"include_tasks": Node({"file": Node(include.file, place, place)}, place, place)}, place, place)
        items = read_tasks(Node((call,), place), context, part=part)
        inner = tuple(inner for item in items if isinstance(item, Task) for inner in item.included)
        return Block(task.place, "import", task.name, {}, inner, role=task.role)

    def _role(self, include: ApplyRole, task: Task, context: Context) -> Block | None:
        args: dict[Key, Node] = dict(task.args.items())
        named: dict[str, str | bool] = {
            "name": include.name, "rolespec_validate": include.validate, "allow_duplicates": include.duplicates,
            **_parts(include),
        }
        for name, value in named.items():
            written = task.args.get(name) or task.args
            args[name] = Node(value, written.span, written.key_span)
        place = args["name"].span
        block = read_included_role(task._replace(args=Node(args, task.args.span)), include.name, place, context)
        return block and block._replace(handlers=tuple(each._replace(keywords={}) for each in block.handlers))


def _parts(include: ApplyRole) -> dict[str, str]:
    """Return which files of the role are named; a role need not have those that are not."""
    named = {part: getattr(include, part) for part in ("tasks_from", "vars_from", "defaults_from", "handlers_from")}
    return {part: name for part, name in named.items() if name != "main"}
