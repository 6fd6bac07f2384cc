"""Expressions of HCL as values of a playbook: literals as themselves, everything else as Jinja.

What Jinja has no expression for, a comprehension, becomes statements before the expression that uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from runner.expand import functions
from runner.formats.hcl_tree import (
    SPLAT_ITEM,
    Attr,
    Binary,
    Block,
    Call,
    Comprehension,
    Conditional,
    Expression,
    For,
    If,
    Index,
    Item,
    Lit,
    Many,
    Part,
    Ref,
    Splat,
    Template,
    Unary,
)
from runner.formats.hcl_write import write_expression
from runner.formats.yaml_write import Entry, Map, Seq, Value
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
    is_key,
    key_text,
    literal,
    part_of,
    path_in,
    protected,
    quoted,
    statement,
)
from runner.packer.names import Kind, Names, member

DISJUNCT, OPERAND = OR, ADD
"""How tightly an operand of ``or`` binds, and one of a comparison."""
_OPERATORS = {
    "||": ("or", OR), "&&": ("and", AND), "==": ("==", COMPARE), "!=": ("!=", COMPARE), "<": ("<", COMPARE),
    "<=": ("<=", COMPARE), ">": (">", COMPARE), ">=": (">=", COMPARE), "+": ("+", ADD), "-": ("-", ADD),
    "*": ("*", MULTIPLY), "/": ("/", MULTIPLY), "%": ("%", MULTIPLY),
}
"""What Jinja finds in a mapping before its keys."""
_SPACES = frozenset({"path", "source", "build"})


class ToJinja:
    """Translates the expressions of one template. What cannot be said is told to ``coverage``, under ``field``."""

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

    def value(self, expression: Expression) -> Value:  # noqa: PLR0911 - one return a kind of expression
        """Return the value that a playbook has for an expression."""
        match expression:
            case Lit(str(text)):
                return protected(text)
            case Lit(value):
                return value
            case Many(items, keyed=False, end=end):
                return Seq(tuple(Entry(self.value(i.value), i.above, i.beside) for i in items), end)
            case Many(items, keyed=True, end=end) if all(is_key(item.key) for item in items):
                entries = ((key_text(i.key), Entry(self.value(i.value), i.above, i.beside)) for i in items)
                return Map(tuple(dict(entries).items()), end)
            case Template(parts) if len(parts) != 1 or isinstance(parts[0], If | For):
                return self._text(parts)
            case Template(parts):
                only = parts[0]
                assert not isinstance(only, If | For)
                return self.value(only)
        return self.expression(expression)

    def expression(self, expression: Expression) -> str:
        """Return an expression as a text that is nothing but a Jinja expression."""
        with self._statements() as before:
            code = self.code(expression)
        return f"{''.join(before)}{{{{ {code} }}}}"

    def condition(self, expression: Expression) -> str:
        """Return an expression whose truth is asked for, without braces where there need be none."""
        with self._statements() as before:
            code = self._truth(expression, CONDITIONAL)
        return f"{''.join(before)}{{{{ {code} }}}}" if before else in_statement(code)

    def code(self, expression: Expression, level: int = CONDITIONAL) -> str:
        """Return an expression in Jinja, in parentheses unless it binds at least as tightly as ``level``."""
        code, own = self._coded(expression)
        return code if own >= level else f"({code})"

    def collected(self, parts: Iterable[tuple[Expression, Block | None]], *, alone: bool = False) -> str:
        """Return a list of values as one text, or, ``alone``, the first of them.

        With a ``dynamic`` block there is a value for each of its iterations.
        """
        name = self._name()
        statements = [f"{{% set {name} = [] %}}"]
        for value, block in parts:
            if block is None:
                statements.append(self._appended(name, value))
                continue
            over = block.body.get("for_each")
            iterator = block.body.get("iterator")
            item = block.labels[0] if iterator is None else write_expression(iterator.value).strip('"')
            if over is None:
                continue
            with self._statements() as before:
                if self.names.kind(over.value) == "map":
                    head = f"key, {item} in {self.code(over.value, FILTER)} | dictsort(true)"
                    bound = {f"{item}.key": "key", f"{item}.value": item}
                else:
                    head = f"{item} in {self.code(over.value, OR)}"
                    bound = {f"{item}.key": "loop.index0", f"{item}.value": item}
            with self.binding(bound):
                inner = self._appended(name, value)
            statements += [*before, f"{{% for {in_statement(head)} %}}{inner}{{% endfor %}}"]
        return f"{''.join(statements)}{{{{ {name}[0] if {name} else none }}}}" if alone else (
            f"{''.join(statements)}{{{{ {name} }}}}"
        )

    def _appended(self, name: str, value: Expression) -> str:
        with self._statements() as before:
            code = self.code(value)
        return f"{''.join(before)}{{% do {name}.append({in_statement(code)}) %}}"

    @contextmanager
    def _statements(self) -> Iterator[list[str]]:
        outer, self._before = self._before, []
        try:
            yield self._before
        finally:
            self._before = outer

    def _text(self, parts: Iterable[Part]) -> str:
        found, after = "", False
        for part in parts:
            piece = self._part(part)
            if after and piece.startswith("\n"):
                found = f"{found.removesuffix('%}')}+%}}"  # or the line end after it would go
            found += piece
            after = isinstance(part, If | For)
        return found

    def _part(self, part: Part) -> str:
        match part:
            case Lit(str(text)):
                return protected(text)
            case If(condition, then, other):
                with self._statements() as before:
                    code = self._truth(condition, OR)
                alternative = statement("else", self._text(other)) if other else ""
                chosen = statement(f"if {in_statement(code)}", self._text(then))
                return f"{''.join(before)}{chosen}{alternative}{{% endif %}}"
            case For(key, name, over, body):
                with self._statements() as before:
                    head, bound = self._loop(key, name, over)
                with self.binding(bound):
                    loop = statement(f"for {in_statement(head)}", self._text(body))
                    return f"{''.join(before)}{loop}{{% endfor %}}"
        with self._statements() as before:
            code = self._shown(part)
        return f"{''.join(before)}{{{{ {code} }}}}"

    def _shown(self, expression: Expression, level: int = CONDITIONAL) -> str:
        """Return the code of what is put into a text: HCL writes ``true`` where Python has ``True``."""
        named = expression.name if isinstance(expression, Attr) else None
        if self.names.kind(expression) == "bool" or named in self.names.flags:
            return f"tostring({self.code(expression)})"
        return self.code(expression, level)

    def _coded(  # noqa: C901, PLR0911, PLR0912 - one case a kind of expression
        self, expression: Expression
    ) -> tuple[str, int]:
        match expression:
            case Lit(value):
                return literal(value)
            case Template(parts):
                return self._joined(parts)
            case Many(items, keyed):
                inner = ", ".join(map(self._element, items))
                return (f"{{{inner}}}" if keyed else f"[{inner}]"), ATOM
            case Call():
                return self._call(expression), ATOM
            case Unary("!", operand):
                return f"not {self._truth(operand, COMPARE)}", NOT
            case Unary(_, operand):
                return f"-{self.code(operand, ATOM)}", MULTIPLY
            case Binary():
                return self._binary(expression)
            case Conditional(condition, then, other):
                kind = self.names.kind(expression)
                chosen = f"{self._as(kind, then, OR)} if {self._truth(condition, OR)}"
                return f"{chosen} else {self._as(kind, other)}", CONDITIONAL
            case Ref(name):
                return self._bound.get(name) or self._unknown(expression, name), ATOM
            case Attr():
                return self._attribute(expression), ATOM
            case Index(on, key):
                return f"{self.code(on, ATOM)}[{self.code(key)}]", ATOM
            case Splat():
                return self._splat(expression)
            case Comprehension():
                return self._comprehension(expression)

    def _element(self, item: Item) -> str:
        value = self.code(item.value)
        return value if item.key is None else f"{self.code(item.key)}: {value}"

    def _joined(self, parts: tuple[Part, ...]) -> tuple[str, int]:
        """Return a template inside an expression: its pieces, joined."""
        if any(isinstance(part, If | For) for part in parts):
            name = self._name()
            self._before.append(f"{{% set {name} %}}{self._text(parts)}{{% endset %}}")
            return name, ATOM
        pieces = [part for part in parts if not isinstance(part, If | For)]
        if len(pieces) == 1:
            return self._coded(pieces[0])
        if not pieces:
            return "''", ATOM
        return " ~ ".join(self._shown(piece, MULTIPLY) for piece in pieces), JOIN

    def _truth(self, expression: Expression, level: int) -> str:
        """Return code whose truth is that of the expression: a text ``"false"`` is not true in HCL."""
        kind = self.names.kind(expression)
        if kind in ("bool", "number", "list", "map"):
            return self.code(expression, level)
        code = f"{self.code(expression, FILTER)} | bool"
        return code if level <= FILTER else f"({code})"

    def _as(self, kind: Kind, expression: Expression, level: int = CONDITIONAL) -> str:
        """Return code of a number or a text, where HCL makes the one of the other by itself."""
        own = self.names.kind(expression)
        if kind == "number" and own == "string":
            return f"tonumber({self.code(expression)})"
        if kind == "string" and own in ("number", "bool"):
            return f"tostring({self.code(expression)})"
        return self.code(expression, level)

    def _binary(self, expression: Binary) -> tuple[str, int]:
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

    def _call(self, call: Call) -> str:
        if call.name not in functions.names() and call.name not in ("env", "range"):
            self.coverage.unsupported(call.place, self.field, f"there is no function {call.name!r}")
        if call.name == "convert" and len(call.arguments) == 2:  # noqa: PLR2004 - a value and a type
            value, kind = call.arguments
            return f"convert({self.code(value)}, {quoted(write_expression(kind))})"
        codes = [self.code(each) for each in call.arguments]
        if call.spread:
            codes[-1] = f"*{codes[-1]}"
        return f"{call.name}({', '.join(codes)})"

    def _attribute(self, expression: Attr) -> str:  # noqa: PLR0911 - one return a kind of name
        match expression:
            case Attr(Ref(item), name) if f"{item}.{name}" in self._bound:
                return self._bound[f"{item}.{name}"]
            case Attr(Ref("var"), name):
                return self._free(self.names.variable(name), name, "var")
            case Attr(Ref("local"), name):
                return self._free(self.names.local(name), name, "local")
            case Attr(Attr(Ref("data"), kind), name):
                return member("data", self.names.data.get((kind, name), name))
            case Attr(Ref("packer"), "version"):
                self.coverage.changed(expression.place, self.field, "the version is Ingot's")
                return "ingot.version"
            case Attr(Ref(space), name) if space in _SPACES and space not in self._bound:
                return f"{space}.{name}"
        return part_of(self.code(expression.on, ATOM), expression.name)

    def _free(self, code: str, name: str, space: str) -> str:
        """Return how something is named where an iteration may have given its bare name away."""
        return member(space, name) if code in self._bound.values() else code

    def _unknown(self, expression: Ref, name: str) -> str:
        self.coverage.unsupported(expression.place, self.field, f"nothing is called {name!r}")
        return name

    def _splat(self, splat: Splat) -> tuple[str, int]:
        path = path_in(splat.rest, SPLAT_ITEM)
        if path is None:
            item = f"item{self._made or ''}"
            with self.binding({SPLAT_ITEM: item}):
                return self._looped(item, splat.on, None, lambda: self.code(splat.rest)), ATOM
        on = self.code(splat.on, FILTER)
        return (f"{on} | map(attribute={quoted(path)}) | list" if path else f"{on} | list"), FILTER

    def _comprehension(self, made: Comprehension) -> tuple[str, int]:
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

    def _looped(self, item: str, over: Expression, condition: Expression | None, value: Callable[[], str]) -> str:
        head = f"{item} in {self._values(over, OR)}"
        return self._filled("[]", head, condition, lambda name: f"{name}.append({value()})")

    def _filled(self, empty: str, head: str, condition: Expression | None, step: Callable[[str], str]) -> str:
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

    def _loop(self, key: str | None, name: str, over: Expression) -> tuple[str, dict[str, str]]:
        """Return the head of a loop and what its names stand for."""
        if key is None:
            return f"{name} in {self._values(over, OR)}", {name: name}
        if self.names.kind(over) == "list":
            return f"{name} in {self.code(over, OR)}", {name: name, key: "loop.index0"}
        return f"{key}, {name} in {self.code(over, FILTER)} | dictsort(true)", {name: name, key: key}

    def _values(self, over: Expression, level: int) -> str:
        """Return what HCL goes through: the elements of a list, the values of a map."""
        return f"values({self.code(over)})" if self.names.kind(over) == "map" else self.code(over, level)
