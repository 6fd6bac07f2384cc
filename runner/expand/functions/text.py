"""Functions of strings."""

from __future__ import annotations

import re
from typing import Any

from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.graphemes import graphemes
from runner.expand.functions.printf import pour
from runner.expand.functions.re2 import Pattern, compile_
from runner.expand.functions.values import plain, text, texts, whole

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_MOST_SPACES = 10_000  # that anything is indented by
_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")


@function(text)
def chomp(string: str) -> str:
    r"""Return ``string`` without the line ends (``\n``, ``\r\n``, ``\r``) at its end."""
    return string.rstrip("\r\n")


@function(text, text)
def endswith(string: str, suffix: str) -> bool:
    """Tell whether ``string`` ends with ``suffix``."""
    return string.endswith(suffix)


@function(text, rest=plain)
def format_(format_: str, *args: Any) -> str:
    """Return ``format`` with the arguments in the places of its verbs.

    Verbs: ``%s %q`` strings, ``%d %b %o %x %X`` whole numbers, ``%e %E %f %g %G`` numbers, ``%t`` booleans, ``%v``
    anything, ``%#v`` anything as JSON, ``%%``. Between ``%`` and the letter: flags ``+ - 0 # space``, width,
    ``.precision``, ``[n]`` to name an argument by its place. Too few and too many arguments are errors.
    """
    return pour(format_, list(args))


@function(text, rest=plain)
def formatlist(format_: str, *args: Any) -> list[str]:
    """Return ``format`` once for each element of the lists among the arguments, which must be of one length.

    Arguments that are no lists are the same for each element.
    """
    lengths = {index: len(each) for index, each in enumerate(args) if isinstance(each, list)}
    count = next(iter(lengths.values()), 1)
    for index, length in lengths.items():
        if length != count:
            raise Refused(f"argument {index + 1} has {length} elements where the first list has {count}", "args")
    results = []
    for turn in range(count):
        try:
            results.append(pour(format_, [each[turn] if isinstance(each, list) else each for each in args]))
        except Refused as refused:
            raise Refused(f"element {turn}: {refused.reason}", refused.argument) from None
    return results


@function(whole, text)
def indent(spaces: int, string: str) -> str:
    """Return ``string`` with that many spaces at the start of each line but the first.

    Where Packer crashes (a negative number), this is an error.
    """
    if not 0 <= spaces <= _MOST_SPACES:
        raise Refused(f"it must be between 0 and {_MOST_SPACES}, but it is {spaces}", "spaces")
    return string.replace("\n", "\n" + " " * spaces)


@function(text, rest=texts)
def join(separator: str, *lists: list[str | None]) -> str:
    """Return the strings of all lists in one, with ``separator`` between them."""
    if not lists:
        raise Refused("at least one list is required", "lists")
    words = [each for one in lists for each in one]
    if None in words:
        raise Refused(f"element {words.index(None)} is null", "lists")
    return separator.join(each for each in words if each is not None)


@function(text)
def lower(string: str) -> str:
    """Return ``string`` in small letters; each character becomes one character."""
    return "".join("i" if each == "İ" else each.lower() for each in string)


@function(text)
def upper(string: str) -> str:
    """Return ``string`` in capital letters; each character becomes one character, so ``ß`` stays."""
    return "".join(_capital(each) for each in string)


@function(text)
def title(string: str) -> str:
    """Return ``string`` with a capital letter at the start of each word.

    A word starts after white space and after ASCII signs other than ``_``, also after an apostrophe.
    """
    result, apart = "", True
    for each in string:
        result += _single(each.title(), each) if apart else each
        apart = each in _SPACE or (each.isascii() and not each.isalnum() and each != "_")
    return result


def _capital(character: str) -> str:
    """Return Unicode's one-to-one capital: where the full one is longer, the title form may be it."""
    return _single(character.upper(), _single(character.title(), character))


def _single(wanted: str, otherwise: str) -> str:
    return wanted if len(wanted) == 1 else otherwise


@function(text, text)
def regex(pattern: str, string: str) -> Any:
    """Return what the RE2 ``pattern`` first matches in ``string``.

    That is the matched text when the pattern has no groups, a list of the groups' texts when they have no names, a
    mapping of them when they have; null where a group took no part. No match is an error.
    """
    compiled = _compiled(pattern, named=True)
    match = compiled.expression.search(string)
    if match is None:
        raise Refused(f"the pattern {pattern!r} matches nothing in the string")
    return _captures(compiled, match)


@function(text, text)
def regexall(pattern: str, string: str) -> list[Any]:
    """Return a list of all matches of the RE2 ``pattern``, each in the form that ``regex`` gives; it may be empty."""
    compiled = _compiled(pattern, named=True)
    return [_captures(compiled, match) for match in compiled.matches(string)]


def _compiled(pattern: str, *, named: bool, argument: str = "pattern") -> Pattern:
    try:
        compiled = compile_(pattern)
    except Refused as refused:
        raise Refused(refused.reason, argument) from None
    if named and compiled.names and len(compiled.names) < compiled.groups:
        raise Refused("it has groups with and without names; give all of them names or none", argument)
    return compiled


def _captures(compiled: Pattern, match: re.Match[str]) -> Any:
    if compiled.names:
        return {name: match[group] for group, name in compiled.names}
    return list(match.groups()) if compiled.groups else match[0]


@function(text, text, text)
def regex_replace(string: str, pattern: str, replacement: str) -> str:
    """Return ``string`` with each match of the RE2 ``pattern`` replaced.

    In ``replacement``, ``$1`` or ``${1}`` and ``$name`` or ``${name}`` are the text of a group (nothing when there is
    no such group), ``$$`` is a dollar sign. ``$1W`` means the group called ``1W``.
    """
    compiled = _compiled(pattern, named=False, argument="substring")
    result, end = [], 0
    for match in compiled.matches(string):
        result += [string[end : match.start()], _expanded(replacement, compiled, match)]
        end = match.end()
    return "".join([*result, string[end:]])


def _expanded(replacement: str, compiled: Pattern, match: re.Match[str]) -> str:
    def group(variable: re.Match[str]) -> str:
        name = variable[1] or variable[2]
        if name is None:
            return "$"
        if name.isdecimal() and name.isascii():
            return (match[int(name)] or "") if int(name) <= compiled.groups else ""
        found = [match[number] for number, known in compiled.names if known == name]
        return next(filter(None, found), "")

    return _VARIABLE.sub(group, replacement)


@function(text, text, text)
def replace(string: str, substring: str, replacement: str) -> str:
    """Return ``string`` with each ``substring`` replaced.

    As in Packer, and unlike Terraform, ``/.../`` is no pattern; ``regex_replace`` takes patterns.
    """
    return string.replace(substring, replacement)


@function(text, text)
def split(separator: str, string: str) -> list[str]:
    """Return the parts of ``string`` between the separators; its code points when ``separator`` is empty."""
    return string.split(separator) if separator else list(string)


@function(text, text)
def startswith(string: str, prefix: str) -> bool:
    """Tell whether ``string`` starts with ``prefix``."""
    return string.startswith(prefix)


@function(text, text)
def strcontains(string: str, substring: str) -> bool:
    """Tell whether ``substring`` is somewhere in ``string``."""
    return substring in string


@function(text)
def strrev(string: str) -> str:
    """Return ``string`` backwards, character by character (grapheme clusters)."""
    return "".join(reversed(graphemes(string)))


@function(text, whole, whole)
def substr(string: str, offset: int, length: int) -> str:
    """Return ``length`` characters (grapheme clusters) of ``string`` from ``offset``, which starts at 0.

    A negative offset counts from the end. A negative length means the rest, and so does zero after a negative offset.
    """
    characters = graphemes(string)
    if offset >= 0 and length == 0:
        return ""
    start = max(offset + len(characters), 0) if offset < 0 else offset
    return "".join(characters[start:] if length <= 0 else characters[start : start + length])


@function(text, text)
def trim(string: str, cutset: str) -> str:
    """Return ``string`` without the characters of ``cutset`` at its start and end."""
    return string.strip(cutset) if cutset else string


@function(text, text)
def trimprefix(string: str, prefix: str) -> str:
    """Return ``string`` without ``prefix``, if it starts with it."""
    return string.removeprefix(prefix)


@function(text, text)
def trimsuffix(string: str, suffix: str) -> str:
    """Return ``string`` without ``suffix``, if it ends with it."""
    return string.removesuffix(suffix)


@function(text)
def trimspace(string: str) -> str:
    """Return ``string`` without white space (Unicode's) at its start and end."""
    return string.strip(_SPACE)
