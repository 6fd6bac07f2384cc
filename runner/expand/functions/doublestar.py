"""File patterns with ``**`` and ``{a,b}``, as HCL's ``fileset`` has them."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from runner.expand.functions.error import Refused

_SPECIAL = frozenset("*?[\\")
_MOST_ALTERNATIVES = 1000


def find(directory: Path, pattern: str) -> list[str]:
    """Return the regular files below ``directory`` that match, as sorted paths relative to it.

    ``*`` any characters and ``?`` one but ``/``, ``**`` any number of directories, ``[a-z] [^a-z]`` one of these or not
    of these, ``{x,y}`` one of these, a backslash takes the next character as it is. Links are followed. Raises
    ``Refused`` for malformed patterns and for a link to nowhere.
    """
    found: set[str] = set()
    for each in alternatives(pattern):
        parts = [part if part in {"**", ".."} else _component(part) for part in _split(each)]
        found.update(_walk(directory, "", parts, frozenset()))
    return sorted(found)


def alternatives(pattern: str) -> list[str]:
    """Return ``pattern`` once for each choice of its ``{x,y}``."""
    done, left = [], [pattern]
    while left:
        each = left.pop(0)
        choice = _first_braces(each)
        if choice is None:
            done.append(each)
            continue
        start, end, options = choice
        left = [each[:start] + option + each[end:] for option in options] + left
        if len(done) + len(left) > _MOST_ALTERNATIVES:
            raise Refused(f"it has more than {_MOST_ALTERNATIVES} alternatives", "pattern")
    return done


def _first_braces(pattern: str) -> tuple[int, int, list[str]] | None:
    """Return start, end and options of the first ``{...}`` outside of brackets; inner ones stay in its options."""
    start, depth, options = -1, 0, [""]
    for token in re.finditer(r"\\.|\[\^?[^]]*\]|.", pattern, re.DOTALL):
        sign = token[0]
        depth += {"{": 1, "}": -1 if depth else 0}.get(sign, 0)
        if start < 0:
            start = token.start() if sign == "{" else -1
        elif depth == 0:
            return start, token.end(), options
        elif sign == "," and depth == 1:
            options.append("")
        else:
            options[-1] += sign
    if start >= 0:
        raise Refused(f"a brace is not closed in {pattern!r}", "pattern")
    return None


def _split(pattern: str) -> list[str]:
    return [part for part in posixpath.normpath(pattern).split("/") if part not in ("", ".")]


def _component(part: str) -> str | re.Pattern[str]:
    """Return a name without special characters as it is, others as an expression."""
    if not _SPECIAL & set(part):
        return part
    expression, position = "", 0
    while position < len(part):
        sign, position = part[position], position + 1
        if sign == "[":
            one, position = _bracket(part, position)
            expression += one
        elif sign == "\\":
            if position == len(part):
                raise Refused(f"{part!r} ends with a backslash", "pattern")
            expression, position = expression + re.escape(part[position]), position + 1
        else:
            expression += {"*": ".*", "?": "."}.get(sign) or re.escape(sign)
    return re.compile(expression, re.DOTALL)


def _bracket(part: str, position: int) -> tuple[str, int]:
    match = re.compile(r"(\^?)((?:\\.|[^]\\])+)\]", re.DOTALL).match(part, position)
    if match is None:
        raise Refused(f"a bracket is not closed in {part!r}", "pattern")
    members = re.findall(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", match[2], re.DOTALL)
    ranges = "".join(f"{re.escape(low[-1])}-{re.escape((high or low)[-1])}" for low, high in members)
    if any((high or low)[-1] < low[-1] for low, high in members):
        raise Refused(f"{match[0]!r} has a range that goes backwards", "pattern")
    return f"[{match[1]}{ranges}]", match.end()


def _walk(
    directory: Path, prefix: str, parts: list[str | re.Pattern[str]], above: frozenset[str]
) -> Iterator[str]:
    """Yield the files below ``directory`` that match ``parts``; links must not lead back to one of ``above``."""
    if not parts:
        return
    first, *rest = parts
    if first == "**":
        yield from _any_depth(directory, prefix, rest, above)
        return
    names = [first] if isinstance(first, str) else [name for name in _names(directory) if first.fullmatch(name)]
    for name in names:
        path = directory / name
        if rest:
            if path.is_dir():
                yield from _walk(path, f"{prefix}{name}/", rest, above)
        elif path.is_file():
            yield prefix + name
        elif path.is_symlink() and not path.exists():
            raise Refused(f"{prefix + name!r} is a link to a file that does not exist", "pattern")


def _any_depth(
    directory: Path, prefix: str, rest: list[str | re.Pattern[str]], above: frozenset[str]
) -> Iterator[str]:
    yield from _walk(directory, prefix, rest, above)
    here = above | {os.path.realpath(directory)}
    for name in _names(directory):
        path = directory / name
        if path.is_dir() and os.path.realpath(path) not in here:
            yield from _any_depth(path, f"{prefix}{name}/", rest, here)
        elif not rest and path.is_file():
            yield prefix + name


def _names(directory: Path) -> list[str]:
    try:
        return sorted(os.listdir(directory))  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
