"""The ``tempfile`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.support.attributes import described, done, look
from runner.modules.support.commands import expanded
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_CHOOSE = """
above=${1:-${TMPDIR:-/tmp}}
if [ ! -d "$above" ]; then echo "the directory $above does not exist" >&2; exit 1; fi
mktemp -u "${above%/}/$2XXXXXXXX"
"""
_MAKE = 'umask 077; if [ "$2" = directory ]; then mkdir "$1"; else set -C; : >"$1"; fi'


@options()
class Options:
    """What ``tempfile`` accepts."""

    state: Literal["directory", "file"] = "file"
    """What to make."""
    path: str | None = None
    """Directory in which it is made."""
    prefix: str = "ansible."
    """What its name begins with."""
    suffix: str = ""
    """What its name ends with."""


class Tempfile(Module[Options]):
    """Make a temporary file or directory on the machine."""

    name = "tempfile"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Choose a name that nobody has, and make the file or directory."""
        del facts
        wanted = self.options
        if "/" in wanted.prefix or "/" in wanted.suffix:
            raise Failed("prefix and suffix are parts of a name, which has no / in it")
        (above,) = yield from expanded([wanted.path or ""])
        chosen = yield from done(Ask(("/bin/sh", "-c", _CHOOSE, "sh", above, wanted.prefix)), "no temporary file")
        path = f"{chosen.stdout.strip()}{wanted.suffix}"
        yield from done(Do(("/bin/sh", "-c", _MAKE, "sh", path, wanted.state)), f"{path} cannot be made")
        found = yield from look(path)
        return Outcome({"path": found.path, **described(found.file)}, changed=True)
