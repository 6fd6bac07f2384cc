"""Languages that texts are written in: what JSON Schema calls their format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

_GO_FIELD = re.compile(r"\{\{-?\s*\.\w[^{}]*\}\}")


class Fault(NamedTuple):
    """What is wrong in a text."""

    message: str
    part: str
    """The part of the text that is meant, where it first stands in it."""
    hint: str


def fault(name: str, text: str) -> Fault | None:
    """Return what is wrong in a text of the format ``name``; nothing of one that has expressions."""
    return FORMATS[name](text) if name in FORMATS else None


def _boot_command(text: str) -> Fault | None:
    if "<" not in text or re.search(r"\{\{|\{%", _GO_FIELD.sub("", text)):
        return None
    from runner.sdk.keys import UnknownKey, strokes

    try:
        list(strokes(text))
    except UnknownKey as error:
        return Fault(str(error), text[error.start : error.end], error.hint)
    return None


FORMATS: Mapping[str, Callable[[str], Fault | None]] = {"boot-command": _boot_command}
"""What is known of them."""
