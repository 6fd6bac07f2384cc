"""Filters between values and their text as JSON or YAML."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, settled, shown, text

_JSON_OPTIONS = frozenset({"allow_nan", "ensure_ascii", "indent", "separators", "skipkeys", "sort_keys"})
_YAML_OPTIONS = frozenset(
    {
        "canonical", "default_flow_style", "default_style", "encoding", "explicit_end", "explicit_start", "indent",
        "line_break", "sort_keys", "tags", "version", "width",
    }
)
_WITHOUT_EFFECT = frozenset({"vault_to_text", "preprocess_unsafe"})
"""Options about Ansible's own kinds of text; values have no such kinds here, so either setting says the same."""


def from_json(value: Any) -> Any:
    """Return the value that a JSON text stands for."""
    try:
        return json.loads(text(value, "JSON as a text"))
    except json.JSONDecodeError as error:
        raise FilterError(f"this is not JSON: {error}") from error


def to_json(value: Any, **options: Any) -> str:
    """Return a value as JSON in one line; options are those of Python's ``json.dumps``."""
    known = _known(options, _JSON_OPTIONS)
    if "separators" in known:
        known["separators"] = tuple(known["separators"])
    return json.dumps(_for_json(value), default=_json_extra, **known)


def to_nice_json(value: Any, indent: Any = 4, sort_keys: Any = True, **options: Any) -> str:  # noqa: FBT002 - by position
    """Return a value as JSON to read: indented, its keys sorted."""
    return to_json(value, indent=indent, sort_keys=sort_keys, **options)


def _known(options: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    for name in options.keys() - known - _WITHOUT_EFFECT:
        raise FilterError(f"there is no option {name!r}; there are {', '.join(sorted(known))}")
    return {name: value for name, value in options.items() if name in known}


def _for_json(value: Any) -> Any:
    """Make texts of a mapping's keys as JSON does, so that keys of several kinds can be sorted."""
    if isinstance(value, Mapping):
        return {_json_key(key): _for_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(each) for each in value]
    return value


def _json_key(key: Any) -> Any:
    if isinstance(key, bool | float | int) or key is None:
        return json.dumps(key)
    return key.isoformat() if isinstance(key, dt.date) else key


def _json_extra(value: Any) -> Any:
    """Return a value that JSON has no notation for as one it has."""
    _require_defined(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, AbstractSet | range):
        return list(value)
    made = settled(value)
    if made is not value:
        return _for_json(made)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    raise TypeError(f"{kind(value)} cannot be written as JSON")


def _require_defined(value: Any) -> None:
    fail = getattr(type(value), "_fail_with_undefined_error", None)
    if fail is not None:
        fail(value)


def from_yaml(value: Any) -> Any:
    """Return the value that a YAML text stands for, read as YAML 1.1; anything but a text is returned as it is."""
    if not isinstance(value, str):
        return value
    import yaml

    try:
        return yaml.load(value, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise FilterError(f"this is not YAML: {_place(error)}") from error


def from_yaml_all(value: Any) -> Any:
    """Return the list of the values that a YAML text with several documents stands for."""
    if value is None:
        return []
    if not isinstance(value, str):
        return value
    import yaml

    try:
        return list(yaml.load_all(value, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise FilterError(f"this is not YAML: {_place(error)}") from error


def _place(error: Any) -> str:
    parts = [part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part]
    mark = getattr(error, "problem_mark", None)
    where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return ", ".join(parts or [str(error)]) + where


def to_yaml(value: Any, default_flow_style: Any = None, **options: Any) -> str:
    """Return a value as YAML; lists and mappings without others inside are written ``[1, 2]`` and ``{a: 1}``.

    Options are those of PyYAML's ``dump``. Aliases are never used: what occurs twice is written twice.
    """
    import yaml

    known = _known(options, _YAML_OPTIONS)
    for name in ("indent", "width"):
        if known.get(name) is not None and not isinstance(known[name], int):
            raise FilterError(f"{name} has to be a whole number, not {shown(known[name])}")
    if isinstance(known.get("version"), list):
        known["version"] = tuple(known["version"])
    try:
        written: Any = yaml.dump(
            value, Dumper=_dumper(), allow_unicode=True, default_flow_style=default_flow_style, **known
        )
    except yaml.YAMLError as error:
        raise FilterError(f"cannot be written as YAML: {error}") from error
    return written if isinstance(written, str) else str(written, "utf-8")


def to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    """Return a value as YAML to read: a line for each entry."""
    return to_yaml(value, indent=indent, **{"default_flow_style": False, **options})


@cache
def _dumper() -> Any:
    """Return PyYAML's safe dumper, taught the other kinds of lists, mappings and texts that occur."""
    import yaml

    class Dumper(yaml.CSafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name is PyYAML's
            return True

    def written(dumper: Any, value: Any) -> Any:
        _require_defined(value)
        made = settled(value)
        if isinstance(made, Mapping):
            return dumper.represent_dict(dict(made))
        if isinstance(made, list | tuple | range | AbstractSet):
            return dumper.represent_list(list(made))
        if isinstance(made, str):
            return dumper.represent_str(str(made))
        raise yaml.representer.RepresenterError(f"{kind(value)} ({shown(value)})")

    for kind_of_set in (set, frozenset):
        Dumper.add_representer(kind_of_set, written)
    Dumper.add_multi_representer(object, written)
    return Dumper
