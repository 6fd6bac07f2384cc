"""The ``lineinfile`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Edited
from runner.sdk import Alias, AtMostOne, Module, options


@options(
    AtMostOne("regexp", "search_string"),
    AtMostOne("insertafter", "insertbefore"),
    AtMostOne("search_string", "backrefs"),
)
class Options(Edited):
    """What ``lineinfile`` accepts."""

    path: Annotated[str, Alias("dest", "destfile", "name")]
    """Which file."""
    line: Annotated[str | None, Alias("value")] = None
    """The line that is to be there; needed unless state is absent."""
    regexp: Annotated[str | None, Alias("regex")] = None
    """Pattern of the line to replace or, with absent, of all lines to remove."""
    search_string: str | None = None
    """Text within the line to replace or to remove, taken literally."""
    state: Literal["absent", "present"] = "present"
    """Whether the line is to be there."""
    backrefs: bool = False
    r"""Let the line contain references to groups of regexp, such as \1; without a match the file is left
    alone.
    """
    create: bool = False
    """Make the file if there is none."""
    insertafter: str | None = None
    """Pattern of the line after which a new line goes, or EOF."""
    insertbefore: str | None = None
    """Pattern of the line before which a new line goes, or BOF."""
    firstmatch: bool = False
    """Go by the first line that matches insertafter or insertbefore, not the last."""


class Lineinfile(Module[Options]):
    """Have a line in a file, replace the one that matches, or remove lines."""

    name = "lineinfile"
