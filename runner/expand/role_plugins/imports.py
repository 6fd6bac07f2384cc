"""What plugins find when they import from Ansible, or ``six``: the names that plugins usually take from there.

Only names and behaviour are Ansible's. Plugins see these modules alone: nothing is put into ``sys.modules``.
"""

from __future__ import annotations

import builtins
import logging
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from runner.expand import filters
from runner.expand.filters.error import FilterError
from runner.expand.role_plugins.lookup_base import LookupBase
from runner.sdk.module_utils import common_contents

_log = logging.getLogger(__name__)
_ERRORS = (
    "AnsibleFilterError", "AnsibleFilterTypeError", "AnsibleLookupError", "AnsibleOptionsError", "AnsibleParserError",
    "AnsibleRuntimeError", "AnsibleTypeError", "AnsibleUndefinedVariable", "AnsibleValueError",
)


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


@cache
def _contents() -> Mapping[str, Mapping[str, Any]]:
    """Return module -> what is in it."""
    return {
        **common_contents(),
        "ansible.errors": {"AnsibleError": AnsibleError, **{name: type(name, (AnsibleError,), {}) for name in _ERRORS}},
        "ansible.plugins.filter.core": {},
        "ansible.plugins.filter.mathstuff": {},
        "ansible.plugins.filter.urlsplit": {},
        "ansible.plugins.lookup": {"LookupBase": LookupBase},
        "ansible.utils.display": {"Display": Display},
        "ansible.utils.unsafe_proxy": {"AnsibleUnsafe": str, "AnsibleUnsafeText": str, "wrap_var": lambda value: value},
    }
