"""Filters for lists and mappings and the ways between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from jinja2 import pass_environment
from jinja2.runtime import Undefined

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import integer, kind, listed, mapping, one_of, shown

LIST_MERGES = ("replace", "keep", "append", "prepend", "append_rp", "prepend_rp")


def combine(*values: Any, recursive: Any = False, list_merge: str = "replace") -> dict[Any, Any]:
    """Merge mappings, of which later ones win; a list of mappings counts as these.

    ``recursive``: mappings under the same key are merged too. ``list_merge`` says what happens to lists under the
    same key: replace, keep, append, prepend, append_rp and prepend_rp (repeated items are present once, where
    the later list has them).
    """
    one_of(list_merge, LIST_MERGES, "list_merge")
    result: dict[Any, Any] = {}
    for each in _opened(values):
        result = merge(result, each, recursive=bool(recursive), list_merge=list_merge)
    return result


def _opened(values: Iterable[Any]) -> Iterable[Mapping[Any, Any]]:
    for value in values:
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not None:
                yield mapping(each)


def merge(first: Any, second: Any, *, recursive: bool, list_merge: str) -> dict[Any, Any]:
    """Return ``first`` with the entries of ``second``; neither is changed."""
    result = dict(first)
    for key, value in second.items():
        old = result.get(key)
        if recursive and isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = merge(old, value, recursive=True, list_merge=list_merge)
        elif isinstance(old, list | tuple) and isinstance(value, list | tuple):
            result[key] = _merged_lists(list(old), list(value), list_merge)
        else:
            result[key] = value
    return result


def _merged_lists(old: list[Any], new: list[Any], list_merge: str) -> list[Any]:
    match list_merge:
        case "keep":
            return old
        case "append":
            return old + new
        case "prepend":
            return new + old
        case "append_rp":
            return [item for item in old if item not in new] + new
        case "prepend_rp":
            return new + [item for item in old if item not in new]
        case _:
            return new


def dict2items(value: Any, key_name: str = "key", value_name: str = "value") -> list[dict[str, Any]]:
    """Return a mapping as a list with an entry, ``{key: ..., value: ...}``, for each key."""
    return [{key_name: key, value_name: each} for key, each in mapping(value).items()]


def items2dict(value: Any, key_name: str = "key", value_name: str = "value") -> dict[Any, Any]:
    """Return the mapping that a list of entries such as ``{key: ..., value: ...}`` describes."""
    if isinstance(value, str | Mapping):
        raise FilterError(f"a list of mappings is wanted, not {kind(value)}")
    result = {}
    for item in listed(value, "a list of mappings"):
        entry = mapping(item, "a mapping as each item")
        if key_name not in entry or value_name not in entry:
            raise FilterError(f"each item needs {key_name!r} and {value_name!r}, unlike {shown(dict(entry))}")
        result[entry[key_name]] = entry[value_name]
    return result


def flatten(value: Any, levels: Any = None, skip_nulls: Any = True) -> list[Any]:  # noqa: FBT002 - given by position
    """Return a list with the lists in it opened: all of them, or to ``levels``. Nulls are dropped.

    As in Ansible, the texts ``null`` and ``None`` are dropped with them.
    """
    result: list[Any] = []
    for item in listed(value):
        if skip_nulls and (item is None or item in ("None", "null")):
            continue
        if not isinstance(item, list | tuple):
            result.append(item)
        elif levels is None:
            result.extend(flatten(item, None, skip_nulls))
        elif integer(levels, "levels") >= 1:
            result.extend(flatten(item, integer(levels) - 1, skip_nulls))
        else:
            result.append(item)
    return result


def subelements(value: Any, subelements: Any, skip_missing: Any = False) -> list[tuple[Any, Any]]:  # noqa: FBT002 - given by position
    """Return each mapping of a list with each item of a list inside it, as pairs.

    ``subelements`` is the way to the inner list: ``keys`` or ``user.keys``. A mapping without it is an error, or left
    out when ``skip_missing``.
    """
    elements = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(elements, list | tuple):
        raise FilterError(f"a list of mappings is wanted, not {kind(value)}")
    path = subelements.split(".") if isinstance(subelements, str) else listed(subelements, "a key or a list of keys")
    pairs: list[tuple[Any, Any]] = []
    for element in elements:
        inner: Any = element
        for key in path:
            entries = mapping(inner, f"a mapping on the way to {'.'.join(map(str, path))!r}")
            if key not in entries:
                if skip_missing:
                    inner = []
                    break
                raise FilterError(f"there is no {key!r} in {shown(inner)}")
            inner = entries[key]
        if not isinstance(inner, list | tuple):
            raise FilterError(f"{'.'.join(map(str, path))!r} leads to a list, not to {kind(inner)}")
        pairs.extend((element, item) for item in inner)
    return pairs


def rekey_on_member(value: Any, key: Any, duplicates: str = "error") -> dict[Any, Any]:
    """Return a mapping of the mappings in a list (or mapping), each under what it has as ``key``.

    ``duplicates``: what a value that occurs twice is, an error or overwrite.
    """
    one_of(duplicates, ("error", "overwrite"), "duplicates")
    result: MutableMapping[Any, Any] = {}
    if isinstance(value, str):
        raise FilterError("a list of mappings is wanted, not a text")
    for item in value.values() if isinstance(value, Mapping) else listed(value):
        entry = mapping(item, "a mapping as each item")
        if key not in entry:
            raise FilterError(f"there is no {key!r} in {shown(dict(entry))}")
        if entry[key] in result and duplicates == "error":
            raise FilterError(f"{entry[key]!r} occurs twice as {key!r}")
        result[entry[key]] = item
    return dict(result)


@pass_environment
def extract(environment: Any, item: Any, container: Any, morekeys: Any = None) -> Any:
    """Return what a list or mapping has under an index or key; ``morekeys`` go further into that."""
    keys = [item]
    if morekeys is not None:
        keys += morekeys if isinstance(morekeys, list) else [morekeys]
    value = container
    for key in keys:
        if isinstance(value, Undefined):
            break
        value = environment.getitem(value, key)
    return value
