"""What Python says when an expression fails, in the words of someone who writes YAML."""

from __future__ import annotations

import re

_KINDS = {
    "str": "a text", "int": "a number", "float": "a number", "bool": "a boolean", "list": "a list", "tuple": "a list",
    "dict": "a mapping", "NoneType": "nothing", "datetime": "a time", "date": "a date",
}
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(pattern), words) for pattern, words in (
    (
        r"unsupported operand type\(s\) for (\S+?)(?: or pow\(\))?: '(\w+)' and '(\w+)'",
        "{1} does not work with {2} and {3}",
    ),
    (r"can only concatenate (\w+) \(not \"(\w+)\"\) to \w+", "+ does not work with {1} and {2}"),
    (r"'(\S+)' not supported between instances of '(\w+)' and '(\w+)'", "{1} does not compare {2} with {3}"),
    (r"'(\w+)' object is not callable", "{1} is no function"),
    (r"object of type '(\w+)' has no len\(\)", "{1} has no length"),
    (r"'(\w+)' object is not iterable", "{1} is no list"),
    (r"type (\w+) doesn't define __round__ method", "{1} cannot be rounded"),
    (r"bad operand type for (?:unary )?(\S+): '(\w+)'", "{1} does not work with {2}"),
    (r"(?:\S*\.)?(\w+)\(\) missing \d+ required positional arguments?: '(\w+)'.*", "{1}() needs the argument {2}"),
    (r"(?:\S*\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'.*", "{1}() has no argument {2}"),
    (
        r"(?:\S*\.)?(\w+)\(\) takes .* positional arguments? but \d+ (?:was|were) given",
        "{1}() is given too many arguments",
    ),
))


def plain_words(message: str) -> str:
    """Return what an exception's message means; the message itself when it is none of Python's common ones."""
    for pattern, words in _RULES:
        found = pattern.fullmatch(message)
        if found:
            return words.format("", *(_KINDS.get(group, group) for group in found.groups()))
    return message
