"""What code that was written for Ansible finds under ``ansible.module_utils`` and ``six``, whichever end it runs at.

Only names and behaviour are Ansible's. Plugins of roles find it here; modules of roles on the machine, to which this
file is sent: it stands alone, and Python 3.6 is enough for it.
"""

import collections.abc
import configparser
import functools
import http.client
import io
import shlex
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

VERSION = "2.19.0"
"""The version of Ansible that is answered for."""
TRUE = frozenset(("y", "yes", "on", "1", "true", "t", "1.0"))
FALSE = frozenset(("n", "no", "off", "0", "false", "f", "0.0"))


def to_text(value: "Any", encoding: str = "utf-8", errors: "str | None" = None, nonstring: str = "simplerepr") -> "Any":
    """Return a value as text."""
    if isinstance(value, bytes):
        return value.decode(encoding, _handler(errors))
    if isinstance(value, str) or nonstring == "passthru":
        return value
    if nonstring == "strict":
        raise TypeError(f"{value!r} is no text")
    return "" if nonstring == "empty" else str(value)


def to_bytes(
    value: "Any", encoding: str = "utf-8", errors: "str | None" = None, nonstring: str = "simplerepr"
) -> "Any":
    """Return a value as bytes."""
    if isinstance(value, bytes) or (nonstring == "passthru" and not isinstance(value, str)):
        return value
    return to_text(value, nonstring=nonstring).encode(encoding, _handler(errors))


def _handler(errors: "str | None") -> str:
    return "surrogateescape" if errors is None or errors.startswith("surrogate_") else errors


def boolean(value: "Any", strict: bool = True) -> bool:
    """Return whether a value says yes."""
    text = str(value).lower().strip()
    if strict and text not in TRUE and text not in FALSE:
        raise TypeError(f"The value '{value}' is not a valid boolean.")
    return text in TRUE


def is_string(value: "Any") -> bool:
    """Return whether a value is a text."""
    return isinstance(value, (str, bytes))


def is_iterable(value: "Any", include_strings: bool = False) -> bool:
    """Return whether a value can be gone through."""
    return isinstance(value, collections.abc.Iterable) and (include_strings or not is_string(value))


def is_sequence(value: "Any", include_strings: bool = False) -> bool:
    """Return whether a value is a list or its like."""
    return isinstance(value, collections.abc.Sequence) and (include_strings or not is_string(value))


TEXTS = {"to_text": to_text, "to_native": to_text, "to_bytes": to_bytes}


def common_contents() -> "dict[str, dict[str, Any]]":
    """Return module -> what is in it."""
    abstract = {name: getattr(collections.abc, name) for name in collections.abc.__all__}
    six = {
        "PY2": False, "PY3": True, "string_types": (str,), "integer_types": (int,), "class_types": (type,),
        "text_type": str, "binary_type": bytes, "StringIO": io.StringIO, "BytesIO": io.BytesIO,
        "iteritems": lambda mapping: iter(mapping.items()), "iterkeys": lambda mapping: iter(mapping.keys()),
        "itervalues": lambda mapping: iter(mapping.values()), "b": lambda value: value.encode("latin-1"),
        "u": lambda value: value, "with_metaclass": lambda meta, *bases: meta("Base", bases or (object,), {}),
    }
    moves = {
        "configparser": configparser, "urllib": urllib, "http_client": http.client, "reduce": functools.reduce,
        "map": map, "zip": zip, "filter": filter, "range": range, "xrange": range, "input": input,
        "shlex_quote": shlex.quote, "StringIO": io.StringIO,
    }
    return {
        "ansible.module_utils._text": TEXTS,
        "ansible.module_utils.common._collections_compat": abstract,
        "ansible.module_utils.common.collections": {
            **abstract, "is_iterable": is_iterable, "is_sequence": is_sequence, "is_string": is_string,
        },
        "ansible.module_utils.common.text.converters": TEXTS,
        "ansible.module_utils.parsing.convert_bool": {
            "boolean": boolean, "BOOLEANS": TRUE | FALSE, "BOOLEANS_TRUE": TRUE, "BOOLEANS_FALSE": FALSE,
        },
        "ansible.module_utils.six": six,
        "ansible.module_utils.six.moves": moves,
        "ansible.module_utils.six.moves.urllib": dict(vars(urllib)),
        "ansible.module_utils.six.moves.urllib.error": dict(vars(urllib.error)),
        "ansible.module_utils.six.moves.urllib.parse": dict(vars(urllib.parse)),
        "ansible.module_utils.six.moves.urllib.request": dict(vars(urllib.request)),
        "ansible.release": {"__version__": VERSION},
    }
