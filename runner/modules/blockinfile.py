"""The ``blockinfile`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Edited
from runner.sdk import Alias, AtMostOne, Module, options


@options(AtMostOne("insertafter", "insertbefore"))
class Options(Edited):
    """What ``blockinfile`` accepts."""

    path: Annotated[str, Alias("dest", "destfile", "name")]
    """Which file."""
    block: Annotated[str, Alias("content")] = ""
    """The lines; an empty text removes them."""
    state: Literal["absent", "present"] = "present"
    """Whether the lines are to be there."""
    marker: str = "# {mark} ANSIBLE MANAGED BLOCK"
    """How a mark is written; {mark} stands for marker_begin or marker_end."""
    marker_begin: str = "BEGIN"
    """What {mark} stands for above the lines."""
    marker_end: str = "END"
    """What {mark} stands for below the lines."""
    create: bool = False
    """Make the file if there is none."""
    insertafter: str | None = None
    """Pattern of the line after which new lines go, or EOF."""
    insertbefore: str | None = None
    """Pattern of the line before which new lines go, or BOF."""
    append_newline: bool = False
    """Have an empty line below the lines."""
    prepend_newline: bool = False
    """Have an empty line above the lines."""


class Blockinfile(Module[Options]):
    """Have lines in a file, between two marks by which they are found again."""

    name = "blockinfile"
