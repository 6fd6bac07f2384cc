"""Lookups that arrange lists and mappings; loops such as ``with_nested`` are made of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

from runner.expand.filters.collections_ import dict2items
from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, listed, mapping, shown, truth
from runner.expand.lookups.context import LookupContext


def _flat(values: Any) -> list[Any]:
    """Return a list with the lists in it opened, one level deep."""
    return [item for value in values for item in (value if isinstance(value, list | tuple) else [value])]


def items(terms: list[Any], *, context: LookupContext) -> list[Any]:  # noqa: ARG001 - all lookups are called alike
    """Return the terms; lists among them are opened, one level deep."""
    return _flat(terms)


def list_(terms: list[Any], *, context: LookupContext) -> list[Any]:  # noqa: ARG001 - all lookups are called alike
    """Return the terms as they are."""
    return list(terms)


def flattened(terms: list[Any], *, context: LookupContext) -> list[Any]:
    """Return the terms with all lists in them opened."""
    found: list[Any] = []
    for term in terms:
        found += flattened(list(term), context=context) if isinstance(term, list | tuple) else [term]
    return found


def dict_(terms: list[Any], *, context: LookupContext) -> list[dict[str, Any]]:  # noqa: ARG001 - all lookups are called alike
    """Return the entries of mappings, each as ``{key: ..., value: ...}``."""
    return [entry for term in terms for entry in dict2items(term)]


def nested(terms: list[Any], *, context: LookupContext) -> list[list[Any]]:  # noqa: ARG001 - all lookups are called alike
    """Return every way to take one item of each list."""
    if not terms:
        raise FilterError("at least one list is wanted")
    return [_flat(each) for each in itertools.product(*(listed(term) for term in terms))]


cartesian = nested


def together(terms: list[Any], *, context: LookupContext) -> list[list[Any]]:  # noqa: ARG001 - all lookups are called alike
    """Return the items of lists put together, first with first; null where a list is too short."""
    if not terms:
        raise FilterError("at least one list is wanted")
    return [_flat(each) for each in itertools.zip_longest(*(listed(term) for term in terms))]


def indexed_items(terms: list[Any], *, context: LookupContext) -> list[list[Any]]:  # noqa: ARG001 - all lookups are called alike
    """Return the items of lists, each with its number, counted from zero."""
    return [[index, item] for index, item in enumerate(_flat(terms))]


def random_choice(terms: list[Any], *, context: LookupContext) -> list[Any]:  # noqa: ARG001 - all lookups are called alike
    """Return one of the terms, at random."""
    return [random.SystemRandom().choice(terms)] if terms else []


def subelements(terms: list[Any], *, context: LookupContext) -> list[list[Any]]:  # noqa: ARG001 - all lookups are called alike
    """Return each mapping of a list with each item of a list inside it, as pairs; the inner list is left out.

    Terms: the list (or mapping) of mappings; the way to the inner list, ``users.keys``; perhaps flags,
    ``{skip_missing: true}``. Mappings with a true ``skipped`` are left out.
    """
    if len(terms) not in (2, 3):
        raise FilterError(f"two or three terms are wanted (a list, a key, perhaps flags), not {len(terms)}")
    elements, way, *flags = terms
    skip_missing = truth(mapping(flags[0], "flags as a mapping").get("skip_missing")) if flags else False
    path = str(way).split(".")
    values = elements.values() if isinstance(elements, Mapping) else elements
    if not isinstance(elements, Mapping | list | tuple):
        raise FilterError(f"a list of mappings is wanted, not {kind(elements)}")
    pairs: list[list[Any]] = []
    for element in values:
        entry = mapping(element, "a mapping as each item")
        if truth(entry.get("skipped")):
            continue
        inner = _at(entry, path)
        if inner is None and skip_missing:
            continue
        if not isinstance(inner, list | tuple):
            raise FilterError(f"{way!r} leads to a list in each mapping, unlike in {shown(dict(entry))}")
        pairs += [[_without(entry, path), item] for item in inner]
    return pairs


def _at(entry: Mapping[Any, Any], path: list[str]) -> Any:
    value: Any = entry
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _without(entry: Mapping[Any, Any], path: list[str]) -> dict[Any, Any]:
    """Return a mapping without what is at the end of a path."""
    first, *rest = path
    if not rest:
        return {key: value for key, value in entry.items() if key != first}
    return {key: _without(value, rest) if key == first else value for key, value in entry.items()}
