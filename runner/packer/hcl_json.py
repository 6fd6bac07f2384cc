"""Read templates in HCL's JSON syntax (``.pkr.json``).

JSON does not say what is a block; Packer's schema does. Texts are templates, and ``"//"`` holds comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from runner.diagnostics import Report
from runner.formats.hcl.document import read as read_hcl
from runner.formats.hcl.lexer import MAX_DEPTH
from runner.formats.hcl.tree import Attribute, Block, Body, Expression, For, If, Item, Lit, Many, Template
from runner.text import NOTHING, Node, SourceFile, Span

COMMENT = "//"


class _Kind(NamedTuple):
    """A type of block: how many labels it has, which blocks may stand in it, which attributes are code, no texts."""

    labels: int = 0
    blocks: Mapping[str, _Kind] = NOTHING
    code: tuple[str, ...] = ()


_DYNAMIC = _Kind(1, {"content": _Kind()})
_OPEN = {"dynamic": _DYNAMIC}
_STEP = _Kind(1, _OPEN)
_BUILD = {
    "source": _STEP,
    "provisioner": _STEP,
    "error-cleanup-provisioner": _STEP,
    "post-processor": _STEP,
    "post-processors": _Kind(0, {"post-processor": _STEP, **_OPEN}),
    "hcp_packer_registry": _Kind(),
    **_OPEN,
}
_TEMPLATE = _Kind(0, {
    "packer": _Kind(0, {"required_plugins": _Kind()}),
    "variable": _Kind(1, {"validation": _Kind()}, ("type",)),
    "variables": _Kind(),
    "local": _Kind(1),
    "locals": _Kind(),
    "source": _Kind(2, _OPEN),
    "data": _Kind(2, _OPEN),
    "communicator": _Kind(2),
    "build": _Kind(0, _BUILD),
    "hcp_packer_registry": _Kind(),
})  # fmt: skip


def read(file: SourceFile, root: Node, report: Report) -> Body:
    """Return what the document ``root`` of ``file`` says.

    Reported is what stands where a block should (E031), what is wrong in the templates that texts are (E031), and
    values nested too deeply (E034).
    """
    del file  # the places know it
    return _Reader(report).body(root, _TEMPLATE)


class _Reader:
    def __init__(self, report: Report) -> None:
        self.report = report

    def body(self, node: Node, kind: _Kind) -> Body:
        """Read an object as what stands in a block."""
        items: list[Attribute | Block] = []
        above: tuple[str, ...] = ()
        if not isinstance(node.value, dict):
            self.report.add("E031", "not HCL: expected an object, as a block is in JSON", node.span)
        for key, value in node.items():
            name = str(key)
            if name == COMMENT:
                above += tuple(_lines(value))
                continue
            found: list[Attribute | Block]
            if name in kind.blocks:
                found = list(self._blocks(name, (), value, kind.blocks[name]))
            else:
                read = self._code if name in kind.code else self._value
                found = [Attribute(name, read(value), value.place)]
            items += (each._replace(above=above if number == 0 else ()) for number, each in enumerate(found))
            above = () if found else above
        return Body(tuple(items), node.span, above)

    def _blocks(self, name: str, labels: tuple[str, ...], node: Node, kind: _Kind) -> Iterator[Block]:
        """Yield the blocks under a key: an object for each label, and a list where there are several."""
        for each in node.elements():
            if len(labels) == kind.labels:
                yield Block(name, labels, self.body(each, kind), each.place)
                continue
            if not isinstance(each.value, dict):
                message = f"not HCL: expected an object with the labels of '{name}' as its keys"
                self.report.add("E031", message, each.span)
            for label, inner in each.items():
                if label != COMMENT:
                    yield from self._blocks(name, (*labels, str(label)), inner, kind)

    def _code(self, node: Node) -> Expression:
        """Read a text as the expression that it is."""
        text = node.value
        return (isinstance(text, str) and self._read(f"x = {text}\n", node.span)) or self._value(node)

    def _value(self, node: Node, depth: int = 0) -> Expression:
        value = node.value
        if depth > MAX_DEPTH:
            self.report.add("E034", f"values are nested more than {MAX_DEPTH} deep", node.span)
            return Lit(None, node.span)
        if isinstance(value, str):
            return self._text(value, node.span)
        if isinstance(value, tuple):
            return Many(tuple(Item(self._value(each, depth + 1)) for each in value), keyed=False, place=node.span)
        if isinstance(value, dict):
            items = (
                Item(self._value(each, depth + 1), self._text(str(key), each.place))
                for key, each in value.items()
                if key != COMMENT
            )
            return Many(tuple(items), keyed=True, place=node.span)
        assert value is None or isinstance(value, int | float), "JSON has no other values"
        return Lit(value, node.span)

    def _text(self, text: str, place: Span) -> Expression:
        """Read a text as a template; a heredoc is what has no escapes either."""
        if "${" not in text and "%{" not in text:
            return Lit(text, place)
        marker = "E" * (max(map(len, text.split("\n"))) + 1)
        written = text.replace("\r", '${"\\r"}')
        read = self._read(f"x = <<{marker}\n{written}\n{marker}\n", place)
        return _without_line_end(read) if read else Lit(text, place)

    def _read(self, text: str, place: Span) -> Expression | None:
        """Return the value of the attribute ``x`` in a text of HCL, as if all of it stood at ``place``."""
        own = Report()
        attribute = read_hcl(SourceFile("", text), own).get("x")
        for each in own.diagnostics:
            self.report.add(each.code, each.message, place, hint=each.hint)
        value: Expression | None = _placed(attribute.value, place) if attribute else None
        return value


def _without_line_end(text: Expression) -> Expression:
    """Take off the line end that a heredoc has; an insert alone is what is inserted."""
    if isinstance(text, Lit):
        return text._replace(value=str(text.value).removesuffix("\n"), heredoc=False)
    if not isinstance(text, Template):
        return text
    *parts, last = text.parts
    if isinstance(last, Lit) and isinstance(last.value, str):
        rest = last.value.removesuffix("\n")
        parts += [last._replace(value=rest)] if rest else []
    else:
        parts.append(last)
    if len(parts) == 1 and not isinstance(parts[0], If | For):
        return parts[0]
    return Template(tuple(parts), text.place)


def _placed(record: Any, place: Span) -> Any:
    """Return a record with all its places replaced by that of the text."""
    if isinstance(record, Span):
        return place
    if isinstance(record, tuple):
        fields = [_placed(each, place) for each in record]
        return type(record)(*fields) if hasattr(record, "_fields") else tuple(fields)
    return record


def _lines(comment: Node) -> Iterator[str]:
    """Yield the lines of a comment, which is a text or a list of texts."""
    for each in comment.elements():
        if isinstance(each.value, str):
            yield from (line or " " for line in each.value.split("\n"))
