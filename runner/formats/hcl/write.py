"""Write HCL in its canonical layout, which ``packer fmt`` leaves as it is."""

from __future__ import annotations

from runner.formats.hcl.layout import Layout
from runner.formats.hcl.texts import label
from runner.formats.hcl.tree import Attribute, Block, Body, Expression
from runner.formats.hcl.write_expressions import Expressions


def write(body: Body) -> str:
    """Return the text of a template."""
    layout = Layout()
    _Writer(layout).body(body)
    return layout.text()


def write_expression(expression: Expression) -> str:
    """Return the text of an expression; it has several lines if a list, an object or a heredoc in it has."""
    layout = Layout()
    Expressions(layout).value(expression)
    return layout.text().removesuffix("\n")


class _Writer:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.expressions = Expressions(layout)

    def body(self, body: Body) -> None:
        for item in body.items:
            if item.gap:
                self.layout.end()
            self.layout.comment(item.above)
            if isinstance(item, Attribute):
                self._attribute(item)
            else:
                self._block(item)
        self.layout.comment(body.end)

    def _attribute(self, attribute: Attribute) -> None:
        self.layout.put(attribute.name)
        self.layout.equals()
        self.expressions.value(attribute.value)
        self.layout.end(attribute.beside)

    def _block(self, block: Block) -> None:
        head = " ".join((block.type, *map(label, block.labels)))
        if not (block.body.items or block.body.end or block.beside):
            self.layout.put(f"{head} {{}}")
        else:
            self.layout.put(f"{head} {{", 1)
            self.layout.end(block.beside)
            self.body(block.body)
            self.layout.put("}", -1)
        self.layout.end()
