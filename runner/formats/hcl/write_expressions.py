"""Write expressions of HCL, with no more parentheses than they need."""

from __future__ import annotations

from runner.formats.hcl.layout import Layout
from runner.formats.hcl.rows import PRECEDENCE, UNARY
from runner.formats.hcl.texts import heredoc, quoted
from runner.formats.hcl.tree import (
    SPLAT_ITEM,
    Attr,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Expression,
    Index,
    Item,
    Lit,
    Many,
    Ref,
    Splat,
    Template,
    Unary,
)

_ANY, _OPERATION, _ACCESSED = 0, 1, UNARY + 1
"""What may stand somewhere without parentheses: everything, what is no conditional, what can have an index."""
_NO_KEYS = frozenset(("for", "true", "false", "null"))
_WORDS = {True: "true", False: "false", None: "null"}


class Expressions:
    """Writes to a layout; with ``inline`` all stands on one line."""

    def __init__(self, layout: Layout, *, inline: bool = False) -> None:
        self.layout = layout
        self.inline = inline
        self._splats: list[Splat] = []
        self._last = True  # of what is to be written now, see ``value``

    def value(self, expression: Expression, *, last: bool = True, least: int = _ANY) -> None:
        """Write an expression where what binds less than ``least`` gets parentheses.

        ``last`` is whether the line may end after it: then it can be a heredoc.
        """
        enclosed = _binding(expression) < least
        if enclosed:
            self.layout.parenthesis()
        self._last = last or enclosed
        getattr(self, f"_{type(expression).__name__.lower()}")(expression)
        if enclosed:
            self.layout.put(")", -1)

    def _lit(self, lit: Lit) -> None:
        if isinstance(lit.value, str):
            self._text(lit)
        else:
            self.layout.put(_WORDS[lit.value] if isinstance(lit.value, bool | None) else repr(lit.value))

    def _text(self, text: Lit | Template) -> None:
        parts = heredoc(text, _inline) if text.heredoc and self._last and not self.inline else None
        if parts:
            self.layout.heredoc(*parts)
        else:
            self.layout.put(quoted(text, _inline))

    _template = _text

    def _ref(self, ref: Ref) -> None:
        if ref.name != SPLAT_ITEM or not self._splats:
            self.layout.put(ref.name)
            return
        splat = self._splats.pop()
        self._accessed(splat.on, splat)
        self.layout.put("[*]" if splat.full else ".*")
        self._splats.append(splat)

    def _attr(self, attr: Attr) -> None:
        self._accessed(attr.on, attr)
        self.layout.put(f".{attr.name}")

    def _index(self, index: Index) -> None:
        self._accessed(index.on, index)
        self.layout.put("[", 1)
        self.value(index.key)
        self.layout.put("]", -1)

    def _splat(self, splat: Splat) -> None:
        self._splats.append(splat)
        self.value(splat.rest, last=False)
        self._splats.pop()

    def _accessed(self, on: Expression, access: Attr | Index | Splat) -> None:
        """Write what an access applies to. After a splat, the parentheses keep apart what follows it."""
        is_reach = isinstance(access, Attr)
        apart = isinstance(on, Splat) and (on.full or is_reach)
        self.value(on, last=False, least=_ACCESSED + apart)

    def _call(self, call: Call) -> None:
        self.layout.put(f"{call.name}(", 1)
        for number, argument in enumerate(call.arguments):
            self.layout.put(", " if number and not self.layout.after_heredoc else "," * bool(number))
            self.value(argument)
        self.layout.put("...)" if call.spread else ")", -1)

    def _unary(self, unary: Unary) -> None:
        self.layout.put(unary.operator)
        self.value(unary.operand, last=False, least=UNARY)

    def _binary(self, binary: Binary) -> None:
        level, last = PRECEDENCE[binary.operator], self._last
        self.value(binary.left, last=False, least=level)
        self.layout.put(f" {binary.operator} ")
        self.value(binary.right, last=last, least=level + 1)

    def _conditional(self, conditional: Conditional) -> None:
        last = self._last
        self.value(conditional.condition, last=False, least=_OPERATION)
        self.layout.put(" ? ")
        self.value(conditional.then, last=False)
        self.layout.put(" : ")
        self.value(conditional.other, last=last)

    def _comprehension(self, each: Comprehension) -> None:
        names = f"{each.key_name}, {each.name}" if each.key_name else each.name
        self.layout.put(f"[for {names} in " if each.key is None else f"{{ for {names} in ", 1)
        self.value(each.over, last=False, least=_OPERATION)
        self.layout.put(" : ")
        if each.key is not None:
            self.value(each.key, last=False)
            self.layout.put(" => ")
        self.value(each.value, last=not each.grouped and not each.condition)
        self.layout.put("..." if each.grouped else "")
        if each.condition is not None:
            self.layout.put(" if ")
            self.value(each.condition)
        self.layout.put("]" if each.key is None else " }", -1)

    def _many(self, many: Many) -> None:
        opener, closer = "{}" if many.keyed else "[]"
        if not many.items and not many.end:
            self.layout.put(opener + closer)
        elif self.inline or _on_one_line(many):
            blank = " " if many.keyed else ""
            self.layout.put(opener + blank, 1)
            for number, item in enumerate(many.items):
                self.layout.put(", " if number else "")
                self._item(item)
            self.layout.put(blank + closer, -1)
        else:
            self._lines(many, opener, closer)

    def _lines(self, many: Many, opener: str, closer: str) -> None:
        self.layout.put(opener, 1)
        self.layout.end()
        for number, item in enumerate(many.items, 1):
            if item.gap:
                self.layout.end()
            self.layout.comment(item.above)
            self._item(item)
            if not many.keyed and number < len(many.items):
                self.layout.put(",")
            self.layout.end(item.beside)
        self.layout.comment(many.end)
        self.layout.put(closer, -1)

    def _item(self, item: Item) -> None:
        if item.key is not None:
            self.layout.put(_key(item.key))
            self.layout.equals()
        self.value(item.value)


def _inline(expression: Expression) -> str:
    layout = Layout()
    Expressions(layout, inline=True).value(expression)
    return layout.text().rstrip("\n")


def _key(key: Expression) -> str:
    if isinstance(key, Lit):
        text = key.value if isinstance(key.value, str) else _inline(key)
        is_name = text.replace("-", "_").isidentifier() and not text.startswith("-") and text not in _NO_KEYS
        return text if is_name else quoted(Lit(text, key.place), _inline)
    written = _inline(key)
    return written if isinstance(key, Template) else f"({written})"


def _binding(expression: Expression) -> int:
    """Return how tightly an expression holds together."""
    if isinstance(expression, Conditional):
        return _ANY
    if isinstance(expression, Binary):
        return PRECEDENCE[expression.operator]
    return UNARY if isinstance(expression, Unary | Lit | Template) else _ACCESSED


def _on_one_line(many: Many) -> bool:
    return many.one_line and not many.end and not any(
        item.above or item.beside or (isinstance(item.value, Lit | Template) and item.value.heredoc)
        for item in many.items
    )
