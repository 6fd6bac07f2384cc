"""The arguments of a module, as its specification wants them."""

import json
import os
import re
import shlex
from typing import Any

from runner.sdk.module_utils import boolean

SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}


class Wrong(Exception):  # noqa: N818 - it reads as what it says
    """The arguments do not fit."""


def _of_pairs(text: str) -> "dict[str, Any]":
    """Return what a text says as a mapping: JSON, or ``a=b c=d``. Raises ``Wrong``."""
    if text.lstrip().startswith("{"):
        try:
            return dict(json.loads(text))
        except ValueError:
            raise Wrong("unable to evaluate string as dictionary") from None
    pairs = [each.partition("=") for each in shlex.split(text.replace(",", " "))]
    if not all(equals for _, equals, _ in pairs):
        raise Wrong("dictionary requested, could not parse JSON or key=value")
    return {name: value for name, _, value in pairs}


def _size(text: "Any", *, bits: bool) -> int:
    match = re.match(r"^\s*([0-9.]+)\s*([KMGTP]?)(i?[Bb])?\s*$", str(text).upper().replace("B", "b" if bits else "B"))
    if match is None:
        raise Wrong(f"'{text}' is no size")
    return round(float(match.group(1)) * SIZES[match.group(2)])


def typed(value: "Any", kind: "Any") -> "Any":  # noqa: PLR0911, PLR0912 - one case a kind
    """Return a value as the type that is wanted. Raises ``Wrong``, ``TypeError`` or ``ValueError``."""
    if callable(kind):
        return kind(value)
    if kind == "raw":
        return value
    if kind == "bool":
        return value if isinstance(value, bool) else boolean(value)
    if kind in ("int", "float"):
        if isinstance(value, bool) or (kind == "int" and isinstance(value, float) and not value.is_integer()):
            raise Wrong(f"'{value}' is no {kind}")
        return int(value) if kind == "int" else float(value)
    if kind == "list":
        if isinstance(value, (list, tuple)):
            return list(value)
        if isinstance(value, dict):
            raise Wrong(f"'{value}' is no list")
        return [each.strip() for each in value.split(",")] if isinstance(value, str) else [str(value)]
    if kind == "dict":
        if isinstance(value, str):
            return _of_pairs(value)
        if not isinstance(value, dict):
            raise Wrong(f"'{value}' is no dictionary")
        return value
    if kind in ("json", "jsonarg"):
        return value.strip() if isinstance(value, str) else json.dumps(value)
    if kind in ("bytes", "bits"):
        return _size(value, bits=kind == "bits")
    text = value if isinstance(value, str) else str(value)
    return os.path.expanduser(os.path.expandvars(text)) if kind == "path" else text


class Arguments:
    """Arguments as a specification wants them."""

    def __init__(self, spec: "dict[str, dict[str, Any]]", given: "dict[str, Any]", where: str = "") -> None:
        self.spec = spec
        self.where = where
        self.aliases = {alias: name for name, each in spec.items() for alias in each.get("aliases") or ()}
        self.values = {self.aliases.get(name, name): value for name, value in given.items()}

    def checked(self, rules: "dict[str, Any]", known_by: str) -> "dict[str, Any]":
        """Return all of them. Raises ``Wrong``."""
        unknown = sorted(set(self.values) - set(self.spec))
        if unknown:
            raise Wrong("Unsupported parameters for ({}) module: {}. Supported parameters include: {}.".format(
                known_by, ", ".join(unknown), ", ".join(sorted([*self.spec, *self.aliases]))
            ))
        for name, each in self.spec.items():
            if name not in self.values and each.get("fallback"):
                self._fall_back(name, each["fallback"])
        self._rules(rules, before=True)
        missing = sorted(name for name, each in self.spec.items() if each.get("required") and name not in self.values)
        if missing:
            raise Wrong("missing required arguments: {}{}".format(", ".join(missing), self.where))
        found = {name: self._value(name, each) for name, each in self.spec.items()}
        self.values = {name: value for name, value in found.items() if value is not None}
        self._rules(rules, before=False)
        return found

    def _fall_back(self, name: str, fallback: "Any") -> None:
        function, *rest = fallback
        positional, named = [], {}  # type: list[Any], dict[str, Any]
        for each in rest:
            if isinstance(each, dict):
                named = each
            else:
                positional = each
        try:
            self.values[name] = function(*positional, **named)
        except Exception:  # it says that there is none
            return

    def _value(self, name: str, known: "dict[str, Any]") -> "Any":
        value = self.values.get(name)
        if value is None:
            value = known.get("default")
        if value is None:
            if known.get("apply_defaults") and known.get("options"):
                return Arguments(known["options"], {}).checked(known, name)
            return None
        kind = known.get("type") or "str"
        try:
            value = typed(value, kind)
            if kind == "list" and known.get("elements"):
                value = [self._inside(name, known, typed(each, known["elements"])) for each in value]
        except (TypeError, ValueError, Wrong) as error:
            given = type(value).__name__
            raise Wrong(
                f"argument '{name}' is of type {given} and we were unable to convert to {kind}: {error}"
            ) from error
        if kind == "dict":
            value = self._inside(name, known, value)
        choices = known.get("choices")
        if choices:
            for each in value if isinstance(value, list) else [value]:
                if each not in choices:
                    raise Wrong("value of {} must be one of: {}, got: {}".format(
                        name, ", ".join(map(str, choices)), each
                    ))
        return value

    def _inside(self, name: str, known: "dict[str, Any]", value: "Any") -> "Any":
        if known.get("options") and isinstance(value, dict):
            return Arguments(known["options"], value, f" found in {name}").checked(known, name)
        return value

    def _rules(self, rules: "dict[str, Any]", *, before: bool) -> None:
        there = {name for name, value in self.values.items() if value is not None}
        if before:
            for group in _groups(rules.get("mutually_exclusive")):
                if len(there.intersection(group)) > 1:
                    raise Wrong("parameters are mutually exclusive: {}".format("|".join(group)))
            return
        for group in _groups(rules.get("required_together")):
            if there.intersection(group) and not there.issuperset(group):
                raise Wrong("parameters are required together: {}".format(", ".join(group)))
        for group in _groups(rules.get("required_one_of")):
            if not there.intersection(group):
                raise Wrong("one of the following is required: {}".format(", ".join(group)))
        for name, value, wanted, *one in rules.get("required_if") or ():
            lacking = [each for each in wanted if each not in there]
            enough = not lacking or (one and one[0] and len(lacking) < len(wanted))
            if self.values.get(name) == value and not enough:
                raise Wrong("{} is {} but {} of the following are missing: {}".format(
                    name, value, "any" if one and one[0] else "all", ", ".join(lacking)
                ))
        for name, wanted in (rules.get("required_by") or {}).items():
            lacking = [each for each in ([wanted] if isinstance(wanted, str) else wanted) if each not in there]
            if name in there and lacking:
                raise Wrong("missing parameter(s) required by '{}': {}".format(name, ", ".join(lacking)))


def _groups(given: "Any") -> "list[Any]":
    """Return groups of names; a single one may stand without its list."""
    groups = list(given or ())
    return [groups] if groups and isinstance(groups[0], str) else groups
