"""The ``blockinfile`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import missing, opened, saved
from runner.modules.support.patterns import compiled, matching
from runner.sdk import Alias, AtMostOne, Module, Outcome, Work, options


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the file, change the block, write it back."""
        del facts
        wanted = self.options
        found, former = yield from opened(wanted.path, wanted)
        if former is None and not wanted.create:
            raise missing(wanted.path)
        block = wanted.block if wanted.state == "present" else ""
        lines = (former or b"").splitlines(keepends=True)
        message = self._put(lines, block.encode())
        changed, message, backup = yield from saved(
            found, former, b"".join(lines), wanted, "File created" if former is None else message
        )
        return Outcome({"msg": message, **({"backup_file": backup} if backup else {})}, changed=changed)

    def _put(self, lines: list[bytes], block: bytes) -> str:
        """Put the block into ``lines``, or remove it if it is empty; return what was done, in words."""
        before, wanted = b"".join(lines), self.options
        begin, end = (self._mark(each) for each in (wanted.marker_begin, wanted.marker_end))
        place = _removed(lines, begin, end)
        if not block:
            return "Block removed" if place is not None else ""
        if place is None:
            place = self._place(lines)
        if place > 0 and not lines[place - 1].endswith(b"\n"):
            lines[place - 1] += b"\n"
        new = [begin + b"\n", block if block.endswith(b"\n") else block + b"\n", end + b"\n"]
        if wanted.prepend_newline and place > 0 and lines[place - 1].strip():
            new.insert(0, b"\n")
        if wanted.append_newline and place < len(lines) and lines[place].strip():
            new.append(b"\n")
        lines[place:place] = new
        return "Block inserted" if b"".join(lines) != before else ""

    def _mark(self, word: str) -> bytes:
        return self.options.marker.replace("{mark}", word).encode()

    def _place(self, lines: list[bytes]) -> int:
        """Return before which line a new block goes: the end when no line says otherwise."""
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
        return numbers[-1] + (wanted.insertafter is not None) if numbers else len(lines)


def _removed(lines: list[bytes], begin: bytes, end: bytes) -> int | None:
    """Remove a block and its marks; return where it was, nothing when it was not there."""
    first = last = None
    for number, line in enumerate(lines):
        if line.rstrip(b"\r\n") == begin:
            first = number
        if line.rstrip(b"\r\n") == end:
            last = number
    if first is None or last is None:
        return None
    first, last = min(first, last), max(first, last)
    del lines[first : last + 1]
    return first
