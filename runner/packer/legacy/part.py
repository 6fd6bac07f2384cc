"""A component of a template in JSON while it is mended, and the changes that most fixers are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runner.packer.coverage import Became
from runner.text import Key, Node, Span


class Part:
    """A component while it is mended."""

    def __init__(self, node: Node, section: str, note: Callable[[Span, str, Became, str], None]) -> None:
        self.whole = node
        self.options: dict[Key, Node] = dict(node.items())
        self.section = section
        self._note = note

    @property
    def type(self) -> str:
        """The component's type."""
        return str(self.options["type"].value)

    @property
    def name(self) -> str:
        """What a builder is called."""
        return str(self.get("name") or self.type)

    def get(self, key: str) -> Any:
        """Return the plain value of an option; nothing when it is not there."""
        return found.value if (found := self.options.get(key)) else None

    def node(self) -> Node:
        """Return the component as it is now."""
        return self.whole._replace(value=self.options)

    def changed(self, key: str, why: str) -> None:
        """Tell of a change of an option."""
        place = self.options[key].place if key in self.options else self.whole.place
        self._note(place, f"{self.section}.{self.name}.{key}", "changed", why)

    def replace(self, key: str, value: Any) -> None:
        """Give an option another value, at its place."""
        self.options[key] = self.options[key]._replace(value=value, raw=None)

    def put(self, old: str, key: str, value: Any) -> None:
        """Put an option with this value where ``old`` stands, which goes."""
        place = self.options[old]
        self.options.pop(key, None) if key != old else None
        self.options = {
            key if each == old else each: Node(value, place.span, place.key_span) if each == old else node
            for each, node in self.options.items()
        }


def renamed(old: str, new: str, *, of: type | None = None, replaces: bool = False) -> Callable[[Part], None]:
    """Return what renames an option that has a value ``of`` a type, and whether it replaces one of the new name."""

    def mend(part: Part) -> None:
        if old not in part.options or (of is not None and not isinstance(part.get(old), of)):
            return
        if new in part.options and not replaces:
            part.changed(old, f"it is left out: '{new}' says it, too")
            del part.options[old]
            return
        part.changed(old, f"it is called '{new}' now")
        node = part.options[old]
        part.put(old, new, node.value)
        part.options[new] = part.options[new]._replace(raw=node.raw)

    return mend


def removed(key: str) -> Callable[[Part], None]:
    """Return what removes an option that Packer has no more."""

    def mend(part: Part) -> None:
        if key in part.options:
            part.changed(key, "it is left out: it has no effect any more")
            del part.options[key]

    return mend


def moved(into: str, *keys: str) -> Callable[[Part], None]:
    """Return what makes the first block ``into`` of options that once stood beside it."""

    def mend(part: Part) -> None:
        found: dict[Key, Node] = {key: part.options[key] for key in keys if key in part.options}
        if not found:
            return
        first, *others = found
        for key in found:
            part.changed(str(key), f"it stands in '{into}' now")
        for key in others:
            del part.options[key]
        before = part.options.get(into)
        block = Node(found, found[first].span)
        part.put(str(first), into, (block, *(before.elements() if before else ())))

    return mend


def typed(new: str) -> Callable[[Part], None]:
    """Return what gives a builder its present type."""

    def mend(part: Part) -> None:
        part.changed("type", f"the builder is called '{new}' now")
        part.replace("type", new)

    return mend
