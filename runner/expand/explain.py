"""What Jinja finds wrong with an expression, in the words and at the place of the YAML it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.utils import missing

from runner.diagnostics import Diagnostic, did_you_mean
from runner.expand import jinja
from runner.expand.dialect import STANDARD, Dialect
from runner.expand.jinja import Helper
from runner.expand.place import expressions, find_word, locate
from runner.expand.render import is_template
from runner.expand.scope import Scope
from runner.text import Node, Span

_NAME = r"(?<![\w.'\"])"
_ATTRIBUTE = r"[.\[]\s*['\"]?"
_HELPER = r"(?:\||\bis\s|\bis\snot\s|['\"])\s*"
_KINDS: dict[type, str] = {
    str: "a text", bool: "a boolean", int: "a number", float: "a number", list: "a list", tuple: "a list",
    type(None): "nothing",
}
_TOKENS = {"name": "a name", "integer": "a number", "string": "a text"}
"""Jinja's tokens -> what they are."""
_CLOSING = frozenset(")]")
_OTHER_LANGUAGES = {
    "=": "two values are compared with ==",
    "&": "write 'and'",
    "&&": "write 'and'",
    "||": "write 'or'",
    "!": "write 'not'",
    "?": "write 'A if CONDITION else B'",
    "$": "names stand without $",
}


def place_of(node: Node, word: str, *, bare: bool = False, before: str = _NAME) -> Span:
    """Return where ``word`` stands in the expressions of a text; the whole text when that cannot be told."""
    assert isinstance(node.value, str)
    offset = find_word(node.value, word, bare=bare, before=before)
    return node.span if offset is None else locate(node, offset, len(word))


def undefined_diagnostic(error: UndefinedError, node: Node, scope: Scope, *, bare: bool) -> Diagnostic:
    """Return the diagnostic for a name, an attribute or an item that is not there."""
    if not isinstance(error, jinja.NotThere) or error.name is None:
        return Diagnostic("E402", str(error), node.span)
    name, holder = str(error.name), error.holder
    if holder is missing:
        return unknown_name(name, node, scope.names(), bare=bare)
    place = place_of(node, name, bare=bare, before=_ATTRIBUTE)
    assert isinstance(node.value, str)
    found = re.search(rf"(?<![\w.'\"])(\w[\w.]*?)\s*{_ATTRIBUTE}{re.escape(name)}(?!\w)", node.value)
    return _not_in(holder, name, repr(found[1]) if found else None, place)


def unknown_name(name: str, node: Node, known: Iterable[str], *, bare: bool) -> Diagnostic:
    """Return the diagnostic for a name that is neither in ``known`` nor a function."""
    assert isinstance(node.value, str)
    functions = jinja.defined_names()
    called = re.search(rf"(?<![\w.]){re.escape(name)}\s*\(", node.value)
    hint = did_you_mean(name, functions.union(known) if called else known)
    if name in functions:
        hint = f"it is a function: write {name}()"
    if name == "null":  # as in HCL, JSON and YAML
        hint = "Jinja's word for it is none"
    hint = hint or "declare it under 'variables' or 'locals'"
    return Diagnostic("E402", f"{name!r} is not defined", place_of(node, name, bare=bare), hint=hint)


def unknown_part(whole: str, name: str, known: Iterable[str], node: Node, *, bare: bool) -> Diagnostic:
    """Return the diagnostic for a part that ``whole`` does not have."""
    place = place_of(node, name, bare=bare and not is_template(node), before=_ATTRIBUTE)
    return _not_in(dict.fromkeys(known), name, repr(whole), place)


def _not_in(holder: Any, name: str, called: str | None, place: Span) -> Diagnostic:
    if isinstance(holder, Mapping):
        hint = did_you_mean(name, [key for key in holder if isinstance(key, str)])
        return Diagnostic("E402", f"{called or 'the mapping'} has no {name!r}", place, hint=hint)
    if isinstance(holder, list | tuple) and name.lstrip("-").isdigit():
        hint = "the first item has the number 0"
        return Diagnostic("E402", f"{called or 'the list'} has {len(holder)} items, and no {name}", place, hint=hint)
    kind = _KINDS.get(type(holder))
    if kind is None:
        return Diagnostic("E402", f"{called or 'it'} has no {name!r}", place)
    return Diagnostic("E402", f"{called} is {kind} and has no {name!r}" if called else f"{kind} has no {name!r}", place)


def template_diagnostic(
    error: TemplateError, node: Node, dialect: Dialect = STANDARD, *, bare: bool = False
) -> Diagnostic:
    """Return the diagnostic for a template that cannot be compiled or may not be evaluated."""
    message = error.message or str(error)
    helper = re.match(r"No (filter|test) named '([\w.]+)'", message)
    if helper:
        kind: Helper = "filter" if helper[1] == "filter" else "test"
        name = helper[2]
        place = place_of(node, name, bare=bare, before=_HELPER)
        hint = did_you_mean(name, jinja.environment(dialect).known(kind))
        return Diagnostic("E403" if kind == "filter" else "E404", f"unknown {kind} {name!r}", place, hint=hint)
    if isinstance(error, SecurityError):
        return Diagnostic("E406", f"the expression is not allowed: {message.rstrip('.')}", node.span)
    if not isinstance(error, TemplateSyntaxError):
        return Diagnostic("E407", f"the expression fails: {message}", node.span)
    start, part = _broken_part(node, dialect, bare=bare)
    said, offset, length, hint = _syntax(message.rstrip("."), part)
    assert isinstance(node.value, str)
    first = min(max(start + offset, 0), len(node.value))
    last = min(max(start + offset + length, first), len(node.value))
    return Diagnostic("E401", f"not a Jinja expression: {said}", locate(node, first, last - first), hint=hint)


def _broken_part(node: Node, dialect: Dialect, *, bare: bool) -> tuple[int, str]:
    """Return the first expression that is none, and its offset; the whole text when statements are involved."""
    assert isinstance(node.value, str)
    if bare:
        return -len("{{ "), f"{{{{ {node.value} }}}}"
    for offset, part in expressions(node.value):
        if part.startswith("{{"):
            try:
                jinja.compiled(part, dialect)
            except TemplateError:
                return offset, part
    return 0, node.value


def _syntax(message: str, part: str) -> tuple[str, int, int, str | None]:  # noqa: PLR0911 - one return a kind of mistake
    """Return what is wrong, where in ``part``, how long that is, and a hint."""
    unclosed = part.rfind("{{")
    if unclosed >= 0 and "}}" not in part[unclosed:]:
        return "'{{' is never closed", unclosed, 2, "close it with }}"
    if found := re.match(r"unexpected char '?\"?(.)'?\"? at (\d+)", message):
        char, offset = found[1], int(found[2])
        if char in "'\"":
            return "the string is never closed", offset, 1, "add the missing quote"
        return f"{char!r} means nothing here", offset, 1, _OTHER_LANGUAGES.get(char)
    if found := re.search(r"innermost block that needs to be closed is '(\w+)'", message):
        word = found[1]
        offset = part.rfind("{%", 0, max(m.start() for m in re.finditer(rf"\b{word}\b", part)))
        length = part.find("%}", offset) + 2 - offset
        return f"'{word}' is never closed", offset, length, f"close it with {{% end{word} %}}"
    if found := re.match(r"Encountered unknown tag '(\w+)'", message):
        word = found[1]
        closing = word.startswith("end")
        said = f"there is nothing that {word!r} could close" if closing else f"unknown statement {word!r}"
        return said, part.find(word), len(word), None
    if found := re.search(r"(?:got|unexpected) '(.+?)'(?:, expected '(.+)')?$", message):
        return _unexpected(message, found[1], found[2], part)
    said = "a name is expected after the dot" if message == "expected name or number" else message
    return said, 0, len(part), None


def _unexpected(message: str, got: str, wanted: str | None, part: str) -> tuple[str, int, int, str | None]:
    found = re.match(r"expected token '(.+)', got", message)
    wanted = wanted or (found[1] if found else None)
    offset = _token(got, part)
    # to Jinja the braces that end a template are the wrong closing bracket while another one is open
    at_end = got.startswith("end of") or (got == "}" and wanted != ":" and part[offset:] in ("}", "}}"))
    if at_end:
        offset = len(part.rstrip(" %}-\n"))
    if message.startswith("Expected an expression") and at_end and part.startswith("{{") and not part.strip("{} "):
        return "it is empty", 0, len(part), "write {{ '{{' }} for the braces themselves"
    if wanted is None or wanted.startswith("end of") or at_end:
        said = "it ends too early" if at_end else f"{got!r} is not expected here"
        hint = f"{wanted!r} is missing" if at_end and wanted in _CLOSING else _OTHER_LANGUAGES.get(got)
        return said, offset, 1 if at_end else len(got), hint
    hint = _OTHER_LANGUAGES.get(part[offset : offset + 2])
    return f"{_TOKENS.get(wanted, repr(wanted))} is expected here, and not {got!r}", offset, len(got), hint


def _token(wanted: str, part: str) -> int:
    """Return the offset of the first token ``wanted`` of an expression, not counting what stands in strings."""
    offset = 0
    try:
        for _, kind, text in jinja.environment().lex(part):
            if text == wanted and kind != "string":
                return offset
            offset += len(text)
    except TemplateError:
        pass
    return max(part.find(wanted), 0)
