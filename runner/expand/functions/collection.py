"""Functions of lists and mappings."""

from __future__ import annotations

from typing import Any

from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.graphemes import graphemes
from runner.expand.functions.types import agree
from runner.expand.functions.values import (
    booleans,
    exact,
    given,
    identity,
    kind,
    mapping,
    number,
    plain,
    sequence,
    text,
    texts,
    tidy,
    whole,
)
from runner.expand.functions.values import distinct as without_duplicates

_MOST_NUMBERS = 1024  # what range gives at most: HCL's limit


@function(booleans)
def alltrue(list_: list[bool | None]) -> bool:
    """Tell whether all elements are true; null is not. An empty list counts as all true."""
    return all(list_)


@function(booleans)
def anytrue(list_: list[bool | None]) -> bool:
    """Tell whether any element is true; null is not."""
    return any(list_)


@function(sequence, whole)
def chunklist(list_: list[Any], size: int) -> list[list[Any]]:
    """Return ``list`` cut into lists of ``size`` elements, the last maybe shorter; one list when ``size`` is 0."""
    elements = agree(list_)
    if size < 0:
        raise Refused(f"it must not be negative, but it is {size}", "size")
    step = size or max(len(elements), 1)
    return [elements[start : start + step] for start in range(0, len(elements), step)]


@function(rest=plain)
def coalesce(*vals: Any) -> Any:
    """Return the first argument that is neither null nor an empty string; all are converted to one type before."""
    if not vals:
        raise Refused("at least one argument is required")
    for each in agree(list(vals), "all arguments must be of one type"):
        if each is not None and each != "":
            return each
    raise Refused("every argument is null or an empty string")


@function(rest=plain)
def coalescelist(*vals: Any) -> list[Any]:
    """Return the first list that has elements."""
    if not vals:
        raise Refused("at least one list is required")
    for each in vals:
        if not isinstance(each, list):
            raise Refused(f"a list is required, not {kind(each)}", "vals")
    full = [each for each in vals if each]
    if not full:
        raise Refused("every list is empty")
    return list(full[0])


@function(texts)
def compact(list_: list[str | None]) -> list[str]:
    """Return the strings of ``list`` that are neither null nor empty."""
    return [each for each in list_ if each]


@function(rest=sequence)
def concat(*seqs: list[Any]) -> list[Any]:
    """Return one list with the elements of all lists."""
    if not seqs:
        raise Refused("at least one list is required")
    return [each for one in seqs for each in one]


@function(sequence, given)
def contains(list_: list[Any], value: Any) -> bool:
    """Tell whether ``value`` is an element of ``list``. Types count: ``"1"`` is not in ``[1]``."""
    return identity(value) in map(identity, list_)


@function(sequence)
def distinct(list_: list[Any]) -> list[Any]:
    """Return ``list`` without repeated elements, in their first order; the elements become of one type."""
    return without_duplicates(agree(list_))


@function(sequence, whole)
def element(list_: list[Any], index: int) -> Any:
    """Return the element at ``index``, from 0; past the end it starts again from the beginning.

    A negative index counts from the end. (Packer crashed on those until its libraries learned to count so.)
    """
    if not list_:
        raise Refused("it must not be empty", "list")
    return list_[index % len(list_)]


@function(sequence)
def flatten(list_: list[Any]) -> list[Any]:
    """Return ``list`` with the elements of lists within it in their place, to any depth."""
    return _flat(list_)


def _flat(values: list[Any]) -> list[Any]:
    result = []
    for each in values:
        result += _flat(each) if isinstance(each, list) else [each]
    return result


@function(sequence, given)
def index(list_: list[Any], value: Any) -> int:
    """Return the place of the first element equal to ``value``, from 0. Types count; no such element is an error.

    As Packer documents it; its releases before 1.7 took ``value`` for an index.
    """
    wanted = identity(value)
    for place, each in enumerate(list_):
        if identity(each) == wanted:
            return place
    raise Refused("the value is not in the list", "value")


@function(mapping)
def keys(input_map: dict[str, Any]) -> list[str]:
    """Return the keys in ascending order."""
    return list(input_map)


@function(given)
def length(value: Any) -> int:
    """Return the number of elements of a list or mapping, or of characters (grapheme clusters) of a string."""
    if isinstance(value, str):
        return len(graphemes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise Refused(f"a string, a list or a mapping is required, not {kind(value)}", "value")


@function(mapping, text, given, optional=1)
def lookup(input_map: dict[str, Any], key: str, default: Any = None) -> Any:
    """Return the value under ``key``, or ``default`` when there is none; without a default that is an error."""
    if key not in input_map and default is None:
        raise Refused(f"there is no key {key!r}, and no default is given", "key")
    return input_map.get(key, default)


@function(sequence, sequence, sequence)
def matchkeys(values_: list[Any], keys_: list[Any], searchset: list[Any]) -> list[Any]:
    """Return those elements of ``values`` whose counterpart in ``keys`` is in ``searchset``."""
    if len(values_) != len(keys_):
        raise Refused(f"there are {len(keys_)} keys for {len(values_)} values", "keys")
    wanted = agree(keys_ + searchset)
    known = set(map(identity, wanted[len(keys_) :]))
    matched = zip(agree(values_), wanted, strict=False)
    return [value for value, key in matched if key is not None and identity(key) in known]


@function(rest=plain)
def merge(*maps: Any) -> dict[str, Any]:
    """Return one mapping with the entries of all; of those with the same key the last stays. Nulls count as empty."""
    result: dict[str, Any] = {}
    for each in maps:
        if each is not None and not isinstance(each, dict):
            raise Refused(f"a mapping is required, not {kind(each)}", "maps")
        result |= each or {}
    return dict(sorted(result.items()))


@function(sequence)
def one(list_: list[Any]) -> Any:
    """Return the only element of ``list``, or null when it is empty; more elements are an error."""
    if len(list_) > 1:
        raise Refused(f"it must have no or one element, but it has {len(list_)}", "list")
    return list_[0] if list_ else None


@function(rest=number)
def range_(*params: float) -> list[float]:
    """Return the numbers from a start (0) up to, but not including, a limit, with a step (1, or -1 downwards).

    ``range(limit)``, ``range(start, limit)`` or ``range(start, limit, step)``; 1024 numbers at most,
    and a million of whole ones where Jinja has the same.
    """
    if not 1 <= len(params) <= 3:  # noqa: PLR2004 - the three forms above
        raise Refused(f"it takes one, two or three arguments, not {len(params)}")
    start, limit = map(exact, params[:2] if len(params) > 1 else (0, params[0]))
    step = exact(params[2]) if len(params) > 2 else exact(1 if start <= limit else -1)  # noqa: PLR2004
    if step and (limit - start) / step < 0:
        msg = f"the step leads {'upwards' if step > 0 else 'downwards'}, the limit is in the other direction"
        raise Refused(msg, "params")
    numbers: list[float] = []
    while start != limit and (start < limit) == (step >= 0):
        if len(numbers) == _MOST_NUMBERS:
            raise Refused(f"there would be more than {_MOST_NUMBERS} numbers; the step is too small")
        numbers.append(tidy(start))
        start += step
    return numbers


@function(sequence)
def reverse(list_: list[Any]) -> list[Any]:
    """Return ``list`` backwards."""
    return list_[::-1]


@function(sequence, whole, whole)
def slice_(list_: list[Any], start_index: int, end_index: int) -> list[Any]:
    """Return the elements from ``start_index`` up to, but not including, ``end_index``; both must be in the list."""
    if not 0 <= start_index <= end_index:
        raise Refused(f"it must be between 0 and the end index {end_index}, but it is {start_index}", "start_index")
    if end_index > len(list_):
        msg = f"it must not be past the end of the list, which has {len(list_)} elements; it is {end_index}"
        raise Refused(msg, "end_index")
    return list_[start_index:end_index]


@function(texts)
def sort(list_: list[str | None]) -> list[str]:
    """Return the strings of ``list`` in ascending order of their code points."""
    if None in list_:
        raise Refused(f"element {list_.index(None)} is null", "list")
    return sorted(each for each in list_ if each is not None)


@function(mapping)
def transpose(values_: dict[str, Any]) -> dict[str, list[str]]:
    """Return a mapping from each string in the lists of ``values`` to the sorted keys of the lists it is in."""
    result: dict[str, set[str]] = {}
    for key, list_ in values_.items():
        try:
            words = texts(list_)
        except Refused as refused:
            raise Refused(f"entry {key!r}: {refused.reason}", "values") from None
        for word in words:
            if word is None:
                raise Refused(f"entry {key!r}: the list must not contain null", "values")
            result.setdefault(word, set()).add(key)
    return {word: sorted(found) for word, found in sorted(result.items())}


@function(mapping)
def values(mapping: dict[str, Any]) -> list[Any]:
    """Return the values in the order of their keys."""
    return list(mapping.values())


@function(texts, sequence)
def zipmap(keys_: list[str | None], values_: list[Any]) -> dict[str, Any]:
    """Return a mapping from each of ``keys`` to its counterpart in ``values``; of equal keys the last stays."""
    if len(keys_) != len(values_):
        raise Refused(f"there are {len(keys_)} keys for {len(values_)} values", "keys")
    if None in keys_:
        raise Refused(f"element {keys_.index(None)} is null", "keys")
    return dict(sorted(dict(zip(map(str, keys_), values_, strict=True)).items()))
