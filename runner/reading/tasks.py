"""Lists of tasks -> records: the module is found, its options are checked, imports are expanded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from runner.diagnostics import Note, nearest
from runner.expand import lookups
from runner.expand.render import has_template
from runner.model.playbook import Block, Item, Task
from runner.reading.calls import ACTIONS, find_call, find_options, report_unknown_module
from runner.reading.context import Context, check_environment, mapping_of, shown, text_of, warn_of_number_like
from runner.schema.check import check, refuse_key, unknown_word
from runner.schema.published import definition
from runner.schema.words import shown as shown_value
from runner.text import Node
from runner.text.paths import is_directory, is_file

_BLOCK = frozenset({"block", "rescue", "always"})
_OWN = frozenset({"name", "args", *ACTIONS})
"""Keywords that are parts of the task itself, and say nothing about how it is run."""
_FILES = frozenset({"import_tasks", "include_tasks"})
_ROLES = frozenset({"import_role", "include_role"})


@cache
def keywords_of(part: str) -> frozenset[str]:
    """Return the keywords that a ``task``, ``handler`` or ``block`` may have."""
    return frozenset(definition(part)["properties"]) - _BLOCK


def read_tasks(node: Node | None, context: Context, *, part: str = "task") -> tuple[Item, ...]:
    """Return the tasks of a list; everything that is wrong with them is in the report."""
    if node is None or node.value is None:
        return ()
    if not isinstance(node.value, tuple):
        if node.key_span is None:  # what stands under a key has been checked with what it stands in
            context.report.add("E120", "a list of tasks is wanted here", node.span, hint="begin each task with '- '")
        return ()
    if not context.takes(len(node.value), node.place):
        return ()
    items = (_read_item(each, context, part) for each in node.value)
    return tuple(item for item in items if item is not None)


def _read_item(node: Node, context: Context, part: str) -> Item | None:
    if not isinstance(node.value, dict):
        hint = "write '- MODULE: {option: value}'"
        context.report.add("E120", "a task is a mapping of a module and keywords", node.span, hint=hint)
        return None
    if "block" in node.value:
        return _read_block(node, context, part)
    stray = [key for key in ("rescue", "always") if key in node.value]
    if stray:
        context.report.add("E124", f"{stray[0]!r} belongs to a 'block', and there is none", node.value[stray[0]].place)
        return None
    return _read_task(node, context, part)


def _read_block(node: Node, context: Context, part: str) -> Block:
    check(node, definition("block"), context.report, what="keyword", lenient=context.lenient)
    entries = mapping_of(node)
    keywords = {key: child for key, child in entries.items() if key not in _BLOCK}
    parts = {name: read_tasks(entries.get(name), context, part=part) for name in ("block", "rescue", "always")}
    name = text_of(entries.get("name")) or "block"
    return Block(
        node.span, "block", name, keywords, parts["block"], parts["rescue"], parts["always"], role=context.role
    )


def _read_task(node: Node, context: Context, part: str) -> Item | None:
    """Return the task. One that is not understood has no options: its name and result are there all the same."""
    known = keywords_of(part)
    present: dict[Any, Node] = {}
    words: dict[str, Node] = {}
    assert isinstance(node.value, dict)
    for key, child in node.value.items():
        if not isinstance(key, str):
            refuse_key(child, context.report)
            continue
        if key in known or key.startswith("with_"):
            present[key] = child
            if key not in ACTIONS:
                continue
        words[key] = child
    _check_keywords(node, present, context, part)
    call = find_call(node, words, context, known)
    entry = context.module(call.word) if call else None
    if call and entry is None:
        report_unknown_module(call.word, call.place, context, known)
    args = find_options(call, present.get("args"), entry, context, known) if call and entry else None
    sound = entry is not None and args is not None and all(
        check(each, entry.schema, context.report, lenient=True) for each in _overridden(args, present.get("override"))
    )
    if args and entry:
        _warn_of_values(args, entry.schema, context)
    module = entry.name if entry else call.word if call else ""
    keywords = {key: child for key, child in present.items() if key not in _OWN}
    if call and "local_action" in present:
        keywords["delegate_to"] = Node("localhost", call.place, call.place)
    name = text_of(present.get("name")) or module
    task = Task(node.span, name, module, args or Node({}, node.span), keywords, context.file, context.role)
    if sound and module in _FILES:
        return _other_file(task, context, part)
    if sound and module in _ROLES:
        return _other_role(task, context)
    return task


def _warn_of_values(args: Node, schema: Mapping[str, Any], context: Context) -> None:
    """Warn of numbers that are not what is written, in options that take any value: others know what they want."""
    for key, child in args.items():
        if "type" not in schema["properties"].get(key, {}):
            warn_of_number_like(child, context.report)


def _overridden(args: Node, override: Node | None) -> Iterator[Node]:
    """Yield the options of a task as they are for each build that has some of its own; without such, as written."""
    changed = [each for _, each in override.items() if isinstance(each.value, dict)] if override else []
    for each in changed:
        yield args._replace(value={**dict(args.items()), **dict(each.items())})
    if not changed:
        yield args


def _check_keywords(node: Node, present: dict[Any, Node], context: Context, part: str) -> None:
    keywords = Node(present, node.span, node.key_span)
    check(keywords, definition(part), context.report, what="keyword", lenient=context.lenient)
    _check_loop(present, context)
    check_environment(present.get("environment"), context)
    register = present.get("register")
    name = text_of(register)
    if register is not None and name is not None and not (name.isidentifier() or not _is_early(name)):
        hint = "a name has letters, digits and underscores, and begins with no digit"
        context.report.add("E212", f"{name!r} is no name for a result", register.span, hint=hint)
    control = present.get("loop_control")
    if control is not None:
        check(control, definition("loop_control"), context.report, what="keyword", lenient=context.lenient)


def _check_loop(present: Mapping[str, Node], context: Context) -> None:
    """Report a task with two loops, of which only one could run, and one over an unknown lookup."""
    over = present.get("loop")
    if over is not None and not isinstance(over.value, tuple | None) and not has_template(over):
        message = f"{shown_value(over)} stands where a list is wanted"
        context.report.add("E104", message, over.span, hint="write a list, or put brackets around the one item")
    loops = [key for key in present if key == "loop" or key.startswith("with_")]
    known = {f"with_{name}" for name in lookups.names() | context.plugins.names("lookup")} if loops else ()
    for key in loops:
        if key != "loop" and key not in known and not context.lenient:
            unknown_word("E101", "keyword", key, known, present[key].place, context.report,
                         otherwise="with_ is followed by the name of a lookup")
    for key in loops[1:]:
        notes = [Note(f"{loops[0]!r} is here", present[loops[0]].place)]
        context.report.add("E107", f"{loops[0]!r} and {key!r} exclude each other", present[key].place, notes=notes)


def _is_early(text: str) -> bool:
    return "{{" not in text and "{%" not in text


def _other_file(task: Task, context: Context, part: str) -> Item | None:
    """Follow ``import_tasks``, and look into what ``include_tasks`` names."""
    file = task.args.get("file")
    name = text_of(file)
    importing = task.module == "import_tasks"
    # An import happens now, also in a role: a build without the tasks it brings would be another one.
    report = context.files.report if importing else context.report
    if file is None or name is None:
        return task
    if not _is_early(name):
        if importing:
            report.add(
                "E501", "the file of import_tasks has to be known before the build", file.span,
                hint="use include_tasks, which is resolved when it is reached",
            )
        return None if importing else task
    path = _find_tasks(name, context)
    if path is None:
        report.add("E502", f"no file of tasks called {name!r}", file.span, hint=_elsewhere(name, context))
        return None if importing else task
    if path.resolve() in context.importing:
        if importing:
            chain = " -> ".join(shown(each) for each in (*context.importing, path))
            report.add("E503", f"import_tasks goes round in a circle: {chain}", file.span)
        return None if importing else task
    node = context.files.load(path, file.span)
    items = read_tasks(node, context.within(path, node.span.file), part=part) if node else ()
    if importing:
        keywords = {key: child for key, child in task.keywords.items() if key != "name"}
        return Block(task.place, "import", task.name, keywords, items, role=context.role)
    return Task(
        task.place, task.name, task.module, task.args, task.keywords, task.file, task.role, included=items
    )


def _other_role(task: Task, context: Context) -> Item | None:
    from runner.reading.roles import read_included_role

    name = text_of(task.args.get("name"))
    if name is None:
        return task
    node = task.args.get("name")
    assert node is not None
    if not _is_early(name):
        if task.module == "import_role":
            context.report.add(
                "E501", "the role of import_role has to be known before the build", node.span, hint="use include_role"
            )
            return None
        return task
    block = read_included_role(task, name, node.span, context)
    if block is None:
        return task
    if task.module == "import_role":
        return block
    return Task(
        task.place, task.name, task.module, task.args, task.keywords, task.file, task.role, included=(block,)
    )


def _task_directories(context: Context) -> tuple[Path, ...]:
    role = context.role.path if context.role else None
    inside = (role / "tasks", role / "handlers", role) if role else ()
    return tuple(dict.fromkeys((context.directory, *inside, context.root / "tasks", context.root)))


def _find_tasks(name: str, context: Context) -> Path | None:
    candidates = [directory / name for directory in _task_directories(context)]
    return next((path for path in candidates if is_file(path)), None)


def _elsewhere(name: str, context: Context) -> str:
    """Return the file that was probably meant, or where one would be found."""
    places = [directory / name for directory in _task_directories(context)]
    around = [place.parent for place in places if is_directory(place.parent)]
    files = {each.stem: each.name for directory in around for each in directory.glob("*.y*ml")}
    near = nearest(Path(name).stem, files)
    if near:
        return f"did you mean {str(Path(name).with_name(files[near]))!r}?"
    return "looked for " + ", ".join(shown(place) for place in places)
