"""Names for HCL, made of those of a JSON template, which may have any."""

from __future__ import annotations

import re

_NAME = re.compile(r"[^\W\d][\w-]*")


def is_name(text: str) -> bool:
    """Return whether HCL takes a text for a name."""
    return bool(_NAME.fullmatch(text))


def named(text: str, taken: set[str]) -> str:
    """Return the text as a name that is not among ``taken``, and put it there."""
    base = text if is_name(text) else re.sub(r"[^\w-]+", "_", text).strip("_") or "unnamed"
    if not is_name(base):
        base = f"_{base}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name
