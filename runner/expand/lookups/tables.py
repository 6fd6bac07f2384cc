"""Lookups for values in CSV, INI and properties files."""

from __future__ import annotations

import configparser
import csv
import io
import re
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import integer, one_of, text, truth
from runner.expand.lookups.context import LookupContext
from runner.expand.lookups.search import contents
from runner.expand.lookups.terms import parse_term


def csvfile(  # noqa: PLR0913 - these are the lookup's options
    terms: list[Any],
    *,
    context: LookupContext,
    file: Any = "ansible.csv",
    delimiter: Any = "TAB",
    col: Any = 1,
    keycol: Any = 0,
    default: Any = None,
    encoding: str = "utf-8",
) -> list[Any]:
    """Return what rows of a CSV file have in column ``col``; a term is what such a row has in ``keycol``.

    Columns are counted from zero. Where there is no such row: ``default``, or nothing without one.
    """
    given = {"file": file, "delimiter": delimiter, "col": col, "keycol": keycol, "default": default,
             "encoding": encoding}  # fmt: skip
    found: list[Any] = []
    for term in terms:
        key, options = parse_term(term, given)
        value = _cell(key, options, context)
        if value is None:
            value = options["default"]
        found += [] if value is None else [value]
    return found


def _cell(key: str, options: dict[str, Any], context: LookupContext) -> str | None:
    column, key_column = integer(options["col"], "col"), integer(options["keycol"], "keycol")
    delimiter = "\t" if options["delimiter"] == "TAB" else text(options["delimiter"])
    rows = csv.reader(io.StringIO(_decoded(options, context)), delimiter=delimiter)
    try:
        for row in rows:
            if len(row) > key_column and row[key_column] == key:
                if not -len(row) <= column < len(row):
                    raise FilterError(f"the row of {key!r} has no column {column}")
                return row[column]
    except csv.Error as error:
        raise FilterError(f"{options['file']} is not CSV: {error}") from error
    return None


def _decoded(options: dict[str, Any], context: LookupContext) -> str:
    """Return the text of a file that is written in ``encoding``."""
    data = contents(options["file"], context).encode("utf-8", "surrogateescape")
    return data.decode(options["encoding"])


def ini(  # noqa: PLR0913 - these are the lookup's options
    terms: list[Any],
    *,
    context: LookupContext,
    file: Any = "ansible.ini",
    section: Any = "global",
    type: Any = "ini",  # noqa: A002 - the option's name
    default: Any = "",
    re: Any = False,
    case_sensitive: Any = False,
    allow_no_value: Any = False,
    interpolation: Any = True,
    encoding: str = "utf-8",
) -> list[Any]:
    """Return the values that keys have in a ``section`` of an INI file, or in a properties file (``type``).

    With ``re`` a term is a regular expression that keys begin with. ``default`` is the value of a key there is not.
    """
    given = {"file": file, "section": section, "type": type, "default": default, "re": re,
             "case_sensitive": case_sensitive, "allow_no_value": allow_no_value, "interpolation": interpolation,
             "encoding": encoding}  # fmt: skip
    found: list[Any] = []
    for term in terms:
        key, options = parse_term(term, given)
        found += _values(key, options, context)
    return found


def _values(key: str, options: dict[str, Any], context: LookupContext) -> list[Any]:
    properties = one_of(options["type"], ("ini", "properties"), "type") == "properties"
    section = "java_properties" if properties else text(options["section"], "the name of a section")
    source = _decoded(options, context)
    parser = _parser(options)
    try:
        parser.read_string(f"[{section}]\n{source}" if properties else source)
        if not parser.has_section(section):
            raise FilterError(f"there is no section {section!r} in {options['file']}")
        if truth(options["re"]):
            return [value for name, value in parser.items(section) if re.match(key, name)]
        return [parser.get(section, key, fallback=options["default"])]
    except configparser.Error as error:
        raise FilterError(f"{options['file']} cannot be used: {' '.join(str(error).split())}") from error


def _parser(options: dict[str, Any]) -> configparser.RawConfigParser:
    kind = configparser.ConfigParser if truth(options["interpolation"]) else configparser.RawConfigParser
    parser = kind(allow_no_value=truth(options["allow_no_value"]))
    if truth(options["case_sensitive"]):
        parser.optionxform = str  # type: ignore[assignment,method-assign] # the documented way to keep case
    return parser
