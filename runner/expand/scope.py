"""Names and what they stand for, looked up when an expression asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from runner.diagnostics import Diagnostic, Note
from runner.expand.dialect import STANDARD, Dialect
from runner.expand.error import Absent, ExpressionError, Late
from runner.text import Node

Layer = Mapping[str, Any]
BUILT_IN = frozenset({"range", "dict", "namespace"})
"""What Jinja itself defines."""
RESERVED = frozenset({
    "var", "local", "data", "source", "build", "path", "env", "ingot", "item", "omit", "matrix",
    "and", "else", "false", "if", "in", "is", "none", "not", "or", "true", "False", "None", "True",
})
"""What means something in every expression, and words of Jinja: no bare name of a variable."""
MISSING: Any = object()
"""What a look-up gives for a name that nobody defined."""
_SPACES = ("var.", "local.", "data.")
_DEEPEST = 1000
"""How many values may use each other, one through the other."""


class Alias(NamedTuple):
    """In a layer: the name under which the value really stands."""

    name: str


class Made(NamedTuple):
    """In a layer: a value that is made when it is first asked for."""

    node: Node
    """Where it is declared."""
    make: Callable[[], Any]


class Scope:
    """Layers of names, of which later ones win.

    A value may be a ``Node``: then it is rendered when it is first asked for, in this scope, so that variables may
    use each other in any order; or ``Made``. ``late`` names are known only while the build runs, each with the reason;
    they hide the layers, but not ``fixed``, which nothing overrides. ``unknown`` is the reason why any other name is
    late too, if it is. ``dialect`` is what the values are written in.
    """

    def __init__(
        self,
        *layers: Layer,
        fixed: Layer | None = None,
        late: Mapping[str, str] | None = None,
        unknown: str | None = None,
        dialect: Dialect = STANDARD,
    ) -> None:
        self.dialect = dialect
        self._layers = layers
        self._fixed = fixed or {}
        self._late = late or {}
        self._unknown = unknown
        self._values: dict[str, Any] = {}
        self._active: list[str] = []

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, the weakest first."""
        return self._layers

    def with_layers(
        self, *layers: Layer, late: Mapping[str, str] | None = None, unknown: str | None = None
    ) -> Scope:
        """Return a scope with more layers, which win over these."""
        whole_late = {**self._late, **(late or {})}
        return Scope(
            *self.layers, *layers, fixed=self._fixed, late=whole_late, unknown=unknown or self._unknown,
            dialect=self.dialect,
        )

    def lookup(self, name: str) -> Any:
        """Return the value of ``name``, or ``MISSING``.

        Raises ``Late`` when it is not known yet and ``ExpressionError`` when it has no value.
        """
        if name in self._values:
            return self._values[name]
        if name in self._fixed:
            return self._fixed[name]
        if name in self._late:
            raise Late(name, self._late[name])
        for layer in reversed(self.layers):
            if name in layer:
                value = layer[name]
                if isinstance(value, Alias):
                    return self.lookup(value.name)
                found = self._made(name, value) if isinstance(value, Node | Made) else value
                self._values[name] = found
                return found
        if self._unknown is not None and name not in BUILT_IN:
            raise Late(name, self._unknown)
        return MISSING

    def waits_for(self, name: str) -> Late | None:
        """Return why the value of ``name`` is not known yet; nothing when it is, or when it never will be."""
        if name in self._fixed or name in BUILT_IN:
            return None
        if name in self._late:
            return Late(name, self._late[name])
        if self._unknown is None or any(name in layer for layer in self.layers):
            return None
        return Late(name, self._unknown)

    def names(self) -> frozenset[str]:
        """Return every name that is known, now or later."""
        return frozenset(name for name in chain(self._late, *self.layers) if not name.startswith(_SPACES))

    def where(self, name: str) -> Node | None:
        """Return the text that gives ``name`` its value; nothing when it is given a value."""
        if name in self._fixed:
            return None
        found = next((layer[name] for layer in reversed(self.layers) if name in layer), None)
        if isinstance(found, Alias):
            return self.where(found.name)
        return found.node if isinstance(found, Made) else found if isinstance(found, Node) else None

    def _made(self, name: str, value: Node | Made) -> Any:
        from runner.expand.render import render_part

        if name in self._active:
            raise ExpressionError(self._circle(name))
        if len(self._active) > _DEEPEST:
            place = (value if isinstance(value, Node) else value.node).place
            raise ExpressionError(Diagnostic("E411", f"values use each other more than {_DEEPEST} deep", place))
        self._active.append(name)
        try:
            return render_part(value, self) if isinstance(value, Node) else value.make()
        except Absent as absent:
            absent.place = absent.place or (value if isinstance(value, Node) else value.node).span
            raise
        finally:
            self._active.pop()

    def _circle(self, name: str) -> Diagnostic:
        """Say how values go round; each circle is told from its first name in the text, wherever it was entered."""
        members = [(each, node) for each in self._active[self._active.index(name) :] if (node := self.where(each))]
        members = [(each.removeprefix("local."), node) for each, node in members]
        first = min(range(len(members)), key=lambda index: members[index][1].place[1:3])
        told = members[first:] + members[:first]
        chain = " -> ".join(each for each, _ in (*told, told[0]))
        notes = tuple(Note(f"{each!r} is set here", node.place) for each, node in told[1:])
        return Diagnostic("E405", f"values go round in a circle: {chain}", told[0][1].place, notes=notes)


class Namespace(Mapping[str, Any]):
    """Names of one kind only: what ``var.x`` and ``local.x`` look into.

    In ``scope`` they stand under ``prefix`` and their name, which no expression can spell.
    """

    def __init__(self, kind: str, names: Iterable[str], scope: Scope, prefix: str = "") -> None:
        self._kind = kind
        self._prefix = prefix
        self._names = frozenset(names)
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._scope.lookup(self._prefix + name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"{self._kind} ({', '.join(self)})"
