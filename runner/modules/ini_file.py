"""The ``ini_file`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Kept, Texts
from runner.sdk import Alias, AtMostOne, Module, options


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
