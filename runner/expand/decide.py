"""Decide a condition of which only a part is known: ``wanted and ansible_os_family == 'Debian'``."""

from jinja2 import nodes
from jinja2.exceptions import TemplateError

from runner.expand import jinja
from runner.expand.error import Late
from runner.expand.scope import Scope


def decided(condition: str, scope: Scope) -> bool | None:
    """Return whether a condition without braces holds as far as that is known; nothing when it is not.

    Whatever the rest may come to: a conjunction with one side that is false is false.
    """
    try:
        statement = jinja.syntax_tree(f"{{{{ {condition} }}}}").body[0]
    except (TemplateError, IndexError):
        return None
    whole = isinstance(statement, nodes.Output) and len(statement.nodes) == 1
    return _truth(statement.nodes[0], scope) if isinstance(statement, nodes.Output) and whole else None


def _truth(expression: nodes.Expr, scope: Scope) -> bool | None:
    if isinstance(expression, nodes.And | nodes.Or):
        deciding = isinstance(expression, nodes.Or)
        sides = (_truth(expression.left, scope), _truth(expression.right, scope))
        if deciding in sides:
            return deciding
        return None if None in sides else not deciding
    if isinstance(expression, nodes.Not):
        inner = _truth(expression.node, scope)
        return None if inner is None else not inner
    try:
        value = jinja.evaluate_part(expression, scope)
        return None if isinstance(value, jinja.Undefined) else bool(value)
    except (Late, TemplateError, ArithmeticError, LookupError, OSError, TypeError, ValueError):
        return None  # what fails here may never be reached, or is reported when it is
