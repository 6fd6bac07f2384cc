"""The output of the probe, taken apart."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

Parts = Mapping[str, str]
"""Name of a part -> its lines."""


def parts_of(text: str) -> dict[str, str]:
    r"""Return the parts of the probe's output. Each begins with a line that begins with ``\035``."""
    found: dict[str, str] = {}
    for each in text.split("\x1d")[1:]:
        name, _, content = each.partition("\n")
        found[name] = content
    return found


def lines(parts: Parts, name: str) -> list[str]:
    """Return the lines of a part; none when the machine does not have it."""
    return parts.get(name, "").splitlines()


def first(parts: Parts, name: str, default: str = "") -> str:
    """Return the first line of a part."""
    return next((line.strip() for line in lines(parts, name)), "") or default


def below(parts: Parts, prefix: str) -> dict[str, str]:
    """Return the parts whose name begins with ``prefix``, by what follows it."""
    return {name.removeprefix(prefix): content for name, content in parts.items() if name.startswith(prefix)}


def there(parts: Parts) -> frozenset[str]:
    """Return which of the paths that the probe looks for are there."""
    return frozenset(lines(parts, "there"))


def assignments(parts: Parts, name: str) -> dict[str, str]:
    """Return the variables that a file sets in the notation of the shell, such as ``/etc/os-release``."""
    found: dict[str, str] = {}
    for line in lines(parts, name):
        variable, equals, value = line.strip().partition("=")
        if equals and not variable.startswith("#"):
            try:
                found[variable] = " ".join(shlex.split(value))
            except ValueError:  # a quote that is not closed
                found[variable] = value
    return found


def whole(text: str, default: int = 0) -> int:
    """Return a number that a text begins with."""
    digits = next(iter(text.split(maxsplit=1)), "")
    return int(digits) if digits.isdecimal() else default
