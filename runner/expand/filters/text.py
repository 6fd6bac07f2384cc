"""Filters for text: regular expressions, quoting, comments."""

from __future__ import annotations

import re
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, one_of, shown, text

_GROUP = re.compile(r"\\(?:g<(?P<name>\w+)>|(?P<number>\d+))")
_POSIX_BASIC = re.compile(r"[].[^$*\\]")


def _flags(*, ignorecase: Any, multiline: Any) -> re.RegexFlag:
    flags = re.RegexFlag(0)
    if ignorecase:
        flags |= re.IGNORECASE
    if multiline:
        flags |= re.MULTILINE
    return flags


def _compiled(pattern: Any, *, ignorecase: Any, multiline: Any) -> re.Pattern[str]:
    try:
        return re.compile(as_text(pattern), _flags(ignorecase=ignorecase, multiline=multiline))
    except re.error as error:
        raise FilterError(f"{as_text(pattern)!r} is not a regular expression: {error}") from error


def regex_replace(  # noqa: PLR0917 - given by position in playbooks
    value: Any,
    pattern: Any = "",
    replacement: Any = "",
    ignorecase: Any = False,  # noqa: FBT002 - given by position in playbooks
    multiline: Any = False,  # noqa: FBT002 - given by position in playbooks
    count: int = 0,
    mandatory_count: int = 0,
) -> str:
    r"""Replace what a regular expression matches; ``\1`` and ``\g<name>`` in the replacement are groups.

    ``count`` is how many matches are replaced (0: all); with ``mandatory_count`` any other number of matches than
    that is an error.
    """
    where = as_text(value)
    what = _compiled(pattern, ignorecase=ignorecase, multiline=multiline)
    result, found = what.subn(text(replacement, "a text as replacement"), where, count=count)
    if mandatory_count and found != mandatory_count:
        raise FilterError(f"{what.pattern!r} matches {found} times, not {mandatory_count}, in {shown(where)}")
    return result


def regex_search(
    value: Any,
    regex: Any,
    *groups: Any,
    ignorecase: Any = False,
    multiline: Any = False,
) -> str | list[str | None] | None:
    r"""Return the first match of a regular expression; null when there is none.

    With ``groups`` such as ``'\1'`` and ``'\g<name>'`` it is the list of what these matched.
    """
    wanted: list[str | int] = []
    for group in groups:
        match = _GROUP.match(as_text(group))
        if match is None:
            raise FilterError(f"{as_text(group)!r} names no group; groups are written \\1 or \\g<name>")
        wanted.append(match["name"] or int(match["number"]))
    found = _compiled(regex, ignorecase=ignorecase, multiline=multiline).search(as_text(value))
    if found is None:
        return None
    if not wanted:
        return found.group()
    try:
        return [found.group(each) for each in wanted]
    except IndexError:
        raise FilterError(f"{as_text(regex)!r} has no such group: {', '.join(map(str, wanted))}") from None


def regex_findall(
    value: Any,
    regex: Any,
    multiline: Any = False,  # noqa: FBT002 - given by position in playbooks
    ignorecase: Any = False,  # noqa: FBT002 - given by position in playbooks
) -> list[Any]:
    """Return all matches of a regular expression; where it has several groups, each match is the list of these."""
    return _compiled(regex, ignorecase=ignorecase, multiline=multiline).findall(as_text(value))


def regex_escape(value: Any, re_type: str = "python") -> str:
    """Return a text such that a regular expression matches it literally; ``re_type`` is python or posix_basic."""
    if one_of(re_type, ("python", "posix_basic"), "re_type") == "posix_basic":
        return _POSIX_BASIC.sub(lambda match: f"\\{match.group()}", as_text(value))
    return re.escape(as_text(value))


def quote(value: Any) -> str:
    """Return a value quoted for a POSIX shell; null is an empty text."""
    from shlex import quote as shell_quote

    return shell_quote("" if value is None else as_text(value))


def split(value: Any, separator: str | None = None, maxsplit: int = -1) -> list[str]:
    """Split a text at a separator (without one: at white space), at most ``maxsplit`` times."""
    return text(value).split(separator, maxsplit)


def unicode_normalize(value: Any, form: str = "NFC") -> str:
    """Return a text in a Unicode normal form: NFC, NFD, NFKC or NFKD."""
    import unicodedata

    wanted: Any = one_of(form, ("NFC", "NFD", "NFKC", "NFKD"), "form")
    return unicodedata.normalize(wanted, text(value))


_COMMENTS: dict[str, tuple[str, str, str]] = {
    "plain": ("", "# ", ""),
    "erlang": ("", "% ", ""),
    "c": ("", "// ", ""),
    "cblock": ("/*", " * ", " */"),
    "xml": ("<!--", " - ", "-->"),
}
"""Style of comment -> how it begins, what stands before each line, how it ends."""


def comment(  # noqa: PLR0913 - these are the filter's options
    value: Any,
    style: str = "plain",
    *,
    newline: str = "\n",
    beginning: str | None = None,
    decoration: str | None = None,
    end: str | None = None,
    prefix: str | None = None,
    prefix_count: int = 1,
    postfix: str | None = None,
    postfix_count: int = 1,
) -> str:
    """Return a text as a comment in a ``style``: plain (``#``), erlang, c, cblock, xml; the options change the style.

    ``prefix`` and ``postfix`` are lines before and after the text: an empty comment line each, when not given.
    """
    style_beginning, style_decoration, style_end = _COMMENTS[one_of(style, _COMMENTS, "style")]
    beginning = style_beginning if beginning is None else beginning
    decoration = style_decoration if decoration is None else decoration
    end = style_end if end is None else end
    prefix = decoration.rstrip() if prefix is None else prefix
    postfix = decoration.rstrip() if postfix is None else postfix
    before = f"{beginning}{newline}" if beginning else ""
    above = f"{prefix}{newline}" * prefix_count if prefix else ""
    below = f"{newline}{postfix}" * postfix_count
    after = f"{newline}{end}" if end else ""
    lines = text(value).split(newline)
    body = newline.join(_decorated(lines, decoration))
    return f"{before}{above}{body}{below}{after}"


def _decorated(lines: list[str], decoration: str) -> list[str]:
    """Put the decoration before each line; an empty line, save the last, gets it without its blank."""
    last = len(lines) - 1
    return [
        decoration + line if line or index == last else decoration.rstrip() for index, line in enumerate(lines)
    ]
