"""Change a document at random: its bytes, its lines, its words, its values."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

TOKENS = (
    *("[", "]", "{", "}", ",", ": ", "- ", "? ", "\n- ", "\n", "\r\n", "\r", "\t", " ", "  ", "\n  ", "#", " # ", "|"),
    *(">", "|+2\n", ">-\n", "'", '"', "''", "\\", "\\x", "\\ud800", "&a ", "*a", "*a ", "<<: ", "<<: *a", "!", "!x "),
    *("!vault ", "!unsafe ", "!!int ", "!!binary ", "!!set ", "!!timestamp ", "!!null ", "---\n", "...\n", "%"),
    *("%YAML 1.1\n---\n", "~", "null", "yes", "no", "0644", "22:22", "1.10", ".inf", ".nan", "1e400", "0x1F", "-0"),
    *("9" * 400, "2024-13-45", "2024-12-24", "{{", "}}", "{%", "%}", "{#", "#}", "$", "${a}", "@", "`", "\x00", "\x1b"),
    *("\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "é", "漢", "\U0001f600", "e\u0301", "\u202e"),
)
BYTES = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x80", b"\xff\xfe", b"\xef\xbb\xbf")
"""What is no UTF-8, or only half of it."""
EXPRESSIONS = (
    *("{{ x }}", "{{ x | default(1) }}", "{{ omit }}", "{{ [1, 2] }}", "{{ {'a': 1} }}", "{{ 1 }}", "{{ none }}"),
    *("{{ 1 / 0 }}", "{{ x.y.z[0] }}", "{{ x() }}", "{{ 'a' * 3 }}", "{{ 'a' * 999999999 }}", "{{ 9 ** 9 ** 9 }}"),
    *("{{ [[]] * 999999999 }}", "{{ range(9) | list }}", "{{ range(99999999999) | list }}", "{{ x | nofilter }}"),
    *("{{ x is notest }}", "{{ (((( }}", "{% if x %}a{% endif %}", "{% for i in [1, 2] %}{{ i }}{% endfor %}"),
    *("{% set x = 1 %}{{ x }}", "{% raw %}{{ x }}{% endraw %}", "{% include 'x' %}", "{% x %}", "{{ x", "x }}"),
    *("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{{ '%s' | format(x) }}", "{{ x | regex_replace('(', '') }}"),
    *("{{ lookup('env', 'HOME') }}", "{{ lookup('file', 'nowhere') }}", "{{ query('nothing') }}", "{{ var.x }}"),
    *("{{ file('nowhere') }}", "{{ data.x.y }}", "{{ local.x }}", "{{ source.name }}", "{{ build.name }}"),
    *("{{ self }}", "{{ ansible_facts.os }}", "{{ ''.__class__.__mro__ }}", "{{ '{{ x }}' }}", "{{ {} | combine(x) }}"),
)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 0o644, 10**40, 1.5, 1e300, float("inf"), float("nan")),
    *("", " ", "0", "yes", "a.b", ".", "/nowhere", "../..", "~", "*", "a b", "a=b", "a=b c='d", "-", "=", "{}", "[]"),
    *("\n", "\x85", "é", "\u2028", "x" * 3000, [], {}, [[]], [{}], [None], {"": ""}, {"a": None}, {None: None}, {1: 2}),
    *({True: 1}, ["a", ["b", ["c"]]], [1, "a", {}], {"block": []}, {"x": {"from": "x"}}, b"\x00\xff"),
    *(dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 1, 2, 3, tzinfo=dt.UTC)),
)
NESTING = ("[", "{", "{a: ", "- ", "? ", "((", "{{", "[[", "<<: {", "!!seq [", "-(", "not ", "x.", '"', "a:\n ")


class Words:
    """What documents are made of: names, and whole documents to splice from."""

    def __init__(self, documents: list[bytes]) -> None:
        self.documents = documents
        names = {name for data in documents for name in re.findall(rb"[A-Za-z_][\w.-]+", data)}
        self.names = sorted(name.decode("ascii", "replace") for name in names)
        self.values = [value for data in documents for value in _values(_loaded(data))]


class _Loader(yaml.SafeLoader):
    """Reads any tag as the plain value under it."""


def _plain(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _plain)


def _loaded(data: bytes) -> Any:
    try:
        return yaml.load(data, _Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


def _values(tree: Any) -> list[Any]:
    """Return every value of a tree once, however often an alias repeats it or stands within itself."""
    found: list[Any] = []
    seen: set[int] = set()
    rest = [tree]
    while rest:
        value = rest.pop()
        if id(value) in seen and isinstance(value, dict | list):
            continue
        seen.add(id(value))
        found.append(value)
        rest += list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return found


def change(data: bytes, suffix: str, words: Words, chance: Random) -> bytes:
    """Return ``data`` changed in some places: as a tree of values, as lines and words, or as bytes."""
    if chance.random() < 0.65:
        tree = _loaded(data)
        if isinstance(tree, dict | list):
            for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
                _change_value(tree, words, chance)
            data = _written(tree, suffix, chance) or data
            if chance.random() < 0.8:
                return data
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        data = chance.choice(_KINDS)(data, words, chance)
    return data[:200_000]


def _written(tree: Any, suffix: str, chance: Random) -> bytes | None:
    try:
        if suffix == ".json":
            return json.dumps(tree, default=str, indent=chance.choice((None, 2))).encode()
        style = chance.choice((False, False, None, True))
        text: str = yaml.safe_dump(tree, default_flow_style=style, sort_keys=False, allow_unicode=chance.random() < 0.5)
        return text.encode()
    except (ValueError, TypeError, RecursionError, yaml.YAMLError):
        return None


def _change_value(tree: Any, words: Words, chance: Random) -> None:
    """Change one value or key somewhere in a tree."""
    holders = [value for value in _values(tree) if isinstance(value, dict | list) and value]
    if not holders:
        return
    holder = chance.choice(holders)
    key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    match chance.randrange(8):
        case 0 | 1:
            holder[key] = copy.deepcopy(chance.choice(ODD))
        case 2:
            holder[key] = copy.deepcopy(chance.choice(words.values))
        case 3:
            holder[key] = chance.choice(EXPRESSIONS)
        case 4:
            holder[key] = chance.choice(([holder[key]], {"a": holder[key]}, {chance.choice(words.names): holder[key]}))
        case 5:
            del holder[key]
        case 6 if isinstance(holder, dict):
            holder[chance.choice(words.names)] = holder.pop(key)
        case 7 if isinstance(holder, dict):
            name = chance.choice((chance.choice(words.names), "", 1, 1.5, None, True, "a b", "{{ x }}"))
            holder[name] = copy.deepcopy(chance.choice(words.values))
        case _:
            holder[key] = chance.choice(words.names)


def _at(data: bytes, chance: Random) -> int:
    return chance.randrange(len(data) + 1)


def _bits(data: bytes, _words: Words, chance: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _remove(data: bytes, _words: Words, chance: Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + data[at + chance.choice((1, 1, 2, 5, 40)) :]


def _repeat(data: bytes, _words: Words, chance: Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + data[at : at + chance.choice((1, 3, 30, 300))] * chance.choice((2, 3, 50)) + data[at:]


def _splice(data: bytes, words: Words, chance: Random) -> bytes:
    other = chance.choice(words.documents)
    start = _at(other, chance)
    at = _at(data, chance)
    return data[:at] + other[start : start + chance.choice((5, 50, 500))] + data[at + chance.choice((0, 5, 50)) :]


def _token(data: bytes, _words: Words, chance: Random) -> bytes:
    at = _at(data, chance)
    piece = chance.choice((*(token.encode() for token in (*TOKENS, *EXPRESSIONS)), *BYTES))
    return data[:at] + piece + data[at + chance.choice((0, 0, 1, 4)) :]


def _nest(data: bytes, _words: Words, chance: Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + chance.choice(NESTING).encode() * chance.choice((3, 30, 190, 250, 3000)) + data[at:]


def _cut(data: bytes, _words: Words, chance: Random) -> bytes:
    return data[: _at(data, chance)] if chance.random() < 0.5 else data[_at(data, chance) :]


def _indent(data: bytes, _words: Words, chance: Random) -> bytes:
    lines = data.split(b"\n")
    start = chance.randrange(len(lines))
    for at in range(start, min(start + chance.choice((1, 1, 2, 9)), len(lines))):
        lines[at] = b" " * chance.randrange(9) + lines[at].lstrip(b" ")
    return b"\n".join(lines)


def _lines(data: bytes, words: Words, chance: Random) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            lines.insert(at, chance.choice(lines))
        case 1:
            del lines[at]
        case 2:
            chance.shuffle(lines)
        case _:
            lines.insert(at, chance.choice(chance.choice(words.documents).split(b"\n")))
    return b"\n".join(lines)


def _swap(pattern: bytes, data: bytes, new: str, chance: Random) -> bytes:
    found = list(re.finditer(pattern, data))
    if not found:
        return data
    old = chance.choice(found)
    return data[: old.start()] + new.encode() + data[old.end() :]


def _name(data: bytes, words: Words, chance: Random) -> bytes:
    return _swap(rb"[A-Za-z_][\w.-]*", data, chance.choice(words.names), chance)


def _number(data: bytes, _words: Words, chance: Random) -> bytes:
    new = chance.choice(("0", "-1", "9" * 30, "1.5", "1e9", "0644", "22:22", "9" * 5000))
    return _swap(rb"[0-9]+", data, new, chance)


def _laughs(data: bytes, _words: Words, chance: Random) -> bytes:
    """Put aliases of aliases before the document."""
    levels = range(1, chance.choice((3, 5, 9)))
    names = [f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in levels]
    return "\n".join(["l0: &l0 [x]", *names, ""]).encode() + data


_KINDS: tuple[Callable[[bytes, Words, Random], bytes], ...] = (
    *(_bits, _remove, _repeat, _splice, _token, _token, _nest, _cut, _indent, _indent, _lines, _name, _number, _laughs),
)
