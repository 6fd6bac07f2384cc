"""The ``template`` module."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import datetime
from posixpath import basename
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.attributes import look
from runner.modules.support.modes import octal
from runner.modules.support.writing import deliver, extras_of
from runner.sdk import Failed, Find, Look, Module, Outcome, ReadsFile, Render, Seen, Work, options

_SYNTAX = (
    "block_start_string", "block_end_string", "variable_start_string", "variable_end_string", "comment_start_string",
    "comment_end_string", "trim_blocks", "lstrip_blocks",
)
"""The options that are Jinja's own."""


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Render the template; write the result unless it is there."""
        del facts
        wanted = self.options
        path = yield Find(wanted.src, "templates")
        source: Seen | None = None if path is None else (yield Look(path))
        if source is None:
            raise Failed(f"there is no template {wanted.src!r} on this computer")
        if source.kind != "file":
            raise Failed(f"the template {wanted.src} is no file")
        newline = wanted.newline_sequence.replace("\\n", "\n").replace("\\r", "\r")
        settings = {name: getattr(wanted, name) for name in _SYNTAX} | {"newline_sequence": newline}
        text: str = yield Render(path, settings, self._about(source))
        try:
            content = text.encode(wanted.output_encoding)
        except (LookupError, UnicodeEncodeError) as error:
            raise Failed(f"the result cannot be written in {wanted.output_encoding}: {error}") from error
        found = yield from look(
            wanted.dest, wanted, name=basename(path), follow=wanted.follow, digest="sha1", extras=extras_of(wanted)
        )
        mode = octal(source.mode) if wanted.mode == "preserve" else wanted.mode
        changed, values = yield from deliver(
            found, content, wanted, dest=wanted.dest, force=wanted.force, mode=mode
        )
        return Outcome({**values, "src": source.path}, changed=changed)

    def _about(self, source: Seen) -> dict[str, Any]:
        """Return the variables by which a template can tell where it comes from."""
        return {
            "template_host": platform.node(), "template_uid": source.owner, "template_path": self.options.src,
            "template_fullpath": source.path, "template_destpath": self.options.dest,
            "template_mtime": datetime.fromtimestamp(source.mtime).astimezone().replace(tzinfo=None),
            "template_run_date": datetime.now().astimezone().replace(tzinfo=None),
        }
