"""Expressions of HCL in Jinja.

What Jinja has no expression for, a comprehension, becomes statements before the expression that uses it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from runner.expand import functions
from runner.formats.hcl import tree as hcl
from runner.formats.hcl.write import write_expression
from runner.packer.coverage import Coverage
from runner.packer.jinja_text import (
    ADD,
    AND,
    ATOM,
    COMPARE,
    CONDITIONAL,
    FILTER,
    JOIN,
    MULTIPLY,
    NOT,
    OR,
    in_statement,
    literal,
    part_of,
    path_in,
    quoted,
)
from runner.packer.names import Kind, Names, member

_OPERATORS = {
    "||": ("or", OR), "&&": ("and", AND), "==": ("==", COMPARE), "!=": ("!=", COMPARE), "<": ("<", COMPARE),
    "<=": ("<=", COMPARE), ">": (">", COMPARE), ">=": (">=", COMPARE), "+": ("+", ADD), "-": ("-", ADD),
    "*": ("*", MULTIPLY), "/": ("/", MULTIPLY), "%": ("%", MULTIPLY),
}
_SPACES = frozenset({"path", "source", "build"})
_WHOLE = frozenset({"var", "local"})
"""What may be handed to a template file as a whole."""


class Expressions(ABC):
    """Translates expressions to what stands between braces.

    What cannot be said is told to ``coverage``, under ``field``.
    """

    def __init__(self, names: Names, coverage: Coverage) -> None:
        self.names = names
        self.coverage = coverage
        self.field = ""
        self._bound: dict[str, str] = {}
        self._before: list[str] = []
        self._made = 0

    @contextmanager
    def inside(self, field: str) -> Iterator[None]:
        """Translate for the field of that path."""
        outer, self.field = self.field, field
        try:
            yield
        finally:
            self.field = outer

    @contextmanager
    def binding(self, names: Mapping[str, str]) -> Iterator[None]:
        """Translate where names of an iteration stand for code of Jinja."""
        outer, self._bound = self._bound, {**self._bound, **names}
        try:
            yield
        finally:
            self._bound = outer

    def code(self, expression: hcl.Expression, level: int = CONDITIONAL) -> str:
        """Return an expression in Jinja, in parentheses unless it binds at least as tightly as ``level``."""
        code, own = self._coded(expression)
        return code if own >= level else f"({code})"

    @contextmanager
    def _statements(self) -> Iterator[list[str]]:
        outer, self._before = self._before, []
        try:
            yield self._before
        finally:
            self._before = outer

    @abstractmethod
    def _text(self, parts: Iterable[hcl.Part]) -> str:
        """Return a template as a text with braces."""

    def _shown(self, expression: hcl.Expression, level: int = CONDITIONAL) -> str:
        """Return the code of what is put into a text: HCL writes ``true`` where Python has ``True``."""
        named = expression.name if isinstance(expression, hcl.Attr) else None
        if self.names.kind(expression) == "bool" or named in self.names.flags:
            return f"tostring({self.code(expression)})"
        return self.code(expression, level)

    def _coded(  # noqa: C901, PLR0911, PLR0912 - one case a kind of expression
        self, expression: hcl.Expression
    ) -> tuple[str, int]:
        match expression:
            case hcl.Lit(value):
                return literal(value)
            case hcl.Template(parts):
                return self._joined(parts)
            case hcl.Many(items, keyed):
                inner = ", ".join(map(self._element, items))
                return (f"{{{inner}}}" if keyed else f"[{inner}]"), ATOM
            case hcl.Call():
                return self._call(expression), ATOM
            case hcl.Unary("!", operand):
                return f"not {self._truth(operand, COMPARE)}", NOT
            case hcl.Unary(_, operand):
                return f"-{self.code(operand, ATOM)}", MULTIPLY
            case hcl.Binary():
                return self._binary(expression)
            case hcl.Conditional(condition, then, other):
                kind = self.names.kind(expression)
                chosen = f"{self._as(kind, then, OR)} if {self._truth(condition, OR)}"
                return f"{chosen} else {self._as(kind, other)}", CONDITIONAL
            case hcl.Ref(name):
                return self._bound.get(name) or (name if name in _WHOLE else self._unknown(expression, name)), ATOM
            case hcl.Attr():
                return self._attribute(expression), ATOM
            case hcl.Index(on, key):
                return f"{self.code(on, ATOM)}[{self.code(key)}]", ATOM
            case hcl.Splat():
                return self._splat(expression)
            case hcl.Comprehension():
                return self._comprehension(expression)

    def _element(self, item: hcl.Item) -> str:
        value = self.code(item.value)
        return value if item.key is None else f"{self.code(item.key)}: {value}"

    def _joined(self, parts: tuple[hcl.Part, ...]) -> tuple[str, int]:
        """Return a template inside an expression: its pieces, joined."""
        if any(isinstance(part, hcl.If | hcl.For) for part in parts):
            name = self._name()
            self._before.append(f"{{% set {name} %}}{self._text(parts)}{{% endset %}}")
            return name, ATOM
        pieces = [part for part in parts if not isinstance(part, hcl.If | hcl.For)]
        if len(pieces) == 1:
            return self._coded(pieces[0])
        if not pieces:
            return "''", ATOM
        return " ~ ".join(self._shown(piece, MULTIPLY) for piece in pieces), JOIN

    def _truth(self, expression: hcl.Expression, level: int) -> str:
        """Return code whose truth is that of the expression: a text ``"false"`` is not true in HCL."""
        kind = self.names.kind(expression)
        if kind in ("bool", "number", "list", "map"):
            return self.code(expression, level)
        code = f"{self.code(expression, FILTER)} | bool"
        return code if level <= FILTER else f"({code})"

    def _as(self, kind: Kind, expression: hcl.Expression, level: int = CONDITIONAL) -> str:
        """Return code of a number or a text, where HCL makes the one of the other by itself."""
        own = self.names.kind(expression)
        if kind == "number" and own == "string":
            return f"tonumber({self.code(expression)})"
        if kind == "string" and own in ("number", "bool"):
            return f"tostring({self.code(expression)})"
        return self.code(expression, level)

    def _binary(self, expression: hcl.Binary) -> tuple[str, int]:
        word, level = _OPERATORS[expression.operator]
        if level in (OR, AND):
            parts = (self._truth(expression.left, level), self._truth(expression.right, level + 1))
        elif expression.operator in ("==", "!="):
            parts = (self.code(expression.left, ADD), self.code(expression.right, ADD))
        elif level == COMPARE:
            parts = (self._as("number", expression.left, ADD), self._as("number", expression.right, ADD))
        else:
            parts = (self._as("number", expression.left, level), self._as("number", expression.right, level + 1))
        code = f" {word} ".join(parts)
        # in HCL there is one kind of number, and 4 / 2 is 2
        return (f"tonumber({code})", ATOM) if word == "/" else (code, level)

    def _call(self, call: hcl.Call) -> str:
        if call.name not in functions.names() and call.name not in ("env", "range"):
            self.coverage.unsupported(call.place, self.field, f"there is no function {call.name!r}")
        if call.name == "convert" and len(call.arguments) == 2:  # noqa: PLR2004 - a value and a type
            value, kind = call.arguments
            return f"convert({self.code(value)}, {quoted(write_expression(kind))})"
        codes = [self.code(each) for each in call.arguments]
        if call.spread:
            codes[-1] = f"*{codes[-1]}"
        return f"{call.name}({', '.join(codes)})"

    def _attribute(self, expression: hcl.Attr) -> str:  # noqa: PLR0911 - one return a kind of name
        match expression:
            case hcl.Attr(hcl.Ref(item), name) if f"{item}.{name}" in self._bound:
                return self._bound[f"{item}.{name}"]
            case hcl.Attr(hcl.Ref("var"), name):
                return self._free(self.names.variable(name), name, "var")
            case hcl.Attr(hcl.Ref("local"), name):
                return self._free(self.names.local(name), name, "local")
            case hcl.Attr(hcl.Attr(hcl.Ref("data"), kind), name):
                return member("data", self.names.data.get((kind, name), name))
            case hcl.Attr(hcl.Ref("packer"), "version"):
                self.coverage.changed(expression.place, self.field, "the version is Ingot's")
                return "ingot.version"
            case hcl.Attr(hcl.Ref(space), name) if space in _SPACES and space not in self._bound:
                return f"{space}.{name}"
        return part_of(self.code(expression.on, ATOM), expression.name)

    def _free(self, code: str, name: str, space: str) -> str:
        """Return how something is named where an iteration may have given its bare name away."""
        return member(space, name) if code in self._bound.values() else code

    def _unknown(self, expression: hcl.Ref, name: str) -> str:
        self.coverage.unsupported(expression.place, self.field, f"nothing is called {name!r}")
        return name

    def _splat(self, splat: hcl.Splat) -> tuple[str, int]:
        path = path_in(splat.rest, hcl.SPLAT_ITEM)
        if path is None:
            item = f"item{self._made or ''}"
            with self.binding({hcl.SPLAT_ITEM: item}):
                return self._looped(item, splat.on, None, lambda: self.code(splat.rest)), ATOM
        on = self.code(splat.on, FILTER)
        return (f"{on} | map(attribute={quoted(path)}) | list" if path else f"{on} | list"), FILTER

    def _comprehension(self, made: hcl.Comprehension) -> tuple[str, int]:
        if made.key is None and made.key_name is None and made.condition is None:
            path = path_in(made.value, made.name)
            if path:
                over = self._values(made.over, FILTER)
                return f"{over} | map(attribute={quoted(path)}) | list", FILTER
        key = made.key
        head, bound = self._loop(made.key_name, made.name, made.over)
        with self.binding(bound):
            if key is None:
                return self._filled("[]", head, made.condition, lambda n: f"{n}.append({self.code(made.value)})"), ATOM
            if made.grouped:
                return self._filled(
                    "{}", head, made.condition,
                    lambda n: f"{n}.setdefault({self.code(key)}, []).append({self.code(made.value)})",
                ), ATOM
            return self._filled(
                "{}", head, made.condition, lambda n: f"{n}.update({{{self.code(key)}: {self.code(made.value)}}})"
            ), ATOM

    def _looped(
        self, item: str, over: hcl.Expression, condition: hcl.Expression | None, value: Callable[[], str]
    ) -> str:
        head = f"{item} in {self._values(over, OR)}"
        return self._filled("[]", head, condition, lambda name: f"{name}.append({value()})")

    def _filled(self, empty: str, head: str, condition: hcl.Expression | None, step: Callable[[str], str]) -> str:
        """Return the name of a collection that statements before the expression fill."""
        name = self._name()
        with self._statements() as inner:
            done = step(name)
        body = f"{''.join(inner)}{{% do {in_statement(done)} %}}"
        with self._statements() as before:
            test = f" if {self._truth(condition, OR)}" if condition is not None else ""
        if before:  # the condition is known inside the loop only
            body, test = f"{''.join(before)}{{%{in_statement(test)} %}}{body}{{% endif %}}", ""
        loop = f"{{% for {in_statement(head + test)} %}}{body}{{% endfor %}}"
        self._before.append(f"{{% set {name} = {empty} %}}{loop}")
        return name

    def _name(self) -> str:
        self._made += 1
        return "made" if self._made == 1 else f"made{self._made}"

    def _loop(self, key: str | None, name: str, over: hcl.Expression) -> tuple[str, dict[str, str]]:
        """Return the head of a loop and what its names stand for."""
        if key is None:
            return f"{name} in {self._values(over, OR)}", {name: name}
        if self.names.kind(over) == "list":
            return f"{name} in {self.code(over, OR)}", {name: name, key: "loop.index0"}
        return f"{key}, {name} in {self.code(over, FILTER)} | dictsort(true)", {name: name, key: key}

    def _values(self, over: hcl.Expression, level: int) -> str:
        """Return what HCL goes through: the elements of a list, the values of a map."""
        return f"values({self.code(over)})" if self.names.kind(over) == "map" else self.code(over, level)
