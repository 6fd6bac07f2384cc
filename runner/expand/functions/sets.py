"""Functions of sets. A set is a sorted list without duplicates here; any list is taken for the set of its elements."""

from __future__ import annotations

from itertools import chain, product
from typing import Any

from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.types import agree, type_of, unify
from runner.expand.functions.types import convert as to_type
from runner.expand.functions.values import identity, ordered, sequence

_LARGEST = 1_000_000  # combinations; more would only fill the memory


def _alike(*sets: list[Any]) -> list[list[Any]]:
    """Convert the elements of all sets to one type."""
    for each in sets:
        agree(each)
    common = unify(type_of(each) for each in chain(*sets))
    if common is None:
        raise Refused("the elements of all sets must be of one type")
    return [[to_type(each, common) for each in one] for one in sets]


@function(sequence, rest=sequence)
def setintersection(first_set: list[Any], *other_sets: list[Any]) -> list[Any]:
    """Return the elements that all sets have, as a sorted list."""
    first, *others = _alike(first_set, *other_sets)
    known = [{identity(each) for each in other} for other in others]
    return ordered(each for each in first if all(identity(each) in other for other in known))


@function(rest=sequence)
def setproduct(*sets: list[Any]) -> list[list[Any]]:
    """Return all combinations of one element from each of two or more lists, the last list's elements changing fastest.

    Within each list, elements become of one type. Lists keep their order and their duplicates.
    """
    if len(sets) < 2:  # noqa: PLR2004 - a product has two factors
        raise Refused("at least two lists are required")
    count = 1
    for each in sets:
        count *= len(each)
    if count > _LARGEST:
        raise Refused(f"there are {count} combinations; the most that is possible is {_LARGEST}")
    return [list(each) for each in product(*map(agree, sets))]


@function(sequence, sequence)
def setsubtract(a: list[Any], b: list[Any]) -> list[Any]:
    """Return the elements of ``a`` that ``b`` does not have, as a sorted list."""
    first, second = _alike(a, b)
    known = {identity(each) for each in second}
    return ordered(each for each in first if identity(each) not in known)


@function(sequence, rest=sequence)
def setunion(first_set: list[Any], *other_sets: list[Any]) -> list[Any]:
    """Return the elements that any of the sets has, as a sorted list."""
    return ordered(chain(*_alike(first_set, *other_sets)))
