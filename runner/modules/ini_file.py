"""The ``ini_file`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited, Kept, Texts
from runner.modules.support.attributes import described, look
from runner.modules.support.editing import opened, saved
from runner.sdk import Alias, AtMostOne, Failed, Module, Outcome, Work, options

_NOTHING = object()


@options()
class SectionValue:
    """An option by which a section is told from others of the same name."""

    option: str
    """Name of the option."""
    value: str | None = None
    """The value that it has."""
    values: Texts | None = None
    """The values that it has."""


@options(AtMostOne("value", "values"))
class Options(Kept):
    """What ``ini_file`` accepts."""

    path: Annotated[str, Alias("dest")]
    """Which file."""
    section: str | None = None
    """Which section; left out, the options above the first one."""
    section_has_values: list[SectionValue] | None = None
    """Options that the section has to hold, where several have the same name."""
    option: str | None = None
    """Which option; left out, the whole section."""
    value: str | None = None
    """Its value."""
    values: Texts | None = None
    """Its values, where it may stand there several times."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be there."""
    exclusive: bool = True
    """Replace or remove all lines of the option, not only those with the same value."""
    create: bool = True
    """Make the file if there is none."""
    allow_no_value: bool = False
    """Let the option stand alone, without = and value."""
    no_extra_spaces: bool = False
    """Write no blanks around =."""
    ignore_spaces: bool = False
    """Leave lines alone that differ only in blanks around =."""
    modify_inactive_option: bool = True
    """Replace a line that holds the option behind a comment sign."""
    follow: bool = False
    """Write to what a symbolic link points to."""


class IniFile(Module[Options]):
    """Set and remove options in an INI file."""

    name = "ini_file"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the file, change the option or the section, write it back. Raises ``Failed``."""
        del facts
        wanted = self.options
        values = _values(wanted)
        if wanted.state == "present" and not values and not wanted.allow_no_value:
            raise Failed("Parameter 'value(s)' must be defined if state=present and allow_no_value=False.")
        shared = {each.name: getattr(wanted, each.name) for each in fields(Kept)}
        options = Edited(**shared)
        found, former = yield from opened(wanted.path, options, follow=wanted.follow)
        if former is None and not wanted.create:
            raise Failed(f"Destination {wanted.path} does not exist!", "write create: true to make it")
        text = (former or b"").decode(errors="surrogateescape").removeprefix("\ufeff").replace("\r\n", "\n")
        lines = text.splitlines(keepends=True) or ["\n"]
        message = _Ini(lines, wanted, values).change()
        content = (former or b"") if message == "OK" else "".join(lines).encode(errors="surrogateescape")
        if former is None and message == "OK":  # nothing was to be written into a file that is not there
            return Outcome({"path": wanted.path, "msg": message}, changed=False)
        changed, _, backup = yield from saved(found, former, content, options, "")
        file = (yield from look(found.path)).file if changed else found.file
        told = {"path": wanted.path, "msg": message, **described(file), **({"backup_file": backup} if backup else {})}
        return Outcome(told, changed=changed)


def _values(given: Options | SectionValue) -> Sequence[str | None]:
    """Return the values that are given, be it one or several."""
    return given.values if given.values is not None else [given.value] if given.value is not None else []


def _has(lines: list[str], wanted: SectionValue) -> bool:
    """Return whether an option stands in these lines, with one of its values if there are any."""
    line = re.compile(rf"[ \t]*{re.escape(wanted.option)}[ \t]*(?:=[ \t]*(.*?)[ \t]*)?$")
    found = {match[1] for match in map(line.match, lines) if match}
    return bool(found.intersection(_values(wanted)) if _values(wanted) else found)


class _Ini:
    """The lines of a file in sections, and what is to be changed in one of them."""

    def __init__(self, lines: list[str], wanted: Options, values: Sequence[str | None]) -> None:
        self._lines = lines
        self._wanted = wanted
        self._values: list[str | None] = list(values) or [None]
        name = re.escape(wanted.option or "").replace(r"\ ", " ")
        inactive = "[#;]?" if wanted.modify_inactive_option else ""
        self._any = re.compile(rf"^[ \t]*({inactive})[ \t]*({name})[ \t]*(=|$)[ \t]*(.*?)[ \t]*$")
        self._active = re.compile(rf"^[ \t]*()({name})[ \t]*(=|$)[ \t]*(.*?)[ \t]*$")

    def change(self) -> str:
        """Change the lines; return what was done, in words."""
        wanted = self._wanted
        place = self._section()
        if wanted.state == "absent":
            return self._removed(place)
        if place is None:
            return self._appended()
        if wanted.option is None:
            return "OK"
        first, last = place
        return self._put(first, last)

    def _section(self) -> tuple[int, int] | None:
        """Return the lines of the section, without its title; nothing when it is not there."""
        first = 0 if not self._wanted.section else None
        for number, line in enumerate(self._lines):
            if not line.startswith("["):
                continue
            if first is not None and self._is_meant(first, number):
                return first, number
            first = number + 1 if line.partition("]")[0] == f"[{self._wanted.section}" else None
        last = len(self._lines)
        return None if first is None or not self._is_meant(first, last) else (first, last)

    def _is_meant(self, first: int, last: int) -> bool:
        """Return whether a section of that name has the values by which it is told from others."""
        lines = self._lines[first:last]
        return all(_has(lines, each) for each in self._wanted.section_has_values or ())

    def _appended(self) -> str:
        if self._lines and not self._lines[-1].endswith("\n"):
            self._lines[-1] += "\n"
        self._lines.append(f"[{self._wanted.section}]\n")
        for each in self._wanted.section_has_values or ():
            self._lines += [self._line(value, each.option) for value in _values(each) or (None,)]
        if self._wanted.option is None:
            return "only section added"
        self._lines += [self._line(value) for value in self._values]
        return "section and option added"

    def _line(self, value: str | None, option: str | None = None) -> str:
        name = self._wanted.option if option is None else option
        if value is None:
            return f"{name}\n"
        return f"{name}{'=' if self._wanted.no_extra_spaces else ' = '}{value}\n"

    def _same(self, line: str, value: str | None) -> bool:
        """Return whether a line gives the option this value, as it would be written."""
        match = self._active.match(line.rstrip("\r\n"))
        if match is None:
            return False
        if self._wanted.ignore_spaces:
            return (match[4] if match[3] else None) == value
        return line.rstrip("\r\n") == self._line(value).rstrip("\n")

    def _put(self, first: int, last: int) -> str:
        """Have the values in the section: in place of others, or below the last option."""
        lines = self._lines[first:last]
        missing = [value for value in self._values if not any(self._same(line, value) for line in lines)]
        kept: list[str] = []
        changed = bool(missing)
        left = list(missing)
        seen: set[str | None] = set()
        for line in lines:
            match = self._any.match(line.rstrip("\r\n"))
            same = next((value for value in self._values if self._same(line, value)), _NOTHING)
            if match is None or (match[1] and not left):
                kept.append(line)
            elif same is not _NOTHING and same not in seen:
                seen.add(same if isinstance(same, str) else None)
                kept.append(line)
            elif left and (self._wanted.exclusive or match[1]):
                kept.append(self._line(left.pop(0)))
            elif self._wanted.exclusive:
                changed = True  # a second line for the option
            else:
                kept.append(line)
        if left:
            end = len(kept)
            while end and not re.match(r"^[ \t]*[^#;\s]", kept[end - 1]):
                end -= 1
            if end and not kept[end - 1].endswith("\n"):
                kept[end - 1] += "\n"
            kept[end:end] = [self._line(value) for value in left]
        self._lines[first:last] = kept
        return "OK" if not changed else "option added" if left == missing else "option changed"

    def _removed(self, place: tuple[int, int] | None) -> str:
        """Remove the option, or the section with its title."""
        if place is None:
            return "OK"
        first, last = place
        wanted = self._wanted
        if wanted.option is None:
            if not wanted.section:
                return "OK"
            del self._lines[first - 1 : last]
            return "section removed"
        lines = self._lines[first:last]
        given = [value for value in self._values if value is not None]

        def goes(line: str) -> bool:
            match = self._active.match(line.rstrip("\r\n"))
            return match is not None and (wanted.exclusive or not given or match[4] in given)

        self._lines[first:last] = [line for line in lines if not goes(line)]
        return "option changed" if len(self._lines[first:last]) != len(lines) or any(map(goes, lines)) else "OK"
