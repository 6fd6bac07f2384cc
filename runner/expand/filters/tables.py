"""Filters between values and their text as CSV or INI."""

from __future__ import annotations

import configparser
import csv
import io
from collections.abc import Mapping
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, mapping, one_of, text


def from_csv(
    value: Any,
    dialect: str = "excel",
    fieldnames: Any = None,
    delimiter: str | None = None,
    skipinitialspace: Any = None,
    strict: Any = None,
) -> list[dict[Any, Any]]:
    """Return the rows of a CSV text, each as a mapping; the names of the columns are its first row or ``fieldnames``.

    ``dialect`` is excel, excel-tab or unix; the other options change it.
    """
    one_of(dialect, csv.list_dialects(), "dialect")
    changes: dict[str, Any] = {
        name: setting
        for name, setting in (("delimiter", delimiter), ("skipinitialspace", skipinitialspace), ("strict", strict))
        if setting is not None
    }
    try:
        rows = csv.DictReader(io.StringIO(text(value)), fieldnames=fieldnames, dialect=dialect, **changes)
        return list(rows)
    except (csv.Error, TypeError) as error:
        raise FilterError(f"this is not CSV: {error}") from error


class _Ini(configparser.RawConfigParser):
    """Keeps names of options as they are written."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def from_ini(value: Any) -> dict[str, dict[str, Any]]:
    """Return the sections of an INI text, each as a mapping; what ``[DEFAULT]`` sets is in every section."""
    parser = _Ini(interpolation=None)
    try:
        parser.read_string(text(value), source="the text")
    except configparser.Error as error:
        raise FilterError(f"this is not INI: {' '.join(str(error).split())}") from error
    sections: dict[str, dict[str, Any]] = {name: dict(parser[name]) for name in parser.sections()}
    return ({"DEFAULT": dict(parser.defaults())} if parser.defaults() else {}) | sections


def to_ini(value: Any) -> str:
    """Return a mapping of sections, each a mapping, as INI."""
    sections = mapping(value, "a mapping of sections")
    if not sections:
        raise FilterError("a mapping without a section makes no INI text")
    parser = _Ini(interpolation=None)
    for name, entries in sections.items():
        if not isinstance(entries, Mapping):
            raise FilterError(f"section {name!r} is a mapping, not {as_text(entries)!r}")
        for key, each in entries.items():
            if each is None:
                raise FilterError(f"{key!r} in section {name!r} is null, which INI cannot say")
        parser[str(name)] = {str(key): as_text(each) for key, each in entries.items()}
    stream = io.StringIO()
    parser.write(stream)
    return stream.getvalue().removesuffix("\n")
