"""Packer's HCL functions for expressions, under their own names.

Values are plain Python: ``str int float bool None list dict``. HCL's sets are lists here: sorted, without duplicates.
Arguments may be what Jinja makes of literals, tuples included. A bad argument raises ``error.FunctionError``.
Results are those of Packer's newest documented behaviour; a docstring says where Packer's releases differ.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_MODULES = {
    "numeric": "abs ceil floor log max min parseint pow signum sum",
    "text": (
        "chomp endswith format formatlist indent join lower regex regexall regex_replace replace split startswith"
        " strcontains strrev substr title trim trimprefix trimspace trimsuffix upper"
    ),
    "collection": (
        "alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten index keys"
        " length lookup matchkeys merge one range reverse slice sort transpose values zipmap"
    ),
    "sets": "setintersection setproduct setsubtract setunion",
    "encoding": (
        "base64decode base64encode base64gzip csvdecode jsondecode jsonencode textdecodebase64 textencodebase64"
        " urlencode yamldecode yamlencode"
    ),
    "filesystem": (
        "abspath basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset"
        " filesha1 filesha256 filesha512 pathexpand templatefile templatestring"
    ),
    "datetime_": (
        "formatdate legacy_isotime legacy_strftime plantimestamp rfc3339_parse timeadd timecmp timestamp"
        " unix_timestamp_parse"
    ),
    "crypto": "base64sha256 base64sha512 bcrypt md5 rsadecrypt sha1 sha256 sha512",
    "uuid_": "uuidv4 uuidv5",
    "network": "cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "convert": "can convert tobool tolist tomap tonumber toset tostring try",
    "secrets": "aws_secretsmanager aws_secretsmanager_raw consul_key vault",
}
"""Module of this package -> the functions in it."""

_MODULE = {name: module for module, names in _MODULES.items() for name in names.split()}

_CONTEXTUAL = frozenset(
    (
        "abspath file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset filesha1 filesha256"
        " filesha512 pathexpand templatefile templatestring legacy_isotime legacy_strftime plantimestamp timestamp "
        + _MODULES["secrets"]
    ).split()
)


def names() -> frozenset[str]:
    """Return the names of all functions."""
    return frozenset(_MODULE)


def find(name: str) -> Callable[..., Any] | None:
    """Return the function called ``name``, or None; only its own module is imported."""
    module = _MODULE.get(name)
    if module is None:
        return None
    members = vars(import_module(f"{__name__}.{module}"))
    found: Callable[..., Any] = members.get(f"{name}_") or members[name]
    return found


def asks_others(name: str) -> bool:
    """Tell whether the function asks a service: for a secret, of Vault or AWS say."""
    return _MODULE.get(name) == "secrets"


def needs_context(name: str) -> bool:
    """Tell whether the function takes the keyword argument ``context``, a ``context.Context``."""
    return name in _CONTEXTUAL
