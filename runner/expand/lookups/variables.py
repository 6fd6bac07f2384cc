"""Lookups for variables and the environment."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import StrictUndefined

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import text
from runner.expand.lookups.context import LookupContext

_NONE_GIVEN: Any = object()


def env(terms: list[Any], *, context: LookupContext, default: Any = "") -> list[Any]:
    """Return the values of environment variables; ``default`` for one that is not set."""
    instead = "" if default is None else default
    return [context.environ.get(text(term, "the name of an environment variable"), instead) for term in terms]


def vars_(terms: list[Any], *, context: LookupContext, default: Any = _NONE_GIVEN) -> list[Any]:
    """Return the values of variables; ``default`` for one that does not exist, which is undefined without it."""
    return [_variable(text(term, "the name of a variable"), context, default) for term in terms]


def _variable(name: str, context: LookupContext, default: Any) -> Any:
    if name in context.variables:
        return context.variables[name]
    return StrictUndefined(f"there is no variable {name!r}", name=name) if default is _NONE_GIVEN else default


def varnames(terms: list[Any], *, context: LookupContext) -> list[str]:
    """Return the names of variables that regular expressions match somewhere."""
    found: list[str] = []
    for term in terms:
        try:
            pattern = re.compile(text(term, "a regular expression"))
        except re.error as error:
            raise FilterError(f"{term!r} is not a regular expression: {error}") from error
        found += [name for name in context.variables if pattern.search(name)]
    return found
