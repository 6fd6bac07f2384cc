"""What names expressions use, told from their text alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from runner.diagnostics import Diagnostic
from runner.expand.calls import CALLED
from runner.expand.dialect import STANDARD, Dialect
from runner.expand.quick import JINJA_FILTERS, JINJA_TESTS, Names, quick_names
from runner.expand.render import is_template, template_text, templates_in
from runner.text import Node

if TYPE_CHECKING:  # Jinja is loaded for expressions that are not of the simplest kind
    from jinja2 import nodes
    from jinja2.exceptions import TemplateError

_GUARDS = frozenset({"default", "d", "mandatory", "ternary"})
_GUARD_TESTS = frozenset({"defined", "undefined"})


@lru_cache(maxsize=20_000)
def names_in(text: str) -> Names:
    """Return the names a template uses. Raises Jinja's ``TemplateError`` when it is none."""
    quick = quick_names(text)
    if quick is not None:
        return quick
    from jinja2 import nodes
    from jinja2.meta import find_undeclared_variables

    from runner.expand import jinja

    tree = jinja.syntax_tree(text)
    with jinja.within_limits():
        guarded = tuple(sorted(set(_guarded(tree))))
        filters = tuple(sorted({each.name for each in tree.find_all(nodes.Filter)}))
        tests = tuple(sorted({each.name for each in tree.find_all(nodes.Test)}))
        free = {each.name for each in tree.find_all(nodes.Name) if each.name == "self"}  # no block is there to name
        # This folds what is constant in the tree, so that it comes last.
        free |= {name for name in find_undeclared_variables(tree) if not name.startswith(CALLED)}
        return Names(tuple(sorted(free)), guarded, filters, tests)


def _guarded(tree: nodes.Template) -> Iterator[str]:
    from jinja2 import nodes

    for filtered in tree.find_all(nodes.Filter):
        if filtered.name in _GUARDS and filtered.node is not None:
            yield from _roots(filtered.node)
    for test in tree.find_all(nodes.Test):
        if test.name in _GUARD_TESTS:
            yield from _roots(test.node)
    # What is set in a branch counts as free outside of it.
    given = [each.target for each in tree.find_all(nodes.Assign)]
    given += [each.target for each in tree.find_all(nodes.AssignBlock)]
    for target in given:
        yield from (each.name for each in (target, *target.find_all(nodes.Name)) if isinstance(each, nodes.Name))


def _roots(node: nodes.Node) -> Iterator[str]:
    from jinja2 import nodes

    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Filter | nodes.Call):
        if node.node is None:
            return
        node = node.node
    if isinstance(node, nodes.Name):
        yield node.name


@lru_cache(maxsize=20_000)
def paths_in(text: str, root: str) -> tuple[tuple[str, ...], ...]:
    """Return what a template surely wants of a name: ``("x", "y")`` for ``root.x.y`` and ``root['x'].y``.

    Nothing when it can do without the name, or sets it itself; methods of mappings are left out.
    """
    from jinja2 import nodes

    from runner.expand import jinja

    try:
        if root not in names_in(text).free or root in names_in(text).guarded:
            return ()
        tree = jinja.syntax_tree(text)
    except _template_error():
        return ()
    if any(each.name == root and each.ctx != "load" for each in tree.find_all(nodes.Name)):
        return ()
    found = [_path(each, root) for each in (*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem))]
    return tuple(dict.fromkeys(each for each in found if each and not hasattr(dict, each[-1])))


def _path(node: nodes.Node, root: str) -> tuple[str, ...]:
    """Return the parts of a value that a node goes down; nothing when it begins elsewhere, or depends on values."""
    from jinja2 import nodes

    parts: list[str] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        part = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
        if not isinstance(part, str):
            return ()
        parts.insert(0, part)
        node = node.node
    return tuple(parts) if isinstance(node, nodes.Name) and node.name == root else ()


def undefined_in(node: Node, known: frozenset[str], *, bare: bool = False) -> list[str]:
    """Return the names in a scalar's expression that are not in ``known`` and that it cannot do without."""
    text = template_text(node, bare=bare)
    return [] if text is None else unknown_names(text, known)


def unknown_names(text: str, known: frozenset[str]) -> list[str]:
    """Return the names in a template that are not in ``known`` and that it cannot do without."""
    try:
        found = names_in(text)
    except _template_error():
        return []
    return [name for name in found.free if name not in known and name not in found.guarded]


def _template_error() -> type[TemplateError]:
    from jinja2.exceptions import TemplateError

    return TemplateError


def check_expressions(
    node: Node, known: frozenset[str] | None, dialect: Dialect = STANDARD, *, bare: bool = False
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the expressions in a node: broken ones, unknown filters and tests.

    With ``known``, also names that are neither in it nor known to every expression.
    """
    yield from check_templates(templates_in(node, bare=bare), known, dialect, bare=bare)


def check_templates(
    templates: Iterable[tuple[Node, str]], known: frozenset[str] | None, dialect: Dialect = STANDARD, *,
    bare: bool = False,
) -> Iterator[Diagnostic]:
    """Yield what is wrong with templates, as ``check_expressions`` does for all in a node."""
    for each, text in templates:
        quick = quick_names(text)
        if quick is None or quick.filters or quick.tests:
            problem = _uncompilable(each, text, dialect, bare=bare and not is_template(each))
            if problem is not None:
                yield problem
                continue
        if known is not None:
            yield from _undefined(each, text, known, bare=bare)


@lru_cache(maxsize=4096)
def _helpers_are_known(filters: tuple[str, ...], tests: tuple[str, ...]) -> bool:
    if JINJA_FILTERS.issuperset(filters) and JINJA_TESTS.issuperset(tests):
        return True
    from runner.expand import jinja

    environment = jinja.environment()
    return environment.own("filter").issuperset(filters) and environment.own("test").issuperset(tests)


def _uncompilable(node: Node, text: str, dialect: Dialect, *, bare: bool) -> Diagnostic | None:
    """Return why Jinja cannot compile a template; simple ones can go wrong only by their filters and tests."""
    quick = quick_names(text)
    if quick is not None and _helpers_are_known(quick.filters, quick.tests):
        return None
    from runner.expand import jinja
    from runner.expand.explain import template_diagnostic

    try:
        jinja.compiled(text, dialect, bare=bare)
    except _template_error() as error:
        return template_diagnostic(error, node, dialect, bare=bare)
    return None


def _undefined(node: Node, text: str, known: frozenset[str], *, bare: bool) -> Iterator[Diagnostic]:
    missing = unknown_names(text, known)
    if not missing:
        return
    from runner.expand.explain import unknown_name
    from runner.expand.jinja import defined_names

    for name in missing:
        if name not in defined_names():
            yield unknown_name(name, node, known, bare=bare and not is_template(node))
