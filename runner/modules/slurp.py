"""The ``slurp`` module."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.support.attributes import look
from runner.sdk import Alias, Failed, Get, Module, Outcome, Work, options


@options()
class Options:
    """What ``slurp`` accepts."""

    src: Annotated[str, Alias("path")]
    """Which file."""


class Slurp(Module[Options]):
    """Read a file on the machine into a variable, encoded in base 64."""

    name = "slurp"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the file."""
        del facts
        found = yield from look(self.options.src, follow=True, extras=("content",))
        if found.file.kind == "directory":
            raise Failed(f"Source is a directory and must be a file: {self.options.src}")
        content = found.content
        if content is None:
            content = yield Get(found.path)
        if content is None:
            raise Failed(f"File not found: {self.options.src}")
        values = {"content": b64encode(content).decode(), "encoding": "base64", "source": self.options.src}
        return Outcome(values, changed=False)
