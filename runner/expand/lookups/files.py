"""Lookups for files beside the playbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import kind, text, truth
from runner.expand.lookups.context import LookupContext
from runner.expand.lookups.search import candidates, contents, locate
from runner.text.paths import is_file

_HEADER = "#jinja2:"
_FILES = "[,;]"
_PATHS = "[,;:]"


def file_(terms: list[Any], *, context: LookupContext, lstrip: Any = False, rstrip: Any = True) -> list[str]:
    """Return the text of files; without white space at its start and end, as ``lstrip`` and ``rstrip`` say."""
    found = []
    for term in terms:
        value = contents(term, context)
        value = value.lstrip() if truth(lstrip) else value
        found.append(value.rstrip() if truth(rstrip) else value)
    return found


def unvault(terms: list[Any], *, context: LookupContext) -> list[str]:
    """Return the text of files that ansible-vault encrypted."""
    return [contents(term, context) for term in terms]


def fileglob(terms: list[Any], *, context: LookupContext) -> list[str]:
    """Return the files that patterns match, sorted; of the first directory searched in which there are any."""
    found: list[str] = []
    for term in terms:
        for pattern in candidates(text(term, "a pattern"), context):
            if matches := _matches(pattern):
                found += matches
                break
    return found


def _matches(pattern: Path) -> list[str]:
    from glob import glob

    return sorted(path for path in glob(str(pattern)) if is_file(path))  # noqa: PTH207 - absolute patterns


def first_found(
    terms: list[Any], *, context: LookupContext, files: Any = None, paths: Any = None, skip: Any = False
) -> list[str]:
    """Return the first file there is among several; with ``skip``, nothing rather than a failure when there is none.

    A term is a name, a list of terms, or a mapping with ``files``, ``paths`` and ``skip`` of its own.
    """
    given = list(terms) + ([{"files": files, "paths": paths}] if files else [])
    wanted = list(_wanted(given, _split(paths, _PATHS)))
    skips = truth(skip) or any(truth(each.get("skip")) for each in _mappings(terms))
    for name in wanted:
        found = locate(name, context)
        if found is not None:
            return [str(found)]
    if skips:
        return []
    names = ", ".join(wanted) or "nothing"
    raise FilterError(f"none of the files is there: {names}; 'skip: true' makes that no failure")


def _mappings(terms: Any) -> Iterator[Mapping[Any, Any]]:
    for term in terms:
        if isinstance(term, Mapping):
            yield term
        elif isinstance(term, list | tuple):
            yield from _mappings(term)


def _wanted(terms: Any, paths: list[str]) -> Iterator[str]:
    """Yield the names that terms mean, in their order."""
    for term in terms:
        if isinstance(term, Mapping):
            for unknown in term.keys() - {"files", "paths", "skip", "errors"}:
                raise FilterError(f"there is no option {unknown!r}; there are files, paths, skip")
            yield from _joined(_split(term.get("files")), _split(term.get("paths"), _PATHS))
        elif isinstance(term, list | tuple):
            yield from _wanted(term, paths)
        elif isinstance(term, str):
            yield from _joined(_split(term), paths)
        else:
            raise FilterError(f"a term is a text, a mapping or a list, not {kind(term)}")


def _joined(files: list[str], paths: list[str]) -> Iterator[str]:
    yield from (str(Path(path) / file) for path in paths for file in files) if paths else files


def _split(value: Any, between: str = _FILES) -> list[str]:
    """Return the names in a list, or in a text with ``between`` characters between them."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in re.split(between, value) if part.strip()]
    return [part for each in value for part in _split(text(each, "the name of a file"), between)]


def template(
    terms: list[Any],
    *,
    context: LookupContext,
    convert_data: Any = None,
    jinja2_native: Any = None,
    template_vars: Any = None,
    **settings: Any,
) -> list[str]:
    """Return what template files render to, with ``template_vars`` added to the variables.

    Settings: variable_start_string and _end_string, comment_start_string and _end_string, trim_blocks. The result
    is always a text, whatever ``convert_data`` and ``jinja2_native`` say: so it is in ansible-core 2.19.
    """
    del convert_data, jinja2_native
    known = {
        "variable_start_string", "variable_end_string", "comment_start_string", "comment_end_string", "trim_blocks",
    }  # fmt: skip
    for unknown in settings.keys() - known:
        raise FilterError(f"there is no option {unknown!r}; there are template_vars, {', '.join(sorted(known))}")
    settings.setdefault("trim_blocks", True)
    return [str(context.render(_with_header(contents(term, context), settings), template_vars or {})) for term in terms]


def _with_header(source: str, settings: Mapping[str, Any]) -> str:
    """Put settings in the first line of a template; those it has already win."""
    own, _, _ = source.partition("\n") if source.startswith(_HEADER) else ("", "", "")
    there = set(re.findall(r"(\w+)\s*:", own.removeprefix(_HEADER)))
    header = ", ".join(f"{name}:{value!r}" for name, value in settings.items() if name not in there)
    if not own:
        return f"{_HEADER} {header}\n{source}"
    return f"{_HEADER} {header}{', ' if header else ''}{source.removeprefix(_HEADER).lstrip(' ')}"
