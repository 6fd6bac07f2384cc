"""The ``lineinfile`` module."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import opened, saved
from runner.modules.support.patterns import compiled, matching
from runner.sdk import Alias, AtMostOne, Failed, Module, Outcome, Work, options


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the file, change its lines, write it back."""
        del facts
        wanted = self.options
        self._check()
        found, former = yield from opened(wanted.path, wanted)
        if wanted.state == "absent":
            if former is None:
                return Outcome({"msg": "file not present", "found": 0, "backup": ""}, changed=False)
            lines = _lines(former)
            with matching("regexp"):
                kept = [line for line in lines if not self._is_it(line)]
            removed = len(lines) - len(kept)
            message = f"{removed} line(s) removed" if removed else ""
            changed, message, backup = yield from saved(found, former, b"".join(kept), wanted, message)
            return Outcome({"msg": message, "found": removed, "backup": backup}, changed=changed)
        if former is None and not wanted.create:
            raise Failed(f"Destination {wanted.path} does not exist !", "write create: true to make it")
        lines = _lines(former or b"")
        message = self._put(lines)
        changed, message, backup = yield from saved(found, former, b"".join(lines), wanted, message)
        return Outcome({"msg": message, "backup": backup}, changed=changed)

    def _check(self) -> None:
        """Refuse options that miss one another. Raises ``Failed``."""
        wanted = self.options
        if wanted.state == "present":
            if wanted.line is None:
                raise Failed("line is required with state=present")
            if wanted.backrefs and wanted.regexp is None:
                raise Failed("regexp is required with backrefs=true")
        elif wanted.line is None and wanted.regexp is None and wanted.search_string is None:
            raise Failed("one of line, search_string, or regexp is required with state=absent")

    def _finder(self) -> Callable[[bytes], Any] | None:
        """Return what tells whether a line is the one that is meant; nothing when only the line itself is given."""
        wanted = self.options
        if wanted.regexp is not None:
            return compiled(wanted.regexp, "regexp").search
        if wanted.search_string is not None:
            text = wanted.search_string.encode()
            return lambda line: text in line
        return None

    def _is_it(self, line: bytes) -> bool:
        """Return whether a line is to be removed."""
        find = self._finder()
        if find is not None:
            return bool(find(line))
        return line.rstrip(b"\r\n") == (self.options.line or "").encode()

    def _put(self, lines: list[bytes]) -> str:
        """Put the line into ``lines``; return what was done, in words."""
        wanted = self.options
        line = (wanted.line or "").encode()
        find = self._finder()
        with matching("regexp"):
            matches = [(number, match) for number, each in enumerate(lines) if find and (match := find(each))]
        if matches:
            number, match = matches[0 if wanted.firstmatch else -1]
            with matching("regexp with line"):
                new = match.expand(line) if wanted.backrefs else line
            return _replaced(lines, number, new if new.endswith(b"\n") else new + b"\n")
        same = [number for number, each in enumerate(lines) if each.rstrip(b"\r\n") == line]
        if same:
            return _replaced(lines, same[-1], line if line.endswith(b"\n") else line + b"\n")
        if wanted.backrefs:
            return ""
        number = self._place(lines)
        if number == len(lines) and lines and not lines[-1].endswith((b"\n", b"\r")):
            lines[-1] += b"\n"
        lines.insert(number, line + b"\n")
        return "line added"

    def _place(self, lines: list[bytes]) -> int:
        """Return before which line a new one goes; the end when no line says otherwise."""
        wanted = self.options
        pattern = wanted.insertbefore if wanted.insertafter is None else wanted.insertafter
        if pattern == "BOF":
            return 0
        if pattern is None or pattern == "EOF":
            return len(lines)
        option = "insertbefore" if wanted.insertafter is None else "insertafter"
        find = compiled(pattern, option).search
        with matching(option):
            numbers = [number for number, each in enumerate(lines) if find(each)]
        if not numbers:
            return len(lines)
        return numbers[0 if wanted.firstmatch else -1] + (wanted.insertafter is not None)


def _lines(content: bytes) -> list[bytes]:
    """Return the lines of a file, each with its line end: only a new line ends one."""
    return io.BytesIO(content).readlines()


def _replaced(lines: list[bytes], number: int, line: bytes) -> str:
    if lines[number] == line:
        return ""
    lines[number] = line
    return "line replaced"
