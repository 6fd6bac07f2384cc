"""Show trees of HCL in a short notation, for tests that compare them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from runner.formats.hcl.tree import (
    Attr,
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    Index,
    Lit,
    Many,
    Part,
    Ref,
    Template,
    Unary,
)


def expression(value: Part) -> str:  # noqa: C901, PLR0911 - a case for each kind
    """Return an expression on one line, as HCL writes it."""
    match value:
        case Lit():
            return json.dumps(value.value, ensure_ascii=False)
        case Template():
            return '"' + "".join(map(_part, value.parts)) + '"'
        case Ref():
            return value.name
        case Attr():
            return f"{expression(value.on)}.{value.name}"
        case Index():
            return f"{expression(value.on)}[{expression(value.key)}]"
        case Call():
            return f"{value.name}({', '.join(map(expression, value.arguments))})"
        case Unary():
            return f"{value.operator}{_operand(value.operand)}"
        case Binary():
            return f"{_operand(value.left)} {value.operator} {_operand(value.right)}"
        case Conditional():
            return f"{expression(value.condition)} ? {expression(value.then)} : {expression(value.other)}"
        case Many() if value.keyed:
            entries = [f"{expression(item.key)} = {expression(item.value)}" for item in value.items if item.key]
            return f"{{{', '.join(entries)}}}"
        case Many():
            return f"[{', '.join(expression(item.value) for item in value.items)}]"
    raise AssertionError(value)


def _operand(value: Part) -> str:
    shown = expression(value)
    return f"({shown})" if isinstance(value, Binary | Conditional) else shown


def _part(part: Part) -> str:
    if isinstance(part, Lit):
        return json.dumps(part.value, ensure_ascii=False)[1:-1] if isinstance(part.value, str) else f"${{{part.value}}}"
    return f"${{{expression(part)}}}"


def body(tree: Body, indent: str = "") -> Iterator[str]:
    """Yield the lines of attributes and blocks, with their comments."""
    for item in tree.items:
        yield from (f"{indent}# {line}" for line in item.above)
        if isinstance(item, Attribute):
            yield f"{indent}{item.name} = {expression(item.value)}"
            continue
        yield from block(item, indent)
    yield from (f"{indent}# {line}" for line in tree.end)


def block(item: Block, indent: str) -> Iterator[str]:
    head = " ".join((item.type, *(json.dumps(label) for label in item.labels)))
    if not item.body.items:
        yield f"{indent}{head} {{}}"
        return
    yield f"{indent}{head} {{"
    yield from body(item.body, indent + "  ")
    yield f"{indent}}}"
