"""Template files: what they come to, and the line in them that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2.exceptions import TemplateError, TemplateSyntaxError

from runner.diagnostics import Diagnostic
from runner.expand import jinja
from runner.expand.error import ExpressionError
from runner.expand.python_words import plain_words
from runner.expand.render import VAULT, render
from runner.expand.scope import Scope
from runner.expand.vault import is_encrypted
from runner.text import Node, SourceFile, Span

_FAILURES = (
    ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError, TypeError, ValueError, re.error,
)
"""What filters, functions and operators raise for values they cannot work with."""


def render_file(path: Path, scope: Scope, settings: Mapping[str, Any], places: Sequence[Path]) -> str:
    """Return the text that the template file at ``path`` comes to.

    Templates that it includes are looked for beside it and in ``places``. Raises ``ExpressionError`` with the line that
    is wrong, ``OSError`` and ``UnicodeError`` when a file cannot be read.
    """
    text = _text(path, scope)

    def load(name: str) -> str | None:
        found = next((each / name for each in (path.parent, *places) if (each / name).is_file()), None)
        return None if found is None else _text(found, scope)

    try:
        return jinja.evaluate_file(text, scope, settings, load)
    except (*_FAILURES, TemplateError) as error:
        file = SourceFile(str(path), text)
        line = _line(error, text)
        place = Span(file, line, 1, line, len(file.line(line)) + 1)
        message = plain_words(str(error)) or type(error).__name__
        code = "E402" if isinstance(error, jinja.NotThere) else "E401" if isinstance(error, TemplateError) else "E407"
        if isinstance(error, jinja.NotThere) and error.name is not None:
            message = f"{str(error.name)!r} is not defined"
        raise ExpressionError(Diagnostic(code, f"the template fails: {message}", place)) from error


def _text(path: Path, scope: Scope) -> str:
    """Return the text of a template, which may be encrypted."""
    text = path.read_text(encoding="utf-8")
    return str(render(Node(text, SourceFile(str(path), "").start(), tag=VAULT), scope)) if is_encrypted(text) else text


def _line(error: BaseException, text: str) -> int:
    """Return the line of the template in which an error was raised; the first when that cannot be told."""
    before = text.startswith("#jinja2:")  # this line is not part of what is compiled
    if isinstance(error, TemplateSyntaxError):
        return error.lineno + before
    line, step = 0, error.__traceback__
    while step is not None:
        line = _template_line(step) or line
        step = step.tb_next
    return line + before or 1


def _template_line(step: TracebackType) -> int | None:
    """Return the template's line for a step of a traceback, if it is one in a template that was not included."""
    template = step.tb_frame.f_globals.get("__jinja_template__")
    if template is None or template.name is not None:
        return None
    found: int = template.get_corresponding_lineno(step.tb_lineno)
    return found
