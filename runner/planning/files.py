"""The files on this computer that a step reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from runner import registry
from runner.diagnostics import Report, nearest
from runner.model.plan import Open
from runner.model.playbook import RoleContext, Task
from runner.planning.digests import Digests
from runner.reading.context import shown
from runner.text import Node
from runner.text.paths import exists, is_file

ANYWHERE = ""
"""In place of a directory's name: where a lookup looks depends on the task."""
_TEMPLATE_LIMIT = 1024 * 1024
"""Templates up to this size, in bytes, are searched for the names they use."""
_OTHER_TEMPLATE = re.compile(r"""\{%[-+]?\s*(?:include|import|from|extends)\s+(['"])(.+?)\1""")


def read_files(
    task: Task,
    options: Mapping[str, Any],
    schema: Mapping[str, Any],
    *,
    roles: Sequence[RoleContext],
    root: Path,
    digests: Digests,
    report: Report,
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the digests of the files that the options name, and the texts of those that are templates.

    A file that is not there is only a warning: an earlier step may make it.
    """
    found: dict[str, str] = {}
    templates: dict[str, str] = {}
    if options.get("remote_src") in (True, "yes", "true", "True"):
        return found, templates
    for name in reading_options(task.module):
        where = schema["properties"][name]["x-reads"]
        for text in _names(options.get(name)):
            places = directories(where, task, roles, root)
            words = (text, text.split()[0]) if task.module == "script" and text.split() else (text,)
            path = next((each / word for word in words for each in places if exists(each / word)), None)
            node = task.args.get(name) or task.args
            if path is None:
                report.add("W510", f"there is no file {text!r} yet", node.span, hint=_elsewhere(text, places))
                continue
            found |= _digest(path, node, digests, report)
            if where == "templates":
                _read_template(path, places, templates)
    for name in templates.keys() - found.keys():
        found |= _digest(Path(name), task.args, digests, report)
    return found, templates


@cache
def reading_options(module: str) -> tuple[str, ...]:
    """Return the options of a module that name files on this computer."""
    entry = registry.find("modules", module)
    properties = entry.schema["properties"] if entry else {}
    return tuple(name for name, known in properties.items() if "x-reads" in known)


def readable(paths: Iterable[Path], digests: Digests) -> dict[str, str]:
    """Return the digests of files by their names; of one that cannot be read it is told when it is used."""
    found: dict[str, str] = {}
    for path in paths:
        with suppress(OSError):
            found[shown(path)] = digests.file(path)
    return found


def _digest(path: Path, node: Node, digests: Digests, report: Report) -> dict[str, str]:
    """Return a file's digest by its name; nothing when it cannot be read, which is in the report then."""
    try:
        return {shown(path): digests.file(path)}
    except OSError as error:
        report.add("E001", f"{shown(path)} cannot be read: {error.strerror or error}", node.span)
        return {}


def _elsewhere(name: str, places: Sequence[Path]) -> str:
    """Return the file that was probably meant, or where it was looked for."""
    there = [(each / name).parent for each in places]
    files = {file.stem: file.name for parent in there if parent.is_dir() for file in parent.iterdir()}
    near = nearest(Path(name).stem, files)
    if near:
        return f"did you mean {str(Path(name).with_name(files[near]))!r}?"
    return f"looked in {', '.join(dict.fromkeys(shown(each) or '.' for each in places))}"


def _read_template(path: Path, places: Sequence[Path], texts: dict[str, str]) -> None:
    """Add a template's text to ``texts``, and those of the templates that it includes, imports or extends by name."""
    if shown(path) in texts or not is_file(path):
        return
    try:
        if path.stat().st_size > _TEMPLATE_LIMIT:
            return
        texts[shown(path)] = text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # its digest could not be made either
        return
    for match in _OTHER_TEMPLATE.finditer(text):
        other = next((each / match[2] for each in (path.parent, *places) if is_file(each / match[2])), None)
        if other is not None:
            _read_template(other, places, texts)


def named_files(
    node: Node, options: Mapping[str, Any], schema: Mapping[str, Any], root: Path, digests: Digests, report: Report
) -> dict[str, str]:
    """Return the digests of the files that the options of a builder or a post-processor name, however deep.

    ``node`` is what the options were written as. Names are relative to ``root``; one with ``*`` is all that fit it.
    """
    found: dict[str, str] = {}
    for name, value in options.items():
        known = schema.get("properties", {}).get(name, {})
        for text in _read_names(value, known):
            place = node.get(name) or node
            present = _fitting(text, root)
            if not present:
                hint = f"looked in {shown(root) or '.'}"
                report.add("W510", f"there is no file {text!r} yet", place.span, hint=hint)
            for path in present:
                found |= _digest(path, place, digests, report)
    return found


def _fitting(text: str, root: Path) -> list[Path]:
    """Return the files that a name or a pattern means, sorted."""
    if "*" not in text or Path(text).is_absolute():
        return [root / text] if exists(root / text) else []
    try:
        return sorted(root.glob(text))
    except (OSError, ValueError):  # no pattern, such as one with ** within a name
        return []


def _read_names(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of files in a value; ``x-reads`` says which of its parts are some."""
    if "x-reads" in schema:
        yield from _names(value)
    elif isinstance(value, list) and not isinstance(value, Open):
        for each in value:
            yield from _read_names(each, schema.get("items", {}))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _read_names(each, schema.get("properties", {}).get(name, {}))
    elif isinstance(value, str) and "x-reads" in schema.get("items", {}):
        yield from _names(value)


def _names(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and each and "://" not in each and not _is_open(each)]


def _is_open(value: Any) -> bool:
    return isinstance(value, Open)


def directory_for(task: Task) -> str:
    """Return where ``first_found`` and its like look in a role for a task, as in Ansible: the module's name tells."""
    return next((f"{kind}s" for kind in ("template", "var", "file") if kind in task.module), "files")


def directories(where: str, task: Task, roles: Sequence[RoleContext], root: Path) -> list[Path]:
    """Return where a relative path is looked for, in order: the roles around the task, then beside the playbook."""
    places: list[Path] = []
    for role in reversed(roles):
        places += [role.path / where, role.path] if where != "here" else [role.path]
    for beside in (Path(task.file.path).parent, root):
        places += [beside / where, beside] if where != "here" else [beside]
    return list(dict.fromkeys(places))


def search_path(roles: Sequence[RoleContext], root: Path, where: str) -> list[Path]:
    """Return where a plan's lookups look for relative paths, in order: the roles around the task, then the playbook.

    A plan does not ask which task it is: what the build looks for beside the task is looked for everywhere.
    """
    owners = [*(role.path for role in reversed(roles)), root]
    kinds = (where,) if where != ANYWHERE else ("files", "templates", "vars", "tasks")
    return [place for owner in owners for place in (*(owner / kind for kind in kinds), owner)]
