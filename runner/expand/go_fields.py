"""What in a template is not Jinja's: fields of Go's templates, and backslashes in quoted texts."""

from __future__ import annotations

import re

_TEXT = r"""(?:"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')"""
_GO_FIELD = re.compile(
    rf"""(?P<field>\{{\{{-?\s*+\.\w[^{{}}]*+\}}\}})
    | \{{%[-+]?\s*+raw\s*+[-+]?%\}}(?:.*?\{{%[-+]?\s*+endraw\s*+[-+]?%\}}|.*+)
    | \{{\{{(?:{_TEXT}|(?!\}}\}})[^"'])*+(?:\}}\}}|["']|\Z)
    | \{{%(?:{_TEXT}|(?!%\}})[^"'])*+(?:%\}}|["']|\Z)""",
    re.VERBOSE | re.DOTALL,
)
"""A field, or what must be stepped over because a field in it is a text already: a raw part, an expression.

What is never closed is stepped over, too: to look for its end from every brace would take long.
"""


def kept(text: str, *, bare: bool = False) -> str:
    """Return a template in which Packer's own fields, such as ``{{ .Path }}``, stand for themselves.

    They are filled in by builders and modules (``execute_command``, ``boot_command``), which know their values.
    And a backslash in a quoted text between double braces stands for itself, as in Ansible: YAML has its own
    escapes. In statements and in ``bare`` expressions, such as those of ``when``, it is Jinja's.
    """
    if "." not in text and "\\" not in text:
        return text
    return _GO_FIELD.sub(lambda match: _part_kept(match, bare=bare), text)


def _part_kept(match: re.Match[str], *, bare: bool) -> str:
    if match["field"]:
        return "{{ " + repr(match["field"]) + " }}"
    part = match.group()
    if bare or "\\" not in part or part.startswith("{%"):
        return part
    return re.sub(_TEXT, lambda text: re.sub(r"\\(?!['\"])", r"\\\\", text.group()), part, flags=re.DOTALL)
