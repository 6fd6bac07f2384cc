"""Cerberus rules: what they say about a value, and whether they are rules at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from runner.expand.rule_words import words_of
from runner.in_time import in_time

Path = tuple[Any, ...]
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


def apply_rules(name: str, value: Any, rules: Mapping[str, Any]) -> tuple[tuple[Any] | None, list[tuple[Path, str]]]:
    """Return a value as its rules make it (in a tuple, for it may be null), or in what it breaks them.

    A break is the path into the value, and what is wrong there in words that do not repeat the value. Raises
    ``ValueError`` when the rules are none.
    """
    import cerberus

    try:
        validator = validator_class()({name: dict(rules)})
        with in_time():
            valid = validator.validate({name: value})
    except cerberus.SchemaError as error:
        raise ValueError("; ".join(dict.fromkeys(_leaves(error.args[0], name)))) from error
    except (TypeError, RuntimeError) as error:
        raise ValueError(str(error)) from error
    if valid:
        return (validator.document[name],), []
    breaks = [(error, words) for error in validator._errors for error, words in _flat(error)]  # noqa: SLF001 - the errors themselves; .errors is a text for each
    return None, list(dict.fromkeys((tuple(error.document_path[1:]), words) for error, words in breaks))


def _flat(error: Any) -> Iterator[tuple[Any, str]]:
    """Yield the errors that a group of errors consists of, each with its words."""
    if error.is_logic_error:
        parts = [", ".join(words for each in errors for _, words in _flat(each))
                 for errors in error.definitions_errors.values()]
        yield error, words_of(error, [part for part in parts if part])
    elif error.is_group_error:
        for each in error.child_errors:
            yield from _flat(each)
    else:
        yield error, words_of(error, [])


def _leaves(errors: Any, path: str) -> Iterator[str]:
    """Yield what Cerberus says about rules that are none."""
    if isinstance(errors, Mapping):
        for key, inner in errors.items():
            yield from _leaves(inner, str(key))
    elif isinstance(errors, Iterable) and not isinstance(errors, str):
        for each in errors:
            yield from _leaves(each, path)
    else:
        yield f"{path}: {errors}"


def read_boolean(text: str) -> tuple[bool] | None:
    """Return the boolean that a word means, in a tuple; nothing when it means none."""
    word = text.strip().lower()
    return (True,) if word in _TRUE else (False,) if word in _FALSE else None


@cache
def validator_class() -> Any:
    """Return Cerberus' validator with coercions by name: ``coerce: integer`` and the like."""
    import cerberus

    class Validator(cerberus.Validator):  # type: ignore[misc]  # cerberus has no types
        """Cerberus with the coercions that a YAML file can name."""

        def _normalize_coerce_integer(self, value: Any) -> int:
            return int(value)

        _normalize_coerce_int = _normalize_coerce_integer

        def _normalize_coerce_float(self, value: Any) -> float:
            return float(value)

        _normalize_coerce_number = _normalize_coerce_float

        def _normalize_coerce_string(self, value: Any) -> str:
            return str(value)

        _normalize_coerce_str = _normalize_coerce_string

        def _normalize_coerce_boolean(self, value: Any) -> bool:
            found = read_boolean(str(value))
            if found is None:
                raise ValueError("not true or false")
            return found[0]

        _normalize_coerce_bool = _normalize_coerce_boolean

        def _normalize_coerce_list(self, value: Any) -> list[Any]:
            return value if isinstance(value, list) else [value]

        def _normalize_coerce_lower(self, value: Any) -> str:
            return str(value).lower()

        def _normalize_coerce_upper(self, value: Any) -> str:
            return str(value).upper()

        def _normalize_coerce_strip(self, value: Any) -> str:
            return str(value).strip()

    return Validator
