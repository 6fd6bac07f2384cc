"""Tests for versions, and the orders there are of them.

- loose: parts of digits and of letters, compared one after the other; what Python's distutils called a loose version.
- strict: two or three numbers, then perhaps ``a`` or ``b`` and a number; distutils' strict version.
- semver (semantic): Semantic Versioning 2.0.0.
- pep440: Python's own versions.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, one_of, shown

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "=": operator.eq, "eq": operator.eq,
    "!=": operator.ne, "<>": operator.ne, "ne": operator.ne,
    "<": operator.lt, "lt": operator.lt, "<=": operator.le, "le": operator.le,
    ">": operator.gt, "gt": operator.gt, ">=": operator.ge, "ge": operator.ge,
}  # fmt: skip
_LOOSE_PARTS = re.compile(r"\d+|[a-z]+|[^\d.a-z]+", re.ASCII)
_STRICT = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?", re.ASCII)
_SEMANTIC = re.compile(
    r"(?P<core>(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2})"
    r"(?:-(?P<pre>(?:0|[1-9]\d*|\d*[a-z-][\da-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][\da-z-]*))*))?"
    r"(?:\+[\da-z-]+(?:\.[\da-z-]+)*)?",
    re.ASCII | re.IGNORECASE,
)


def loose(version: str) -> list[int | str]:
    """Return a version's parts, numbers as numbers: ``1.10rc1`` is ``[1, 10, "rc", 1]``."""
    return [int(part) if part.isdigit() else part for part in _LOOSE_PARTS.findall(version)]


def strict(version: str) -> tuple[Any, ...]:
    """Return what a strict version is ordered by. Raises ``FilterError`` when it is none."""
    match = _STRICT.fullmatch(version)
    if match is None:
        raise FilterError(f"{version!r} is not a strict version such as 1.2, 1.2.3 or 1.2b1")
    major, minor, patch, stage, number = match.groups()
    return int(major), int(minor), int(patch or 0), stage or "final", int(number or 0)


def semantic(version: str) -> tuple[Any, ...]:
    """Return what a semantic version is ordered by. Raises ``FilterError`` when it is none."""
    match = _SEMANTIC.fullmatch(version)
    if match is None:
        raise FilterError(f"{version!r} is not a semantic version such as 1.2.3 or 1.2.3-rc.1")
    core = tuple(int(part) for part in match["core"].split("."))
    if match["pre"] is None:
        return core, 1, ()
    before = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in match["pre"].split("."))
    return core, 0, before


def pep440(version: str) -> Any:
    """Return a version of Python's kind. Raises ``FilterError`` when it is none."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version)
    except InvalidVersion:
        raise FilterError(f"{version!r} is not a version as PEP 440 has it, such as 1.2.3 or 1.2rc1") from None


_KINDS: dict[str, Callable[[str], Any]] = {
    "loose": loose, "strict": strict, "semver": semantic, "semantic": semantic, "pep440": pep440,
}  # fmt: skip


def version(
    value: Any,
    version: Any,
    operator: str = "eq",
    strict: Any = None,
    version_type: str | None = None,
) -> bool:
    """Compare two versions; ``operator`` is one of ``== != < <= > >=`` or eq, ne, lt, le, gt, ge.

    ``version_type`` is loose (unless given), strict, semver (semantic) or pep440; ``strict: true`` is the second.
    """
    if value is None or value == "" or version is None or version == "":
        raise FilterError("a version is empty")
    if strict is not None and version_type is not None:
        raise FilterError("strict and version_type cannot both be given; leave out strict")
    compare = _OPERATORS[one_of(operator, _OPERATORS, "operator")]
    read = _KINDS[one_of(version_type or ("strict" if strict else "loose"), _KINDS, "version_type")]
    try:
        return compare(read(as_text(value)), read(as_text(version)))
    except TypeError:
        raise FilterError(
            f"{shown(value)} and {shown(version)} cannot be compared: a number stands where the other has letters"
        ) from None


version_compare = version
