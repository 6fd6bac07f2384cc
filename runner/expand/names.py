"""What names an expression uses, told from its text alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.meta import find_undeclared_variables

from runner.diagnostics import Diagnostic, did_you_mean
from runner.expand import jinja
from runner.expand.evaluate import place_of, syntax_diagnostic
from runner.expand.render import is_template, scalars, template_text
from runner.text import Node

_GUARDS = frozenset({"default", "d", "mandatory", "ternary"})
_GUARD_TESTS = frozenset({"defined", "undefined"})
_NAMESPACES = frozenset({"var", "local", "data", "source", "build", "path", "ingot"})


@dataclass(frozen=True)
class Names:
    """The names in one expression."""

    free: frozenset[str] = frozenset()
    """Names whose value the expression needs."""
    guarded: frozenset[str] = frozenset()
    """Those that it can do without: tested with ``is defined``, or with a ``default``."""
    attributes: frozenset[tuple[str, str]] = frozenset()
    """Uses such as ``var.region``: the namespace and the name."""


@lru_cache(maxsize=20_000)
def names_in(text: str) -> Names:
    """Return the names a template uses. Raises ``TemplateError`` when it is none."""
    tree = jinja.syntax_tree(text)
    return Names(
        frozenset(find_undeclared_variables(tree)),
        frozenset(_guarded(tree)),
        frozenset(_attributes(tree)),
    )


def _guarded(tree: nodes.Node) -> Iterator[str]:
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name in _GUARDS and filtered.node is not None:
            yield from _roots(filtered.node)
    for test in tree.find_all(nodes.Test):
        if test.name in _GUARD_TESTS:
            yield from _roots(test.node)


def _roots(node: nodes.Node) -> Iterator[str]:
    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Filter | nodes.Call):
        if node.node is None:
            return
        node = node.node
    if isinstance(node, nodes.Name):
        yield node.name


def _attributes(tree: nodes.Node) -> Iterator[tuple[str, str]]:
    for attribute in tree.find_all(nodes.Getattr):
        if isinstance(attribute.node, nodes.Name) and attribute.node.name in _NAMESPACES:
            yield attribute.node.name, attribute.attr
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.node, nodes.Name) and item.node.name in _NAMESPACES and isinstance(item.arg, nodes.Const):
            yield item.node.name, str(item.arg.value)


def uses(node: Node, *, bare: bool = False) -> Names:
    """Return the names that all expressions in a node use, however deep; broken expressions use none."""
    free: set[str] = set()
    guarded: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    for each in scalars(node):
        text = template_text(each, bare=bare)
        if text is None:
            continue
        try:
            found = names_in(text)
        except TemplateError:
            continue
        free |= found.free
        guarded |= found.guarded
        attributes |= found.attributes
    return Names(frozenset(free), frozenset(guarded), frozenset(attributes))


def check_expressions(node: Node, known: frozenset[str] | None, *, bare: bool = False) -> Iterator[Diagnostic]:
    """Yield what is wrong with the expressions in a node: broken ones, unknown filters and tests.

    With ``known``, also names that are neither in it nor known to every expression.
    """
    for each in scalars(node):
        text = template_text(each, bare=bare)
        if text is None:
            continue
        inner = bare and not is_template(each)
        try:
            found = names_in(text)
            jinja.compiled(text)
        except TemplateError as error:
            yield syntax_diagnostic(error, each, bare=inner)
            continue
        if known is None:
            continue
        for name in sorted(found.free - found.guarded - known - jinja.defined_names()):
            hint = did_you_mean(name, known | jinja.defined_names())
            yield Diagnostic("E402", f"{name!r} is not defined", place_of(each, name, bare=inner), hint=hint)
