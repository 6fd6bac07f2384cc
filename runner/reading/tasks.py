"""Lists of tasks -> records: the module is found, its options are checked, imports are expanded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from runner import registry
from runner.diagnostics import Note
from runner.model.playbook import Block, Item, Task
from runner.reading.context import Context, mapping_of, only, shown, text_of
from runner.reading.free_form import split_options
from runner.schema.check import check, unknown_word
from runner.schema.published import definition
from runner.text import Key, Node, Span

_BLOCK = frozenset({"block", "rescue", "always"})
_FILES = frozenset({"import_tasks", "include_tasks"})
_ROLES = frozenset({"import_role", "include_role"})


@cache
def keywords_of(part: str) -> frozenset[str]:
    """Return the keywords that a ``task``, ``handler`` or ``block`` may have."""
    part_schema = definition(part)
    return frozenset(part_schema.get("x-keywords") or part_schema["properties"]) - {"block", "rescue", "always"}


def read_tasks(node: Node | None, context: Context, *, part: str = "task") -> tuple[Item, ...]:
    """Return the tasks of a list; everything that is wrong with them is in the report."""
    if node is None or node.value is None:
        return ()
    if not isinstance(node.value, tuple):
        context.report.add("E120", "a list of tasks is wanted here", node.span, hint="begin each task with '- '")
        return ()
    items = (_read_item(each, context, part) for each in node.value)
    return tuple(item for item in items if item is not None)


def _read_item(node: Node, context: Context, part: str) -> Item | None:
    if not isinstance(node.value, dict):
        context.report.add("E120", "a task is a mapping: a module, its options and keywords", node.span)
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
    known = keywords_of(part)
    entries = mapping_of(node)
    present = {key: child for key, child in entries.items() if key in known or key.startswith("with_")}
    check(only(node, frozenset(present)), definition(part), context.report, what="keyword", lenient=context.lenient)
    called = _called(node, entries, present, context, known)
    if called is None:
        return None
    word, place, given = called
    entry = registry.find("modules", word)
    if entry is None:
        _unknown_module(word, place, context, known)
        return None
    schema = entry.schema
    free = entry.about.get("free_form")
    args = _arguments(given, present.get("args"), frozenset(schema["properties"]), free, context)
    if args is None:
        return None
    sound = check(args, schema, context.report, lenient=True)
    name = text_of(present.get("name")) or entry.name
    keywords = {key: child for key, child in present.items() if key not in ("name", "args", "action", "local_action")}
    if "local_action" in present:
        keywords["delegate_to"] = Node("localhost", place, place)
    task = Task(node.span, name, entry.name, args, keywords, context.file, context.role)
    if sound and entry.name in _FILES:
        return _other_file(task, context, part)
    if sound and entry.name in _ROLES:
        return _other_role(task, context)
    return task


def _called(
    node: Node, entries: Mapping[str, Node], present: Mapping[str, Node], context: Context, known: frozenset[str]
) -> tuple[str, Span, Node] | None:
    """Return the module's name as it is written, its place and its options."""
    report = context.report
    words = {key: child for key, child in entries.items() if key not in present}
    for action in ("action", "local_action"):
        if action in present:
            words[action] = present[action]
    if not words:
        report.add("E121", "the task names no module", node.span, hint="add one, such as 'command: make'")
        return None
    modules = [word for word in words if word.endswith("action") or registry.find("modules", word)]
    if len(words) > 1 and len(modules) == 1:
        for other, child in words.items():
            if other not in modules:
                unknown_word("E101", "keyword", other, known, child.place, report)
        words = {word: words[word] for word in modules}
    if len(modules) > 1:
        first, second = words[modules[0]], words[modules[1]]
        report.add(
            "E122", f"a task has one module, and this one has two: {modules[0]!r} and {modules[1]!r}", second.place,
            notes=[Note("the first one is here", first.place)], hint="make two tasks of it",
        )
        return None
    if len(words) > 1:
        for word, child in words.items():
            _unknown_module(word, child.place, context, known)
        return None
    module, given = next(iter(words.items()))
    return _action(given, context) if module in ("action", "local_action") else (module, given.place, given)


def _action(node: Node, context: Context) -> tuple[str, Span, Node] | None:
    """Take ``action: module options`` or ``action: {module: ..., ...}`` apart."""
    if isinstance(node.value, str) and node.value.strip():
        module_name, _, rest = node.value.strip().partition(" ")
        return module_name, node.span, Node(rest.strip() or None, node.span, node.key_span)
    module = node.get("module")
    word = text_of(module)
    if module is None or word is None:
        context.report.add("E121", "the task names no module", node.span)
        return None
    options = {key: child for key, child in node.items() if key != "module"}
    return word, module.span, Node(options, node.span, node.key_span)


def _unknown_module(word: str, place: Span, context: Context, known: frozenset[str]) -> None:
    """Report a module that nobody knows: in a role only as a warning, for the task may never be reached."""
    code = "W201" if context.lenient else "E201"
    if "." in word:
        context.report.add(
            code, f"unknown module {word!r}", place,
            hint="use the 'ansible' module for it, a plugin that brings it, or 'shell'",
        )
    else:
        unknown_word(code, "module or keyword", word, registry.names("modules") | known, place, context.report)


def _arguments(
    given: Node, more: Node | None, known: frozenset[str], free_form: str | None, context: Context
) -> Node | None:
    entries: dict[Key, Node] = {}
    if isinstance(given.value, dict):
        entries = dict(given.value)
    elif isinstance(given.value, str) and given.tag is None:
        entries = dict(split_options(given, known, free_form, context.report).items())
    elif given.value is not None and free_form is not None and not isinstance(given.value, tuple):
        entries = {free_form: Node(given.value, given.span, given.place, given.raw)}
    elif given.value is not None:
        context.report.add("E104", "the options of a module are a mapping or a text", given.span)
        return None
    if more is not None:
        entries = {**dict(more.items()), **entries}
    return Node(entries, given.span, given.key_span)


def _is_early(text: str) -> bool:
    return "{{" not in text and "{%" not in text


def _other_file(task: Task, context: Context, part: str) -> Item | None:
    """Follow ``import_tasks``, and look into what ``include_tasks`` names."""
    file = task.args.get("file")
    name = text_of(file)
    importing = task.module == "import_tasks"
    if file is None or name is None:
        return task
    if not _is_early(name):
        if importing:
            context.report.add(
                "E501", "the file of import_tasks has to be known before the build", file.span,
                hint="use include_tasks, which is resolved when it is reached",
            )
        return None if importing else task
    path = _find_tasks(name, context)
    if path is None:
        context.report.add("E502", f"no file of tasks called {name!r}", file.span, hint=_looked(name, context))
        return None if importing else task
    if path.resolve() in context.importing:
        if importing:
            chain = " -> ".join(shown(each) for each in (*context.importing, path))
            context.report.add("E503", f"import_tasks goes round in a circle: {chain}", file.span)
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
    from runner.reading.roles import read_imported_role

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
    block = read_imported_role(task, name, node.span, context)
    if task.module == "import_role" or block is None:
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
    return next((path for path in candidates if path.is_file()), None)


def _looked(name: str, context: Context) -> str:
    return "looked for " + ", ".join(shown(directory / name) for directory in _task_directories(context))
