"""The document tree: plain data in which every value knows its place."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from runner.text.source import Span

Scalar = str | int | float | bool | dt.date | bytes | None
Key = str | int | float | bool | None
NOTHING: Mapping[Any, Any] = MappingProxyType({})
"""The mapping without entries: the default where a record has a mapping."""
Plain = Scalar | list["Plain"] | dict[Key, "Plain"]


class Node(NamedTuple):
    """One value of the document, and the text it came from.

    ``value`` is a scalar, a tuple of nodes (a list), or a dict of nodes (a mapping).
    ``key_span`` is the place of the key the value stands under; ``raw`` is the text of an unquoted
    scalar (``"0644"`` where ``value`` is 420); ``tag`` is an explicit tag such as ``!vault``.
    """

    value: "Scalar | tuple[Node, ...] | dict[Key, Node]"
    span: Span
    key_span: Span | None = None
    raw: str | None = None
    tag: str | None = None

    @property
    def place(self) -> Span:
        """Where to point when the entry as a whole is meant: its key, if it has one."""
        return self.key_span or self.span

    def at(self, path: Sequence[str | int]) -> "Node":
        """Follow ``path`` as far as it goes; the deepest node reached is the answer."""
        node = self
        for part in path:
            found = node.value.get(part) if isinstance(node.value, dict) else None
            if isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
                found = node.value[part]
            if found is None:
                break
            node = found
        return node

    def get(self, key: Key) -> "Node | None":
        """Return the value under ``key`` when this is a mapping that has it."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> Iterator[tuple[Key, "Node"]]:
        """Yield the entries of a mapping; nothing for any other value."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def elements(self) -> tuple["Node", ...]:
        """Return the items of a list; a value that is no list counts as a list of one, null as none."""
        if isinstance(self.value, tuple):
            return self.value
        return () if self.value is None else (self,)

    def plain(self) -> Any:
        """Return the value without its places: scalars, lists and dicts (type ``Plain``)."""
        value = self.value
        if isinstance(value, dict):
            return {key: child.plain() for key, child in value.items()}
        if isinstance(value, tuple):
            return [child.plain() for child in value]
        return value
