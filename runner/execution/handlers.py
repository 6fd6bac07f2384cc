"""Handlers: who is notified, and when it is their turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from runner.execution.scopes import Inside, Scopes
from runner.execution.values import value_of
from runner.expand.error import ExpressionError
from runner.expand.render import is_template
from runner.model.playbook import Item, Play, Task, walk
from runner.planning.steps import handlers_of
from runner.reading.context import text_of
from runner.text import Node


class _Handler(NamedTuple):
    task: Task
    inside: Inside


class Handlers:
    """The handlers of one play: those of its roles, then its own, in the order in which they run."""

    def __init__(self, play: Play, scopes: Scopes) -> None:
        self._scopes = scopes
        self._all: list[_Handler] = []
        self._notified: set[int] = set()
        for item in handlers_of(play):
            self._add(item, scopes.outermost("handlers"))

    def include(self, items: tuple[Item, ...]) -> None:
        """Add the handlers of a role that is included; one that was included before has brought them already."""
        known = {id(each.task) for each in self._all}
        for item in items:
            if not known.issuperset(id(task) for task in walk((item,))):
                self._add(item, self._scopes.outermost("handlers"))

    def notify(self, name: str) -> bool:
        """Note that the handlers called ``name``, or listening to it, are to run; return whether there are any.

        Of several with one name the play's own is meant, or else that of the last role; within one list the first.
        """
        called = [index for index, each in enumerate(self._all) if name in self._names(each)]
        own = [index for index in called if self._all[index].task.role is None]
        if called:
            meant = own or [index for index in called if self._all[index].task.role is self._all[called[-1]].task.role]
            called = meant[:1]
        called += [index for index, each in enumerate(self._all) if name in _topics(each.task)]
        self._notified.update(called)
        return bool(called)

    def due(self) -> Iterator[tuple[Task, Inside]]:
        """Yield each notified handler, and where it stands; also those notified by an earlier one on the way."""
        for index, handler in enumerate(self._all):
            if index in self._notified:
                self._notified.discard(index)
                yield handler.task, handler.inside

    def _add(self, item: Item, inside: Inside) -> None:
        """Add a handler; of a block or an imported file, each task."""
        if isinstance(item, Task):
            self._all.append(_Handler(item, inside))
        elif not (inner := self._scopes.entered(inside, item)).frame.refusal:
            for each in (*item.tasks, *item.rescue, *item.always):
                self._add(each, inner)

    def _names(self, handler: _Handler) -> tuple[str, ...]:
        """Return what the handler can be called by."""
        task, name = handler.task, handler.task.name
        node = Node(name, task.place)
        if is_template(node):
            try:
                name = str(value_of(node, self._scopes.of(handler.inside, task)))
            except ExpressionError:
                return ()
        return (name, f"{task.role.name} : {name}") if task.role else (name,)


def _topics(task: Task) -> tuple[str, ...]:
    listen = task.keywords.get("listen")
    return tuple(text_of(each) or "" for each in listen.elements()) if listen else ()

