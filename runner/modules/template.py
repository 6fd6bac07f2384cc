"""The ``template`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Edited
from runner.sdk import Module, ReadsFile, options


@options()
class Options(Edited):
    """What ``template`` accepts."""

    src: Annotated[str, ReadsFile("templates")]
    """Template on this computer, in UTF-8."""
    dest: str
    """Where the result goes on the machine."""
    block_start_string: str = "{%"
    """What begins a statement in the template."""
    block_end_string: str = "%}"
    """What ends a statement."""
    variable_start_string: str = "{{"
    """What begins an expression."""
    variable_end_string: str = "}}"
    """What ends an expression."""
    comment_start_string: str = "{#"
    """What begins a comment."""
    comment_end_string: str = "#}"
    """What ends a comment."""
    trim_blocks: bool = True
    """Drop the new line that follows a statement."""
    lstrip_blocks: bool = False
    """Drop blanks in front of a statement that begins its line."""
    newline_sequence: Literal["\\n", "\\r", "\\r\\n", "\n", "\r", "\r\n"] = "\n"
    """How lines end in the result."""
    output_encoding: str = "utf-8"
    """Encoding of the result."""
    follow: bool = False
    """Write to what a symbolic link at the destination points to."""
    force: bool = True
    """Write over a file that is there with other content."""


class Template(Module[Options]):
    """Fill in a Jinja template and put the result on the machine."""

    name = "template"
