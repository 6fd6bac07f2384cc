"""What plugins find when they import from Ansible, or ``six``: the names that plugins usually take from there.

Only names and behaviour are Ansible's. Plugins see these modules alone: nothing is put into ``sys.modules``.
"""

from __future__ import annotations

import builtins
import collections.abc
import io
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from runner.expand import filters
from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import truth

_log = logging.getLogger(__name__)
_TRUE = frozenset({"y", "yes", "on", "1", "true", "t", "1.0"})
_FALSE = frozenset({"n", "no", "off", "0", "false", "f", "0.0"})


def importing(
    name: str, globals_: Any = None, locals_: Any = None, fromlist: Iterable[str] = (), level: int = 0
) -> Any:
    """Import a module for a plugin. Raises ``ImportError``."""
    top = name.partition(".")[0]
    ours = top in ("ansible", "ansible_collections") or (top == "six" and find_spec("six") is None)
    if level or not ours:
        return builtins.__import__(name, globals_, locals_, tuple(fromlist or ()), level)
    found = _module(name)
    if not fromlist:
        return _module(top)
    for each in fromlist:
        if each != "*" and not hasattr(found, each):
            setattr(found, each, _inside(name, each))
    return found


def _inside(name: str, each: str) -> Any:
    """Return what a plugin takes from a module: a module in it, or one of the filters in Ansible's own files."""
    if _is_known(f"{name}.{each}"):
        return _module(f"{name}.{each}")
    if name.startswith("ansible.plugins.filter") and (found := filters.find(each)):
        return found
    raise ImportError(f"Ingot has no {each} of {name} for plugins")


def _is_known(name: str) -> bool:
    return any(each == name or each.startswith(f"{name}.") for each in _contents())


@cache
def _module(name: str) -> ModuleType:
    if name.startswith("six"):
        name = f"ansible.module_utils.{name}"
    if not _is_known(name):
        raise ModuleNotFoundError(f"Ingot has no {name} for plugins", name=name)
    module = ModuleType(name)
    module.__path__ = []
    vars(module).update(_contents().get(name, {}))
    for each in _contents():
        if each.startswith(f"{name}."):
            child = each.removeprefix(f"{name}.").partition(".")[0]
            setattr(module, child, _module(f"{name}.{child}"))
    return module


class AnsibleError(FilterError):
    """What plugins raise."""

    def __init__(self, message: Any = "", *_: Any, **__: Any) -> None:
        super().__init__(str(message))
        self.message = str(message)


class Display:
    """Where plugins tell something: the log."""

    def warning(self, message: Any, *_: Any, **__: Any) -> None:
        """Tell what may be wrong."""
        _log.warning("%s", message)

    def display(self, message: Any, *_: Any, **__: Any) -> None:
        """Tell something."""
        _log.info("%s", message)

    def debug(self, message: Any, *_: Any, **__: Any) -> None:
        """Tell what helps to find a mistake."""
        _log.debug("%s", message)

    error = deprecated = warning
    v = vv = vvv = vvvv = vvvvv = debug


def to_text(value: Any, encoding: str = "utf-8", errors: str | None = None, nonstring: str = "simplerepr") -> Any:
    """Return a value as text."""
    if isinstance(value, bytes):
        return value.decode(encoding, _handler(errors))
    return value if isinstance(value, str) else _other(value, nonstring, "", str)


def to_bytes(value: Any, encoding: str = "utf-8", errors: str | None = None, nonstring: str = "simplerepr") -> Any:
    """Return a value as bytes."""
    if isinstance(value, str):
        return value.encode(encoding, _handler(errors))
    return value if isinstance(value, bytes) else _other(value, nonstring, b"", lambda each: str(each).encode())


def _handler(errors: str | None) -> str:
    ours = errors is None or errors.startswith("surrogate_")
    return "surrogateescape" if ours or errors is None else errors


def _other(value: Any, nonstring: str, empty: Any, written: Callable[[Any], Any]) -> Any:
    if nonstring == "passthru":
        return value
    if nonstring == "empty":
        return empty
    if nonstring == "strict":
        raise TypeError(f"{value!r} is no text")
    return written(value)


def boolean(value: Any, strict: bool = True) -> bool:  # noqa: FBT001, FBT002 - as plugins call it
    """Return whether a value says yes."""
    text = str(value).lower().strip()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if strict:
        raise TypeError(f"{value!r} is not a valid boolean")
    return truth(value)


def is_string(value: Any) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str | bytes)


def is_sequence(value: Any, include_strings: bool = False) -> bool:  # noqa: FBT001, FBT002 - as plugins call it
    """Return whether a value is a list or its like."""
    return isinstance(value, collections.abc.Sequence) and (include_strings or not is_string(value))


def is_iterable(value: Any, include_strings: bool = False) -> bool:  # noqa: FBT001, FBT002 - as plugins call it
    """Return whether a value can be gone through."""
    return isinstance(value, collections.abc.Iterable) and (include_strings or not is_string(value))


@cache
def _contents() -> Mapping[str, Mapping[str, Any]]:
    """Return module -> what is in it."""
    kinds = ("AnsibleFilterError", "AnsibleFilterTypeError", "AnsibleOptionsError", "AnsibleParserError",
             "AnsibleRuntimeError", "AnsibleTypeError", "AnsibleUndefinedVariable", "AnsibleValueError")
    errors = {"AnsibleError": AnsibleError, **{name: type(name, (AnsibleError,), {}) for name in kinds}}
    text = {"to_text": to_text, "to_native": to_text, "to_bytes": to_bytes}
    abstract = {name: getattr(collections.abc, name) for name in collections.abc.__all__}
    six = {
        "PY2": False, "PY3": True, "string_types": (str,), "integer_types": (int,), "class_types": (type,),
        "text_type": str, "binary_type": bytes, "StringIO": io.StringIO, "BytesIO": io.BytesIO,
        "iteritems": lambda mapping: iter(mapping.items()), "iterkeys": lambda mapping: iter(mapping.keys()),
        "itervalues": lambda mapping: iter(mapping.values()),
        "u": lambda value: value, "b": lambda value: value.encode("latin-1"),
        "with_metaclass": lambda meta, *bases: meta("Base", bases or (object,), {}),
    }
    import functools
    import urllib.error
    import urllib.parse
    import urllib.request

    moves = {"map": map, "zip": zip, "filter": filter, "range": range, "xrange": range, "input": input,
             "reduce": functools.reduce, "urllib": urllib}
    return {
        "ansible.errors": errors,
        "ansible.module_utils._text": text,
        "ansible.module_utils.common._collections_compat": abstract,
        "ansible.module_utils.common.collections": {
            **abstract, "is_iterable": is_iterable, "is_sequence": is_sequence, "is_string": is_string,
        },
        "ansible.module_utils.common.text.converters": text,
        "ansible.module_utils.parsing.convert_bool": {
            "boolean": boolean, "BOOLEANS_TRUE": _TRUE, "BOOLEANS_FALSE": _FALSE, "BOOLEANS": _TRUE | _FALSE,
        },
        "ansible.module_utils.six": six,
        "ansible.module_utils.six.moves": moves,
        "ansible.module_utils.six.moves.urllib": vars(urllib),
        "ansible.module_utils.six.moves.urllib.parse": vars(urllib.parse),
        "ansible.plugins.filter.core": {},
        "ansible.plugins.filter.mathstuff": {},
        "ansible.plugins.filter.urlsplit": {},
        "ansible.release": {"__version__": "2.19.0"},
        "ansible.utils.display": {"Display": Display},
        "ansible.utils.unsafe_proxy": {"AnsibleUnsafe": str, "AnsibleUnsafeText": str, "wrap_var": lambda value: value},
    }
