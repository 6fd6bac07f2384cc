"""Nodes -> values. Jinja is loaded when the first expression is met."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView
from typing import Any

from runner.diagnostics import Diagnostic
from runner.expand.error import ExpressionError, Late
from runner.expand.quick import quick_names, quick_segments
from runner.expand.scope import MISSING, Scope
from runner.text import Node


class Omit:
    """The value of ``omit``: an option that has it counts as not given."""

    def __repr__(self) -> str:
        return "omit"


OMIT = Omit()
VAULT = "!vault"
"""The tag of encrypted values, and the name of what opens them: no expression can spell it."""


_FINAL = frozenset({str, int, float, bool, type(None)})
_DEEPEST = 50
"""How deep a value may be; one that contains itself is deeper."""


def joined(parts: Iterable[Any]) -> Any:
    """Return what the pieces of a template come to, as in Ansible.

    One piece is the value itself, several are a text; nothing at all is nothing, and so is a piece that is nothing.
    """
    values = [settled(part) for part in parts if part is not None]
    if len(values) > 1:
        return "".join(each if isinstance(each, str) else str(each) for each in values)
    return values[0] if values else None


def text_of(parts: Iterable[Any]) -> str:
    """Return the pieces of a template as a text; nothing is an empty one."""
    return "".join(str(part if type(part) is tuple else settled(part)) for part in parts if part is not None)


def settled(value: Any, depth: int = 0) -> Any:
    """Return a value of an expression as plain data: iterators, views and tuples as lists, without ``omit``."""
    if type(value) in _FINAL or depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        return {key: settled(each, depth + 1) for key, each in value.items() if each is not OMIT}
    if isinstance(value, list | Iterator | KeysView | ValuesView | ItemsView) or type(value) is tuple:
        return [settled(each, depth + 1) for each in value if each is not OMIT]
    return value


def is_template(node: Node) -> bool:
    """Return whether a node is a text with expressions."""
    value = node.value
    if not isinstance(value, str) or "{" not in value or node.tag is not None:
        return False
    return "{{" in value or "{%" in value or "{#" in value


def has_template(node: Node) -> bool:
    """Return whether there is an expression anywhere in a node."""
    value = node.value
    if isinstance(value, dict):
        return any(map(has_template, value.values()))
    if isinstance(value, tuple):
        return any(map(has_template, value))
    return is_template(node)


def is_fixed(node: Node) -> bool:
    """Return whether a node's value is the same in every scope: there is neither an expression nor a tag in it."""
    value = node.value
    if isinstance(value, dict):
        return all(map(is_fixed, value.values()))
    if isinstance(value, tuple):
        return all(map(is_fixed, value))
    return node.tag is None and not is_template(node)


def template_text(node: Node, *, bare: bool = False) -> str | None:
    """Return the template in a scalar: the text itself, or a bare expression in braces."""
    if not isinstance(node.value, str) or node.tag is not None:
        return None
    if is_template(node):
        return node.value
    return f"{{{{ {node.value} }}}}" if bare and node.value.strip() else None


def scalars(node: Node) -> Iterator[Node]:
    """Yield the scalars in a node, however deep."""
    if isinstance(node.value, dict):
        for child in node.value.values():
            yield from scalars(child)
    elif isinstance(node.value, tuple):
        for child in node.value:
            yield from scalars(child)
    else:
        yield node


def templates_in(node: Node, *, bare: bool = False) -> list[tuple[Node, str]]:
    """Return the scalars in a node that are templates, however deep, each with its text (see ``template_text``)."""
    value = node.value
    if isinstance(value, dict | tuple):
        children = value.values() if isinstance(value, dict) else value
        return [each for child in children for each in templates_in(child, bare=bare)]
    if isinstance(value, str) and (bare or "{" in value) and (text := template_text(node, bare=bare)) is not None:
        return [(node, text)]
    return []


def to_node(value: Any, like: Node) -> Node:
    """Return a rendered value as a node at the place of the text it came from."""
    if isinstance(value, dict):
        inner: Any = {key: to_node(each, like.get(key) or like) for key, each in value.items()}
    elif isinstance(value, list | tuple):
        inner = tuple(to_node(each, like) for each in value)
    elif value is None or isinstance(value, str | int | float | bool):
        inner = value
    else:
        inner = str(value)
    return Node(inner, like.span, like.key_span)


def render(node: Node, scope: Scope) -> Any:
    """Return the value of ``node`` in ``scope``.

    Raises ``ExpressionError`` when an expression has no value, ``Late`` when it has none yet.
    """
    value = render_part(node, scope)
    if scope.dialect.rules == "2.19":
        return value
    from runner.expand.reread import plain

    return plain(value)


def render_part(node: Node, scope: Scope) -> Any:
    """Return the value of a node as other expressions see it: a text that is not to be read again is marked as such."""
    value = node.value
    if isinstance(value, dict):
        pairs = ((key, render_part(child, scope)) for key, child in value.items())
        return {key: each for key, each in pairs if each is not OMIT}
    if isinstance(value, tuple):
        return [each for child in value if (each := render_part(child, scope)) is not OMIT]
    if node.tag == VAULT:
        return _opened(node, scope)
    if not is_template(node):
        return value
    assert isinstance(value, str)
    return _evaluated(node, value, scope, bare=False)


def _opened(node: Node, scope: Scope) -> str:
    """Return what an encrypted value holds. Raises ``Late`` where no password is known, or ``ExpressionError``."""
    try:
        open_ = scope.lookup(VAULT)
    except Late:  # a name that is not known
        open_ = MISSING
    if open_ is MISSING:
        raise Late(VAULT, "it is encrypted, and no vault password is given")
    from runner.expand.vault import VaultError

    try:
        found: str = open_(str(node.value))
    except VaultError as error:
        hint = "--vault-password-file FILE gives the password"
        raise ExpressionError(Diagnostic("E410", f"the value cannot be decrypted: {error}", node.span, hint)) from error
    return found


def render_bare(node: Node, scope: Scope) -> Any:
    """Return the value of an expression without braces, as ``when`` has it; a list of them is a conjunction."""
    if isinstance(node.value, tuple):
        for child in node.value:
            if not (value := render_bare(child, scope)):
                return value
        return True
    if not isinstance(node.value, str):
        return node.value
    if is_template(node):
        value = render(node, scope)
        if scope.dialect.rules == "2.19" or not isinstance(value, str):
            return value
        node = Node(value, node.span, node.key_span)  # an expression made by one
    text = template_text(node, bare=True)
    return True if text is None else _evaluated(node, text, scope, bare=True)


def _evaluated(node: Node, text: str, scope: Scope, *, bare: bool) -> Any:
    """Return the value of a template. A line end after it, which block scalars have, is part of a text only."""
    body = text.removesuffix("\n")
    value = _value(node, body, scope, bare=bare)
    return f"{value}\n" if body != text and isinstance(value, str) else value


def _value(node: Node, text: str, scope: Scope, *, bare: bool) -> Any:
    segments = quick_segments(text)
    if segments is not None:
        found = [scope.lookup(part) if is_name else part for is_name, part in segments]
        if not any(each is MISSING for each in found):
            kept = bare or scope.dialect.rules == "2.19"
            if kept or (len(found) == 1 and _is_plain(segments[0][1], found[0], scope)):
                return joined(found)
            from runner.expand.reread import reread

            return reread(found)
    names = quick_names(text)
    late = scope.waits_for(names.first) if names and names.first else None
    if late is not None:
        raise late
    from runner.expand.evaluate import evaluated

    return evaluated(node, text, scope, bare=bare)


def _is_plain(name: str, value: Any, scope: Scope) -> bool:
    """Return whether a name stands for a number or the like that no template gives: alone, it keeps its value."""
    written = scope.where(name)
    return isinstance(value, bool | int | float | None) and (written is None or not is_template(written))
