"""Terms with options in them, ``user section=global file=users.ini``: the older way to give a lookup options."""

from __future__ import annotations

import re
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import text

_OPTION = re.compile(r"""(?:^|(?<=\s))([a-z_]+)=("[^"]*"|'[^']*'|\S*)(?:\s+|$)""")


def parse_term(term: Any, options: dict[str, Any], *, first_is_option: bool = False) -> tuple[str, dict[str, Any]]:
    """Split a term into its text and its options; those it has win over ``options``, which lists all there are.

    Raises ``FilterError`` when the term has an option that there is not.
    """
    line = text(term)
    chosen = dict(options)
    start = 0 if first_is_option else len(line) - len(line.split(None, 1)[1] if len(line.split(None, 1)) > 1 else "")
    rest = line[start:]
    for match in _OPTION.finditer(rest):
        if match[1] not in options:
            raise FilterError(f"there is no option {match[1]!r}; there are {', '.join(sorted(options))}")
        value = match[2]
        chosen[match[1]] = value[1:-1] if value[:1] in ("'", '"') and len(value) > 1 else value
    return (line[:start] + _OPTION.sub("", rest)).strip(), chosen
