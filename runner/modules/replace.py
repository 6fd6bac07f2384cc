"""The ``replace`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import Edited
from runner.sdk import Alias, Module, options


@options()
class Options(Edited):
    """What ``replace`` accepts."""

    path: Annotated[str, Alias("dest", "destfile", "name")]
    """Which file."""
    regexp: str
    """Regular expression; ^ and $ match at the ends of lines."""
    replace: str = ""
    r"""What takes the place of a match; \1 stands for the pattern's first group."""
    after: str | None = None
    """Pattern; only what follows its first match is looked at."""
    before: str | None = None
    """Pattern; only what precedes its first match is looked at."""
    encoding: str = "utf-8"
    """Encoding of the file."""


class Replace(Module[Options]):
    """Replace every text in a file that matches a pattern."""

    name = "replace"
