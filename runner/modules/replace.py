"""The ``replace`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.shared import Edited
from runner.modules.support.editing import missing, opened, saved
from runner.modules.support.patterns import matching
from runner.sdk import Alias, Failed, Module, Outcome, Work, options


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the file, replace what matches, write it back."""
        del facts
        wanted = self.options
        found, former = yield from opened(wanted.path, wanted)
        if former is None:
            raise missing(wanted.path)
        try:
            text = former.decode(wanted.encoding)
            with matching("after or before"):
                start, end = self._section(text)
            if start < 0:
                message = f"Pattern for before/after params did not match the given file: {self._around()}"
                return Outcome({"msg": message, "rc": 0}, changed=False)
            with matching("regexp with replace"):
                new, count = re.subn(wanted.regexp, wanted.replace, text[start:end], flags=re.MULTILINE)
            content = (text[:start] + new + text[end:]).encode(wanted.encoding)
        except (LookupError, UnicodeError) as error:
            raise Failed(f"{wanted.path} is not written in {wanted.encoding}: {error}") from error
        message = f"{count} replacements made" if content != former else ""
        changed, message, backup = yield from saved(found, former, content, wanted, message)
        return Outcome({"msg": message, "rc": 0, **({"backup_file": backup} if backup else {})}, changed=changed)

    def _section(self, text: str) -> tuple[int, int]:
        """Return where the part begins and ends that is looked at; the beginning is -1 when there is none."""
        if not self._around():
            return 0, len(text)
        match = re.search(self._around(), text, re.DOTALL)
        return match.span("subsection") if match else (-1, -1)

    def _around(self) -> str:
        """Return the pattern of the part that is looked at; empty when that is the whole file."""
        wanted = self.options
        after, before = wanted.after or "", wanted.before or ""
        if after and before:
            return f"{after}(?P<subsection>.*?){before}"
        return f"{after}(?P<subsection>.*)" if after else f"(?P<subsection>.*){before}" if before else ""
