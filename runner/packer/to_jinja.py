"""Values of HCL as values of a playbook: literals as themselves, templates and everything else as Jinja."""

from __future__ import annotations

from collections.abc import Iterable

from runner.formats.hcl import tree as hcl
from runner.formats.hcl.write import write_expression
from runner.formats.yaml.write import Entry, Map, Seq, Value
from runner.packer.jinja_text import (
    ADD,
    CONDITIONAL,
    FILTER,
    OR,
    in_statement,
    is_key,
    key_text,
    protected,
    statement,
)
from runner.packer.to_jinja_expressions import Expressions

DISJUNCT, OPERAND = OR, ADD
"""How tightly an operand of ``or`` binds, and one of a comparison."""


class ToJinja(Expressions):
    """Translates the expressions of one template. What cannot be said is told to ``coverage``, under ``field``."""

    def value(self, expression: hcl.Expression) -> Value:  # noqa: PLR0911 - one return a kind of expression
        """Return the value that a playbook has for an expression."""
        match expression:
            case hcl.Lit(str(text)):
                return protected(text)
            case hcl.Lit(value):
                return value
            case hcl.Many(items, keyed=False, end=end):
                return Seq(tuple(Entry(self.value(i.value), i.above, i.beside) for i in items), end)
            case hcl.Many(items, keyed=True, end=end) if all(is_key(item.key) for item in items):
                entries = ((key_text(i.key), Entry(self.value(i.value), i.above, i.beside)) for i in items)
                return Map(tuple(dict(entries).items()), end)
            case hcl.Template(parts) if len(parts) != 1 or isinstance(parts[0], hcl.If | hcl.For):
                return self._text(parts)
            case hcl.Template(parts):
                only = parts[0]
                assert not isinstance(only, hcl.If | hcl.For)
                return self.value(only)
        return self.expression(expression)

    def expression(self, expression: hcl.Expression) -> str:
        """Return an expression as a text that is nothing but a Jinja expression."""
        with self._statements() as before:
            code = self.code(expression)
        return f"{''.join(before)}{{{{ {code} }}}}"

    def condition(self, expression: hcl.Expression) -> str:
        """Return an expression whose truth is asked for, without braces where there need be none."""
        with self._statements() as before:
            code = self._truth(expression, CONDITIONAL)
        return f"{''.join(before)}{{{{ {code} }}}}" if before else in_statement(code)

    def collected(self, parts: Iterable[tuple[hcl.Expression, hcl.Block | None]], *, alone: bool = False) -> str:
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

    def _appended(self, name: str, value: hcl.Expression) -> str:
        with self._statements() as before:
            code = self.code(value)
        return f"{''.join(before)}{{% do {name}.append({in_statement(code)}) %}}"

    def _text(self, parts: Iterable[hcl.Part]) -> str:
        found, after = "", False
        for part in parts:
            piece = self._part(part)
            if after and piece.startswith("\n"):
                found = f"{found.removesuffix('%}')}+%}}"  # or the line end after it would go
            found += piece
            after = isinstance(part, hcl.If | hcl.For)
        return found

    def _part(self, part: hcl.Part) -> str:
        match part:
            case hcl.Lit(str(text)):
                return protected(text)
            case hcl.If(condition, then, other):
                with self._statements() as before:
                    code = self._truth(condition, OR)
                alternative = statement("else", self._text(other)) if other else ""
                chosen = statement(f"if {in_statement(code)}", self._text(then))
                return f"{''.join(before)}{chosen}{alternative}{{% endif %}}"
            case hcl.For(key, name, over, body):
                with self._statements() as before:
                    head, bound = self._loop(key, name, over)
                with self.binding(bound):
                    loop = statement(f"for {in_statement(head)}", self._text(body))
                    return f"{''.join(before)}{loop}{{% endfor %}}"
        with self._statements() as before:
            code = self._shown(part)
        return f"{''.join(before)}{{{{ {code} }}}}"
