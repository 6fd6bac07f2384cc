"""How a plugin says what it accepts.

An options record is a frozen dataclass. A field's type, its default and the docstring under it are the only
source of the JSON Schema, the reference page and ``ingot doc``::

    @options(ExactlyOne("inline", "script"))
    class Options:
        inline: list[str] | None = None
        \"\"\"Commands, run one after the other.\"\"\"
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

from runner.frozen import frozen, record

T = TypeVar("T")


@frozen
class Minimum:
    """The smallest number allowed."""

    value: float


@frozen
class Maximum:
    """The largest number allowed."""

    value: float


@frozen
class Pattern:
    """A regular expression (common to Python and ECMA) that a text must match, and what it means."""

    regex: str
    meaning: str


@frozen
class Format:
    """The text is written in a language of its own, which ``schema/formats.py`` knows by its name."""

    name: str


@frozen
class Secret:
    """The value is masked in every output."""


@frozen
class Alias:
    """Other names under which the option is accepted."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@frozen
class Deprecated:
    """The option still works; ``instead`` says what to write now."""

    instead: str


@frozen
class ReadsFile:
    """The option names a file or directory on this computer; its content is part of a step's cache key.

    ``where`` is the kind of the search: ``files``, ``templates`` and ``vars`` look into these directories of
    the role and beside the playbook as Ansible does, ``here`` takes the path relative to the playbook.
    """

    where: Literal["files", "templates", "vars", "here"] = "here"


@frozen
class Octal:
    """File permissions: an octal number, a quoted one, or symbolic (``u=rw,go=r``)."""


@frozen
class Separated:
    """One text may stand for several entries: it is cut at every ``by``, as Ansible does with its lists."""

    by: str = ","


@frozen
class Fixed:
    """The value is taken as it is written: no expression can stand in its place."""


@frozen
class Part:
    """The value is a part of the document with a schema of its own, called ``name``."""

    name: str


SecretStr = Annotated[str, Secret()]
"""A text that is masked in every output."""
Duration = Annotated[
    str,
    Pattern(r"^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^[0-9]+(\.[0-9]+)?$", "a duration such as 90s or 5m"),
    Minimum(0),  # of seconds, when it is a number
]
"""A length of time as in Go and Packer: ``90s``, ``5m``, ``1h30m``; a bare number is seconds."""
class ModeValue(str):
    """File permissions as they are written: octal or symbolic."""

    __slots__ = ()


Mode = Annotated[ModeValue, Octal()]
"""File permissions: ``"0644"``, ``0644`` or ``u=rw,go=r``."""


@frozen
class ExactlyOne:
    """One of the named options has to be given, and only one."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@frozen
class AtMostOne:
    """The named options exclude each other."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@frozen
class AtLeastOne:
    """At least one of the named options has to be given."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@frozen
class Requires:
    """``option`` is of use only together with all of ``needs``."""

    option: str
    needs: tuple[str, ...]

    def __init__(self, option: str, *needs: str) -> None:
        object.__setattr__(self, "option", option)
        object.__setattr__(self, "needs", needs)


Rule = ExactlyOne | AtMostOne | AtLeastOne | Requires


@dataclass_transform(frozen_default=True, kw_only_default=True)
def options(
    *rules: Rule, open_ended: bool = False, patterns: tuple[str, ...] = ()
) -> Callable[[type[T]], type[T]]:
    """Make a class a frozen, keyword-only record; its fields are the user's options.

    ``rules`` say how options depend on each other. ``open_ended`` records take further options of any name;
    the class then has a field ``extra: dict[str, Any]``, which receives them. ``patterns`` are regular expressions
    of further names that are taken.
    """

    def decorate(cls: type[T]) -> type[T]:
        made = record(cls, kw_only=True)
        made.__ingot_rules__ = rules  # type: ignore[attr-defined]  # set here, read by rules_of
        made.__ingot_open__ = open_ended  # type: ignore[attr-defined]  # set here, read by is_open
        made.__ingot_patterns__ = patterns  # type: ignore[attr-defined]  # set here, read by patterns_of
        return made

    return decorate


def rules_of(record: type[Any]) -> tuple[Rule, ...]:
    """Return the rules of an options record, those of its bases first."""
    found: dict[Rule, None] = {}
    for base in reversed(record.__mro__):
        found.update(dict.fromkeys(base.__dict__.get("__ingot_rules__", ())))
    return tuple(found)


def patterns_of(record: type[Any]) -> tuple[str, ...]:
    """Return the regular expressions of further option names that a record takes."""
    found: tuple[str, ...] = getattr(record, "__ingot_patterns__", ())
    return found


def is_open(record: type[Any]) -> bool:
    """Return whether an options record takes options of any name."""
    return bool(getattr(record, "__ingot_open__", False))
