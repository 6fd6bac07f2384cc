"""Functions that encode and decode: JSON, YAML, CSV, base64, URLs, character sets."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from runner.expand.functions import yaml_read
from runner.expand.functions.base64_text import decoded, utf8
from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.json_text import json_text
from runner.expand.functions.values import normal, parse_number, plain, text
from runner.expand.functions.yaml_text import yaml_text

_CSV_FIELD = re.compile(r"[^,\n]*")
_CSV_QUOTED = re.compile(r'"((?:[^"]|"")*+)"(?!")')


@function(text)
def base64decode(string: str) -> str:
    """Return the text that ``string`` is the base64 of; it must be UTF-8."""
    return normal(utf8(decoded(string, "string"), "string"))


@function(text)
def base64encode(string: str) -> str:
    """Return ``string``, as UTF-8, in base64."""
    return base64.b64encode(string.encode()).decode()


@function(text)
def base64gzip(string: str) -> str:
    """Return ``string``, as UTF-8, packed by gzip, in base64.

    It unpacks to the same text as Packer's result; the bytes are not the same, for zlib packs otherwise than Go does.
    """
    import gzip

    return base64.b64encode(gzip.compress(string.encode(), mtime=0)).decode()


@function(text)
def csvdecode(string: str) -> list[dict[str, str]]:
    """Return the rows of a CSV text, each a mapping from the names in its first line; all values are strings.

    RFC 4180: commas, double quotes around what contains them, two quotes for one.
    """
    rows = _csv_rows(string)
    if not rows:
        raise Refused("a first line with the names of the columns is missing", "string")
    header = rows[0][1]
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise Refused(f"two columns are called {twice[0]!r}", "string")
    for line, row in rows:
        if len(row) != len(header):
            raise Refused(f"line {line} has {len(row)} fields, the first one has {len(header)}", "string")
    return [dict(sorted(zip(header, row, strict=True))) for _, row in rows[1:]]


def _csv_rows(source: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, each with the number of its first line."""
    source = source.replace("\r\n", "\n").removesuffix("\r")
    rows: list[tuple[int, list[str]]] = []
    position, line = 0, 1
    while position < len(source):
        start = position
        if source[position] == "\n":
            position += 1
        else:
            row, position = _csv_row(source, position, line)
            rows.append((line, row))
        line += source.count("\n", start, position)
    return rows


def _csv_row(source: str, position: int, line: int) -> tuple[list[str], int]:
    """Return the fields of the row that starts at ``position``, and where the next one starts."""
    row: list[str] = []
    while True:
        field, position = _csv_field(source, position, line)
        row.append(field)
        position += 1
        if source[position - 1 : position] != ",":
            return row, position


def _csv_field(source: str, start: int, line: int) -> tuple[str, int]:
    """Return the field that starts at ``start``, and where it ends."""
    if source[start : start + 1] != '"':
        match = _CSV_FIELD.match(source, start)
        assert match is not None
        if '"' in match[0]:
            raise Refused(f"line {line}: a quote stands in a field that does not start with one", "string")
        return match[0], match.end()
    match = _CSV_QUOTED.match(source, start)
    if match is None:
        raise Refused(f"line {line}: a quote is not closed", "string")
    if source[match.end() : match.end() + 1] not in ("", ",", "\n"):
        raise Refused(f"line {line}: after a closing quote, a comma or a new line must follow", "string")
    return match[1].replace('""', '"'), match.end()


@function(text)
def jsondecode(string: str) -> Any:
    """Return the value that the JSON text ``string`` denotes. Of equal keys, the last one's value stays."""
    try:
        return plain(_repaired(json.loads(string, parse_float=parse_number, parse_constant=_no_constant)))
    except RecursionError:
        raise Refused("it is nested too deeply", "string") from None
    except (ValueError, ArithmeticError) as error:
        reason = error.reason if isinstance(error, Refused) else str(error)
        raise Refused(f"it is no valid JSON: {reason}", "string") from None


def _no_constant(name: str) -> None:
    raise Refused(f"{name} is no JSON")


def _repaired(value: Any) -> Any:
    """Replace halves of characters (lone surrogates), which no text may contain, as Go does."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_repaired(each) for each in value]
    return {_repaired(key): _repaired(each) for key, each in value.items()} if isinstance(value, dict) else value


@function(plain)
def jsonencode(val: Any) -> str:
    r"""Return ``val`` as JSON, without spaces, with sorted keys and ``< > &`` as ``\u003c \u003e \u0026``.

    Null is accepted, as in current Packer; 1.6 refused it.
    """
    return json_text(val)


@function(text, text)
def textdecodebase64(source: str, encoding: str) -> str:
    """Return the text whose base64 ``source`` is, in the character encoding of that IANA name (such as UTF-16LE)."""
    from runner.expand.functions.charsets import decode

    return normal(decode(decoded(source, "source"), encoding))


@function(text, text)
def textencodebase64(string: str, encoding: str) -> str:
    """Return ``string`` in the character encoding of that IANA name (such as UTF-16LE), in base64."""
    from runner.expand.functions.charsets import encode

    return base64.b64encode(encode(string, encoding)).decode()


@function(text)
def urlencode(string: str) -> str:
    """Return ``string`` as it must stand in a URL's query: UTF-8, ``%`` and two digits, ``+`` for a space."""
    from urllib.parse import quote_plus

    return quote_plus(string)


@function(text)
def yamldecode(src: str) -> Any:
    """Return the value that the YAML text ``src`` denotes: one document, of YAML 1.2 with 1.1's words for booleans.

    Numbers, booleans (also ``yes no on off y n``), null and times are recognised; times become strings in RFC 3339's
    notation. Merging one mapping with ``<<`` works. Tags other than ``!!str int float bool null timestamp binary map
    seq`` are errors, and so are keys that are no scalars.
    """
    return yaml_read.read(src)


@function(plain)
def yamlencode(value: Any) -> str:
    """Return ``value`` as YAML: block style, keys sorted and in double quotes, text of several lines as ``|``."""
    return yaml_text(value)
