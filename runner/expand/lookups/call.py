"""``lookup(...)`` and ``query(...)`` as expressions call them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from runner.expand import lookups
from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import one_of, settled
from runner.expand.lookups.context import LookupContext


def lookup(
    context: LookupContext, name: str, *terms: Any, wantlist: Any = False, errors: str = "strict", **options: Any
) -> Any:
    """Return what a lookup finds: a single value as it is, several texts joined with commas, else the list.

    ``wantlist`` makes it the list in any case. ``errors``: strict; ignore and warn make a failing lookup null.
    """
    found = _found(context, name, terms, errors, options)
    if found is None or wantlist:
        return found
    if len(found) == 1:
        return found[0]
    return ",".join(found) if found and all(isinstance(each, str) for each in found) else found


def query(context: LookupContext, name: str, *terms: Any, errors: str = "strict", **options: Any) -> list[Any]:
    """Return what a lookup finds, always as a list."""
    options.pop("wantlist", None)
    return _found(context, name, terms, errors, options) or []


def _found(
    context: LookupContext, name: str, terms: Iterable[Any], errors: str, options: dict[str, Any]
) -> list[Any] | None:
    one_of(errors, ("strict", "ignore", "warn"), "errors")
    find = lookups.find(str(name)) or context.others(str(name))
    if find is None:
        from runner.diagnostics import did_you_mean

        hint = did_you_mean(str(name), lookups.names())
        raise FilterError(f"there is no lookup called {name!r}{f'; {hint}' if hint else ''}")
    ready = [_defined(settled(term)) for term in terms]
    try:
        result: list[Any] = find(ready, context=context, **options)
    except FilterError as error:
        if errors == "strict":
            raise
        if errors == "warn":
            context.warn(str(error))
        return None
    return result


def _defined(value: Any) -> Any:
    from jinja2.runtime import Undefined

    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's own way to say what is undefined
    return value
